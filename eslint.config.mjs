import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Zones: a folder on the left never imports a folder on the right (design: features form a line, core is pure). */
const features = [
  'intake',
  'inbox',
  'onboarding',
  'webhooks',
  'typeform',
  'backfill',
  'erasure',
  'access',
  'health',
  'metrics',
  'gates',
];
/** Stands below the features that change something, so that all of them can record it. */
const foundations = ['audit'];
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
            never('core', ['config', 'database', ...foundations, ...features, 'operations', 'sandbox']),
            never('config', ['database', ...foundations, ...features, 'operations', 'sandbox']),
            never('database', [...foundations, ...features, 'operations', 'sandbox']),
            never('sandbox', ['core', 'config', 'database', ...foundations, ...features, 'operations']),
            never('audit', [...features, 'operations', 'sandbox']),
            never('onboarding', ['inbox', 'intake', 'backfill', 'erasure', 'operations', 'sandbox']),
            never('inbox', ['intake', 'backfill', 'erasure', 'operations', 'sandbox']),
            never(
              'typeform',
              features.filter((feature) => feature !== 'typeform'),
            ),
            never('backfill', ['intake', 'webhooks', 'operations', 'sandbox']),
            ...features.map((feature) => never(feature, ['operations', 'commands', 'sandbox'])),
            never('operations', ['commands', 'sandbox']),
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
    files: ['src/config/**/*.ts', 'src/database/clock.ts', 'src/database/random.ts', 'src/sandbox/time/time-source.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
