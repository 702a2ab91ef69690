const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

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

// The packages as a few files (scripts/bundle-packages.mjs), each loaded by its own name, so that no package is there twice.
const BUNDLED = join(__dirname, 'node_modules/.cache/test-packages');
const bundledPackages = existsSync(join(BUNDLED, 'packages.json'))
  ? JSON.parse(readFileSync(join(BUNDLED, 'packages.json'), 'utf8')).packages
  : [];

/** Tests of processes, and of several side by side: half of what all tests cost. `npm run test:processes` */
const OF_PROCESSES = ['<rootDir>/test/processes', '<rootDir>/test/faults'];

const onPostgres = {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

const shared = {
  rootDir: __dirname,
  runtime: join(__dirname, 'test/support/shared-modules-runtime.js'),
  testEnvironment: join(__dirname, 'test/support/one-realm-environment.js'),
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      { ...JSON.parse(readFileSync(join(__dirname, '.swcrc'), 'utf8')), sourceMaps: 'inline' },
    ],
  },
  moduleNameMapper: {
    // A dynamic import of TypeScript names the file as it will be when compiled.
    '^(\\.{1,2}/.+)\\.js$': ['$1.js', '$1'],
    ...Object.fromEntries(bundledPackages.map((name) => [`^${name}$`, join(BUNDLED, `${name}.js`)])),
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnlyPackages.join('|')})/)`],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
};

// How long a test may hang. Not a measure of speed: a busy machine with the rest of the tests on it takes many times what a quiet one takes.
// Longer than a wait within a test (test/support/eventually.ts), whose failure says more.
const HANGS_AFTER_MS = 600_000;

module.exports = {
  // More than the cores it is meant for: many files mostly wait, and those are begun first. A server of yours may allow only 100 connections.
  maxWorkers: process.env.TEST_DATABASE_URL ? 4 : 6,
  testSequencer: './test/support/longest-first.js',
  // A worker that has grown beyond this is replaced between two files.
  workerIdleMemoryLimit: '500MB',
  // Jest says that a worker leaks when it has not ended after half a second; on a busy machine it takes longer to give back the memory of
  // one that has run many files. One that leaks never ends.
  workerGracefulExitTimeout: 30_000,
  testTimeout: HANGS_AFTER_MS,
  projects: [
    { ...shared, displayName: 'unit', roots: ['<rootDir>/src', '<rootDir>/sandbox'], testMatch: ['**/*.spec.ts'] },
    {
      ...shared,
      ...onPostgres,
      displayName: 'e2e',
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.e2e-spec.ts'],
      testPathIgnorePatterns: OF_PROCESSES.map((folder) => `${folder}/`),
    },
    {
      ...shared,
      ...onPostgres,
      displayName: 'processes',
      roots: OF_PROCESSES,
      testMatch: ['**/*.e2e-spec.ts'],
    },
    // The console in a real Chromium (Debian's package), on the service's own build: npm run test:browser.
    {
      ...shared,
      ...onPostgres,
      displayName: 'browser',
      roots: ['<rootDir>/test/browser'],
      // An hour with a page that stays open is asked for by itself: BROWSER_SOAK_MINUTES=60 npm run test:browser -- soak
      testMatch: [process.env.BROWSER_SOAK_MINUTES ? '**/*.browser-soak.ts' : '**/*.browser-spec.ts'],
    },
    // Needs programs of Debian packages: npm run test:deploy.
    {
      ...shared,
      ...onPostgres,
      displayName: 'deploy',
      roots: ['<rootDir>/deploy-test'],
      testMatch: ['**/*.deploy-spec.ts'],
    },
  ],
};
