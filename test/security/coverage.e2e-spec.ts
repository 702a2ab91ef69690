/** The index of security tests is true: no attack is without a test or a reason, and every test it names is there and runs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { testTitles } from '../support/test-titles';
import attacks from './coverage.json';

const LINES = 84;

it('has every line of the list once, and the attacks that were found', () => {
  const lines = attacks.map(({ line }) => line);
  const expected = [...Array.from({ length: LINES }, (_, index) => index + 1), 'A1', 'A2', 'A3', 'A4', 'A5'];
  expect(lines.filter((line) => !String(line).startsWith('F'))).toEqual(expected);
  expect(new Set(lines).size).toBe(lines.length);
});

it('has a test for each', () => {
  expect(attacks.filter(({ tests }) => tests.length === 0)).toEqual([]);
});

it('names tests that exist and are not skipped', () => {
  const titles = new Map<string, Set<string>>();
  const missing = attacks.flatMap(({ line, tests }) =>
    tests
      .filter(({ file, title }) => {
        if (!titles.has(file)) titles.set(file, new Set(existsSync(file) ? testTitles(file) : []));
        return !titles.get(file)?.has(title);
      })
      .map(({ file, title }) => ({ line, file, title })),
  );
  expect(missing).toEqual([]);
});

it('npm run test:security runs each of its files', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/test-security.mjs', '--listTests'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const files = new Set(attacks.flatMap(({ tests }) => tests.map(({ file }) => file)));
  expect([...files].filter((file) => !stdout.includes(file))).toEqual([]);
});
