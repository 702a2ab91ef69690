/** Runs the whole security suite: every file that test/security/coverage.json names, and the fuzzers with their long runs. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Over all fuzzers. */
const FUZZ_RUNS = '1200000';
const FOLDER = join('test', 'security');

const own = readdirSync(FOLDER, { recursive: true })
  .filter((name) => name.endsWith('.e2e-spec.ts'))
  .map((name) => join(FOLDER, name));
const named = JSON.parse(readFileSync(join(FOLDER, 'coverage.json'), 'utf8')).flatMap(({ tests }) =>
  tests.map(({ file }) => file),
);
const files = [...new Set([...own, ...named])];
const environment = { ...process.env, FUZZ_RUNS: process.env.FUZZ_RUNS ?? FUZZ_RUNS };
process.stdout.write(`security: ${files.length} files, FUZZ_RUNS=${environment.FUZZ_RUNS}\n`);

// A fuzzer's test is as long as its runs take. Further arguments are Jest's.
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(
  process.execPath,
  [jest, '--testTimeout=86400000', ...process.argv.slice(2), '--runTestsByPath', ...files],
  {
    env: environment,
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
