import { ClaimStart } from './claim-start';

const foundAt = new Date('2026-01-31T08:00:00.000Z');

it('the first claim starts from the beginning', () => {
  expect(new ClaimStart().at(0)).toBeNull();
});

it('after a claim from the beginning, claims go on two seconds before what it found, for fifty times as long as it took', () => {
  const start = new ClaimStart();
  start.claimed(null, foundAt, 1_000, 1_010);
  expect(start.at(1_010)).toEqual(new Date('2026-01-31T07:59:58.000Z'));
  expect(start.at(1_509)).not.toBeNull();
  expect(start.at(1_510)).toBeNull();
});

it('a claim that did not start from the beginning moves the start, and does not delay the next one from there', () => {
  const start = new ClaimStart();
  start.claimed(null, foundAt, 0, 10);
  start.claimed(start.at(100), new Date('2026-01-31T09:00:00.000Z'), 100, 400);
  expect(start.at(400)).toEqual(new Date('2026-01-31T08:59:58.000Z'));
  expect(start.at(510)).toBeNull();
});

it('follows what was found back to an earlier time', () => {
  const start = new ClaimStart();
  start.claimed(null, foundAt, 0, 10);
  start.claimed(start.at(1), new Date('2026-01-31T06:00:00.000Z'), 1, 2);
  expect(start.at(3)).toEqual(new Date('2026-01-31T05:59:58.000Z'));
});
