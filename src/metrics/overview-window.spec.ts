import { windowMinutes } from './overview-window';

it.each([
  ['5m', 5],
  ['15m', 15],
  ['24h', 1_440],
  ['90d', 129_600],
  ['2160h', 129_600],
  ['4m', null],
  ['0h', null],
  ['91d', null],
  ['129601m', null],
  ['1w', null],
  ['m', null],
  ['-5m', null],
  ['5', null],
  [['5m'], null],
])('%j is %j minutes', (text, minutes) => {
  expect(windowMinutes(text)).toBe(minutes);
});
