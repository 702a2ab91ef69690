import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counted } from './counted';

it('says one in the singular, and none and several in the plural', () => {
  expect([0, 1, 2].map((count) => counted(count, 'form'))).toEqual(['0 forms', '1 form', '2 forms']);
  expect([1, 2].map((count) => counted(count, 'delivery', 'deliveries'))).toEqual(['1 delivery', '2 deliveries']);
});

it('no text counts "form(s)": it is either one or several', () => {
  const source = join(__dirname, '..');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const undecided = files.filter((name) => /[\d}] (\w+ )*\w+\(s\)/.test(readFileSync(join(source, name), 'utf8')));
  expect(files.length).toBeGreaterThan(100);
  expect(undecided).toEqual([]);
});
