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
  suspects.divide(ids(count), groups);
  expect(suspects.eventIds).toEqual(ids(count));
  expect(sizes.map(() => suspects.next()?.eventIds.length)).toEqual(sizes);
  expect(suspects.next()).toBeUndefined();
  expect(suspects.none).toBe(true);
});

it('gives every event its turn before it divides a group further, and those first that wait for somebody', () => {
  const suspects = new Suspects();
  suspects.divide(ids(4), 2);
  suspects.divide(suspects.next()?.eventIds ?? [], 2);
  suspects.addNext({ eventIds: ['held'], wait: false, again: false });
  expect([1, 2, 3, 4].map(() => suspects.next())).toEqual([
    { eventIds: ['held'], wait: false, again: false },
    { eventIds: ['event-2', 'event-3'], wait: true, again: false },
    { eventIds: ['event-0'], wait: true, again: false },
    { eventIds: ['event-1'], wait: true, again: false },
  ]);
});
