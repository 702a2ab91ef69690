// Jest runs CommonJS. NestJS 12 and some of its dependencies are published as ES modules only, so swc transforms
// those packages as well as our TypeScript (swc checks no types: `npm run check` does, with tsc).
const esmOnlyPackages = [
  '@nestjs',
  '@seriousme',
  '@borewit',
  '@tokenizer',
  'file-type',
  'hucre',
  'strtok3',
  'token-types',
  'uint8array-extras',
  'content-disposition',
  'glob',
  'minimatch',
  'path-scurry',
  'lru-cache',
  'minipass',
  'cookie',
  'light-my-request',
  'openid-client',
  'oauth4webapi',
  'jose',
  'balanced-match',
  'brace-expansion',
];

const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnlyPackages.join('|')})/)`],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
};

// How long a test may hang. Not a measure of speed: a busy machine with the rest of the tests on it takes many times what a quiet one takes.
// Longer than a wait within a test (test/support/eventually.ts), whose failure says more.
const HANGS_AFTER_MS = 600_000;

module.exports = {
  // Two more than the cores it is meant for: files that talk to Typeform's stand-in mostly wait, for 2 calls a second.
  maxWorkers: 4,
  // Jest says a worker leaks when it takes more than half a second to exit, and on a busy machine it takes that long to give back the
  // memory of a worker that has run many files. One that has grown beyond this is replaced between two files.
  workerIdleMemoryLimit: '200MB',
  testTimeout: HANGS_AFTER_MS,
  projects: [
    { ...shared, displayName: 'unit', roots: ['<rootDir>/src', '<rootDir>/sandbox'], testMatch: ['**/*.spec.ts'] },
    {
      ...shared,
      displayName: 'e2e',
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
    // The console in a real Chromium (Debian's package), on the service's own build: npm run test:browser.
    {
      ...shared,
      displayName: 'browser',
      roots: ['<rootDir>/test/browser'],
      testMatch: ['**/*.browser-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
    // Needs programs of Debian packages: npm run test:deploy.
    {
      ...shared,
      displayName: 'deploy',
      roots: ['<rootDir>/deploy-test'],
      testMatch: ['**/*.deploy-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
