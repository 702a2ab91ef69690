/** The code cache that processes of the tests share: no program behaves differently because of it. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PROGRAM = `#!/usr/bin/env node
const { answer } = require('./part.js');
const at = /(:\\d+:\\d+)\\)?$/m.exec(new Error().stack)[1];
const { basename } = require('node:path');
console.log([answer(), basename(__filename), basename(__dirname), require.main === module, module.exports === exports, at].join(' '));
`;
const part = (answer: number) => `exports.answer = () => ${answer};\n`;

let project: string;
let cache: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'onboarding-compile-once-'));
  cache = join(project, 'node_modules/.cache/compiled-programs');
  for (const folder of ['dist/bundle', 'test/support']) mkdirSync(join(project, folder), { recursive: true });
  copyFileSync(join(__dirname, '../support/compile-once-processes.js'), join(project, 'test/support/preload.js'));
  writeFileSync(join(project, 'dist/bundle/main.js'), PROGRAM);
  writeFileSync(join(project, 'dist/bundle/part.js'), part(41));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const MAIN = 'dist/bundle/main.js';
const PROCESS = ['-r', './test/support/preload.js', MAIN];
const plain = () => execFileSync(process.execPath, [MAIN], { cwd: project, encoding: 'utf8' });
const run = () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, PROCESS, { cwd: project, encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
};
const caches = () => readdirSync(cache).sort();
const kept = () => caches().map((name) => ({ name, ...statSync(join(cache, name)) }));

it('they print the same with a cache and without, and only the first writes it', () => {
  expect(run()).toBe(plain());
  const first = kept();
  expect(first.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^main\.js-\d+$/),
    expect.stringMatching(/^part\.js-\d+$/),
  ]);
  expect(run()).toBe(plain());
  expect(kept().map(({ ino, mtimeMs }) => [ino, mtimeMs])).toEqual(first.map(({ ino, mtimeMs }) => [ino, mtimeMs]));
});

it('processes that start at the same time print the same, and leave one cache of each file', async () => {
  const start = promisify(execFile);
  const runs = await Promise.all(Array.from({ length: 6 }, () => start(process.execPath, PROCESS, { cwd: project })));
  expect(new Set(runs.map(({ stdout, stderr }) => stdout + stderr))).toEqual(new Set([plain()]));
  expect(caches()).toHaveLength(2);
  expect(run()).toBe(plain());
});

it('a file that has changed runs as it is now, though it is as long as before', () => {
  expect(run()).toMatch(/^41 /);
  writeFileSync(join(project, 'dist/bundle/part.js'), part(42));
  expect(run()).toMatch(/^42 /);
  expect(run()).toMatch(/^42 /);
  expect(caches()).toHaveLength(2);
});

it('a cache that was cut off is not used, and replaced', () => {
  run();
  const whole = readFileSync(join(cache, caches()[0] ?? ''));
  for (const name of caches()) writeFileSync(join(cache, name), readFileSync(join(cache, name)).subarray(0, 100));
  expect(run()).toBe(plain());
  expect(readFileSync(join(cache, caches()[0] ?? '')).length).toBeGreaterThan(whole.length / 2);
});

it('without a place for it they run as ever', () => {
  writeFileSync(join(project, 'node_modules'), '');
  expect(run()).toBe(plain());
});
