import { Suspects } from './suspects';

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `event-${index}`);

it.each([
  [1, 2, [1]],
  [2, 2, [1, 1]],
  [5, 2, [3, 2]],
  [256, 8, Array<number>(8).fill(32)],
  [3, 8, [1, 1, 1]],
])('%i events in %i groups', (count, groups, sizes) => {
  const suspects = new Suspects();
  suspects.add(ids(count), groups);
  expect(suspects.eventIds).toEqual(ids(count));
  expect(sizes.map(() => suspects.next()?.length)).toEqual(sizes);
  expect(suspects.next()).toBeUndefined();
  expect(suspects.none).toBe(true);
});

it('gives every event its turn before it divides a group further', () => {
  const suspects = new Suspects();
  suspects.add(ids(4), 2);
  suspects.add(suspects.next() ?? [], 2);
  expect([suspects.next(), suspects.next(), suspects.next()]).toEqual([
    ['event-2', 'event-3'],
    ['event-0'],
    ['event-1'],
  ]);
});
