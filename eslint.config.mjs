import { existsSync } from 'node:fs';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import noImportCycle from './scripts/no-import-cycle.mjs';

/** What each module may import of the others; nothing else of them. Features form a line, and what they stand on knows none of them. */
const uses = {
  rest: [],
  tracing: [],
  audit: ['rest'],
  access: ['rest', 'audit'],
  live: ['rest', 'access'],
  'console-files': ['rest'],
  jobs: ['rest', 'audit', 'access', 'live'],
  typeform: ['tracing'],
  onboarding: ['rest', 'audit', 'access', 'jobs', 'typeform'],
  inbox: ['rest', 'audit', 'access', 'live', 'jobs', 'tracing', 'onboarding'],
  backfill: ['rest', 'audit', 'access', 'live', 'typeform', 'inbox'],
  'webhook-management': ['rest', 'audit', 'access', 'typeform', 'inbox', 'onboarding', 'backfill'],
  'webhook-intake': ['rest', 'access', 'inbox', 'webhook-management'],
  privacy: ['rest', 'audit', 'access', 'jobs', 'typeform', 'onboarding', 'inbox'],
  health: ['rest', 'access', 'inbox'],
  metrics: ['rest', 'access', 'typeform', 'inbox', 'backfill', 'webhook-management', 'webhook-intake'],
};
const modules = Object.keys(uses);
/** Import modules, and no module imports them. */
const above = ['operations', 'installation', 'commands'];
/** A folder on the left never imports a folder on the right. */
const never = (target, from) => ({ target: `./src/${target}`, from: from.map((folder) => `./src/${folder}`) });

/** `process.env`, the clock and randomness come in from outside, so that a test can set them. */
const ambient = [
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
];
/** Syntax that the compiler translates wrongly: https://github.com/swc-project/swc/pull/12006. */
const miscompiled = [
  {
    selector: "VariableDeclaration[kind='using'], VariableDeclaration[kind='await using']",
    message: 'swc loses the first error where two happen (_SuppressedError is not defined): use try and finally.',
  },
];
const statement = '/^\\s*(SELECT|WITH|INSERT INTO|UPDATE|DELETE FROM|NOTIFY|LISTEN)\\s/';
const sql = [
  `Literal[value=${statement}]`,
  `TemplateElement[value.raw=${statement}]`,
  "CallExpression[callee.property.name='createQueryBuilder']",
].map((selector) => ({ selector, message: 'SQL stands in a *.repository.ts.' }));

/** Files whose types come from packages that `npm ci` does not install: looked at once they are there (`npm run check:all`). */
const withPackagesOf = {
  bench: ['bench/contenders/express-receiver.ts'],
  'deploy-test': [
    'deploy-test/kubernetes/',
    'deploy-test/sbom.deploy-spec.ts',
    'deploy-test/single-host.deploy-spec.ts',
  ],
};
const withoutPackages = Object.entries(withPackagesOf)
  .filter(([folder]) => !existsSync(new URL(`${folder}/node_modules`, import.meta.url)))
  .flatMap(([, files]) => files);
const projects = [
  './tsconfig.json',
  './console/tsconfig.json',
  './client/tsconfig.json',
  './bench/tsconfig.json',
  './deploy-test/tsconfig.json',
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      'data/',
      'coverage/',
      '*.config.js',
      '**/*.mjs',
      'console/**/*.d.ts',
      'client/schema.mts',
      ...withoutPackages,
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx', 'client/*.mts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX, project: { rules: { 'no-import-cycle': noImportCycle } } },
    languageOptions: { parserOptions: { project: projects, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    rules: {
      'project/no-import-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            never('core', ['config', 'database', ...modules, ...above]),
            never('config', ['database', ...modules, ...above]),
            never('database', [...modules, ...above]),
            ...modules.map((module) =>
              never(module, [
                ...modules.filter((other) => other !== module && !uses[module].includes(other)),
                ...above,
              ]),
            ),
            never('operations', ['installation', 'commands']),
            never('installation', ['commands']),
            never('commands', ['installation']),
            // Two programs side by side: neither knows the other. demo.ts and the command start the sandbox, the banner shows where it is.
            { target: './sandbox', from: './src' },
            { target: './src/!(demo.ts|banner.ts|commands)', from: './sandbox' },
            // The console knows the service by its API alone.
            { target: './console', from: ['./src', './sandbox', './test'] },
            { target: ['./src', './sandbox', './client'], from: './console' },
            { target: './client', from: ['./src', './sandbox', './test'] },
            // What runs in production knows nothing of what tries it out.
            {
              target: ['./src/**/!(*.spec).ts', './sandbox/**/!(*.spec).ts', './migrations'],
              from: ['./test', './bench', './deploy-test'],
            },
          ],
        },
      ],
      'no-restricted-syntax': ['error', ...ambient, ...miscompiled],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  { files: ['console/**/*.ts', 'console/**/*.tsx'], extends: [reactHooks.configs.flat.recommended] },
  {
    files: ['src/**/*.ts'],
    // src/database is about the connection itself: its locks, LISTEN and NOTIFY, the list of migrations, the embedded server.
    ignores: ['**/*.repository.ts', 'src/database/**'],
    rules: { 'no-restricted-syntax': ['error', ...ambient, ...miscompiled, ...sql] },
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
      'no-restricted-syntax': ['error', ...miscompiled],
      'no-restricted-properties': [
        'error',
        ...[
          'mock',
          'doMock',
          'setMock',
          'unstable_mockModule',
          'resetModules',
          'isolateModules',
          'isolateModulesAsync',
        ].map((property) => ({
          object: 'jest',
          property,
          message:
            'The files of a worker share the code under test: this does not reach it (test/support/shared-modules-runtime.js).',
        })),
      ],
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: [
      'src/config/**/*.ts',
      'src/database/clock.ts',
      'console/shared/clock.ts',
      'src/database/random.ts',
      'sandbox/time/time-source.ts',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
