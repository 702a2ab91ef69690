import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Zones: a folder on the left never imports a folder on the right (design: features form a line, core is pure). */
const features = [
  'webhook-intake',
  'inbox',
  'onboarding',
  'webhook-management',
  'typeform',
  'backfill',
  'privacy',
  'access',
  'health',
  'metrics',
];
/** Stands below the features that change something, so that all of them can record it. */
const foundations = ['audit', 'jobs'];
const never = (target, from) => ({ target: `./src/${target}`, from: from.map((folder) => `./src/${folder}`) });

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'coverage/', 'node_modules/', '*.config.js', '*.config.mjs', 'scripts/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            never('core', ['config', 'database', ...foundations, ...features, 'operations']),
            never('config', ['database', ...foundations, ...features, 'operations']),
            never('database', [...foundations, ...features, 'operations']),
            // Two programs side by side: neither knows the other. demo.ts and the command start the sandbox, the banner shows where it is.
            { target: './sandbox', from: './src' },
            { target: './src/!(demo.ts|banner.ts|commands)', from: './sandbox' },
            never('audit', ['jobs', ...features, 'operations']),
            never('jobs', [...features.filter((feature) => feature !== 'access'), 'operations']),
            never('onboarding', ['inbox', 'webhook-intake', 'backfill', 'privacy', 'operations']),
            never('inbox', ['webhook-intake', 'backfill', 'privacy', 'operations']),
            never(
              'typeform',
              features.filter((feature) => feature !== 'typeform'),
            ),
            never('backfill', ['webhook-intake', 'webhook-management', 'operations']),
            ...features.map((feature) => never(feature, ['operations', 'commands'])),
            never('operations', ['commands']),
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'The environment is read once, in src/config.',
        },
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Inject Clock.' },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Inject Clock.' },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'Inject the source of randomness.',
        },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    files: ['src/core/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!node:|\\.{1,2}/|zod$|lru-cache$|libphonenumber-js)',
              message:
                'Core is pure: node:*, zod, lru-cache, libphonenumber-js and its own files only (the zones keep ../ inside it).',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'deploy-test/**/*.ts', 'bench/**/*.ts', '**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['src/config/**/*.ts', 'src/database/clock.ts', 'src/database/random.ts', 'sandbox/time/time-source.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
