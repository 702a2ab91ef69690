/** docs/security.md leaves out no requirement, and every test that it names is there and runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testTitles } from '../test/support/test-titles';

const PROJECT = join(__dirname, '..');
/** ASVS 5.0: how many requirements of levels 1 and 2 each section has. They are numbered from 1. */
const SECTIONS: [string, number][] = [
  ['1.1', 2],
  ['1.2', 9],
  ['1.3', 11],
  ['1.4', 3],
  ['1.5', 2],
  ['2.1', 3],
  ['2.2', 3],
  ['2.3', 4],
  ['2.4', 1],
  ['3.2', 2],
  ['3.3', 4],
  ['3.4', 6],
  ['3.5', 5],
  ['3.7', 2],
  ['4.1', 3],
  ['4.2', 1],
  ['4.3', 2],
  ['4.4', 4],
  ['5.1', 1],
  ['5.2', 3],
  ['5.3', 2],
  ['5.4', 3],
  ['6.1', 3],
  ['6.2', 12],
  ['6.3', 4],
  ['6.4', 4],
  ['6.5', 5],
  ['6.6', 3],
  ['6.8', 4],
  ['7.1', 3],
  ['7.2', 4],
  ['7.3', 2],
  ['7.4', 5],
  ['7.5', 2],
  ['7.6', 2],
  ['8.1', 2],
  ['8.2', 3],
  ['8.3', 1],
  ['8.4', 1],
  ['9.1', 3],
  ['9.2', 4],
  ['10.1', 2],
  ['10.2', 2],
  ['10.3', 4],
  ['10.4', 11],
  ['10.5', 5],
  ['10.6', 2],
  ['10.7', 3],
  ['11.1', 2],
  ['11.2', 3],
  ['11.3', 3],
  ['11.4', 4],
  ['11.5', 1],
  ['11.6', 1],
  ['12.1', 3],
  ['12.2', 2],
  ['12.3', 4],
  ['13.1', 1],
  ['13.2', 5],
  ['13.3', 2],
  ['13.4', 5],
  ['14.1', 2],
  ['14.2', 4],
  ['14.3', 3],
  ['15.1', 3],
  ['15.2', 3],
  ['15.3', 7],
  ['16.1', 1],
  ['16.2', 5],
  ['16.3', 4],
  ['16.4', 3],
  ['16.5', 3],
  ['17.1', 1],
  ['17.2', 4],
  ['17.3', 2],
];
const ANSWERS = ['met', 'partly', 'not met', 'operator', 'n/a'];

const text = readFileSync(join(PROJECT, 'docs/security.md'), 'utf8');
/** The cells of every row of every table. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
const requirements = rows.flatMap(([numbers = '', , answer = '', tests = '']) =>
  /^\d+\.\d+\.\d+(, |$)/.test(numbers) ? numbers.split(', ').map((number) => ({ number, answer, tests })) : [],
);
const risks = rows.filter(([risk = '']) => /^API\d+ /.test(risk));
const index = rows.flatMap(([name = '', file = '', title = '']) => {
  const path = /^`(.+\.ts)`$/.exec(file)?.[1];
  return path ? [{ name, path, title: title.slice(1, -1) }] : [];
});

it('answers each requirement of ASVS 5.0 levels 1 and 2 once', () => {
  const expected = SECTIONS.flatMap(([section, count]) =>
    Array.from({ length: count }, (_, place) => `${section}.${place + 1}`),
  );
  expect(requirements.map(({ number }) => number).sort()).toEqual(expected.sort());
  expect(requirements.filter(({ answer }) => !ANSWERS.includes(answer))).toEqual([]);
});

it('shows a test for what is said to be met', () => {
  expect(requirements.filter(({ answer, tests }) => answer === 'met' && tests === '')).toEqual([]);
});

it('counts the answers right', () => {
  const count = (wanted: string) => requirements.filter(({ answer }) => answer === wanted).length;
  const said = text.replaceAll(/\s+/g, ' ');
  expect(said).toContain(
    `Of ${requirements.length} requirements ${count('met')} are met, ${count('partly')} in part, ${count('not met')} not, ` +
      `${count('operator')} are up to the operator, and ${count('n/a')} do not apply`,
  );
});

it('answers each risk of the API Security Top 10 of 2023', () => {
  expect(risks.map(([risk = '']) => risk.split(' ')[0])).toEqual(
    Array.from({ length: 10 }, (_, place) => `API${place + 1}`),
  );
  for (const [, , answer = '', tests = ''] of risks) {
    expect(ANSWERS).toContain(answer);
    expect(tests).toMatch(/^\[/);
  }
});

it('names tests that exist and are not skipped', () => {
  const titles = new Map<string, string[]>();
  const missing = index.filter(({ path, title }) => {
    if (!titles.has(path)) titles.set(path, testTitles(join(PROJECT, path)));
    return !titles.get(path)?.includes(title);
  });
  expect(index.length).toBeGreaterThan(0);
  expect(missing).toEqual([]);
});

it('has in its list every test that it refers to, and no other', () => {
  const referred = [...text.matchAll(/\[([a-z0-9-]+)\](?!\()/g)].map(([, name]) => name);
  expect([...new Set(referred)].sort()).toEqual(index.map(({ name }) => name).sort());
});
