/** The realm and the modules that the test files of a worker share: a file finds the process as the one before it did, and the same modules. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '..');
const SUPPORT = ['shared-modules-runtime.js', 'one-realm-environment.js'];

const CONFIG = `module.exports = {
  runtime: __dirname + '/test/support/${SUPPORT[0]}',
  testEnvironment: __dirname + '/test/support/${SUPPORT[1]}',
  transform: {},
};`;
const SHARED = `const { Counter } = require('prom-client');
exports.files = 0;
exports.counter = new Counter({ name: 'counted', help: 'x' });`;
const PER_FILE = 'exports.files = 0;';
/** Writes down what it finds, then leaves behind what a test may leave behind. */
const TEST = `const { appendFileSync } = require('node:fs');
const shared = require('../src/shared.js');
const own = require('./support/own.js');
it('finds and leaves', async () => {
  const [{ value: counted }] = (await shared.counter.get()).values;
  const runner = Object.getOwnPropertySymbols(globalThis).map(String).filter((name) => /RETRY|TIMEOUT/.test(name));
  const found = {
    files: [shared.files, own.files], counted, runner,
    process: [process.env.LEFT, process.exitCode, process.listenerCount('SIGUSR2')],
    console: console.left, mocked: process.cwd(),
    sameClasses: await require('node:fs/promises').readFile('/none').catch((error) => error instanceof Error),
  };
  appendFileSync(__dirname + '/../found', JSON.stringify(found) + '\\n');
  shared.files += 1; own.files += 1; shared.counter.inc();
  process.env.LEFT = 'left'; process.exitCode = 3; process.on('SIGUSR2', () => {}); console.left = true;
  jest.setTimeout(12_345); jest.retryTimes(2);
  jest.spyOn(process, 'cwd').mockReturnValue('left');
});`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onboarding-realm-'));
  for (const name of ['test/support', 'src']) mkdirSync(join(folder, name), { recursive: true });
  for (const name of SUPPORT) cpSync(join(__dirname, 'support', name), join(folder, 'test/support', name));
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  const files = {
    'jest.config.js': CONFIG,
    'src/shared.js': SHARED,
    'test/support/own.js': PER_FILE,
    'test/first.spec.js': TEST,
    'test/second.spec.js': TEST,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('each file finds the process as it was, modules of its own, and what is shared as the file before left it', async () => {
  const jestProgram = join(PROJECT, 'node_modules/jest/bin/jest.js');
  const ended = await new Promise((done) => {
    execFile(process.execPath, [jestProgram, '-i'], { cwd: folder }, (error, _out, err) =>
      done({ failed: error !== null, tests: /^Tests: .*$/m.exec(err)?.[0] }),
    );
  });
  expect(ended).toEqual({ failed: false, tests: 'Tests:       2 passed, 2 total' });
  const found = readFileSync(join(folder, 'found'), 'utf8').trim().split('\n');
  const [first, second] = found.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first).toMatchObject({ files: [0, 0], counted: 0, sameClasses: true });
  expect(second).toEqual({ ...first, files: [1, 0] });
});
