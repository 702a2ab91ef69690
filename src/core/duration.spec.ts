import { parseDuration } from './duration';

it.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['0s', null],
  ['', null],
  ['10', null],
  ['1.5h', null],
  ['-1s', null],
  ['10 s', null],
])('%s is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
