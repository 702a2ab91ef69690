import { ClaimStart } from './claim-start';
import { ManualClock } from '../../test/support/manual-clock';

const foundAt = new Date('2026-01-31T08:00:00.000Z');
let clock: ManualClock;
let start: ClaimStart;
beforeEach(() => {
  clock = new ManualClock();
  start = new ClaimStart(clock);
});

/** Claims at a time; returns where the claim started. */
async function claim(atMs: number, tookMs: number, found = foundAt): Promise<Date | null> {
  let startedFrom: Date | null = null;
  clock.ms = atMs;
  await start.claim((from) => {
    startedFrom = from;
    clock.ms += tookMs;
    return Promise.resolve({ foundAt: found });
  });
  return startedFrom;
}

it('the first claim starts from the beginning, the next ones two seconds before what was found', async () => {
  expect(await claim(1_000, 10)).toBeNull();
  expect(await claim(1_010, 1)).toEqual(new Date('2026-01-31T07:59:58.000Z'));
});

it('claims start from the beginning again after fifty times as long as that took', async () => {
  await claim(1_000, 10);
  expect(await claim(1_509, 300)).not.toBeNull();
  expect(await claim(1_810, 1)).toBeNull();
});

it('the start follows what was found, back as well', async () => {
  await claim(0, 100);
  await claim(101, 1, new Date('2026-01-31T09:00:00.000Z'));
  expect(await claim(103, 1, new Date('2026-01-31T06:00:00.000Z'))).toEqual(new Date('2026-01-31T08:59:58.000Z'));
  expect(await claim(105, 1)).toEqual(new Date('2026-01-31T05:59:58.000Z'));
});

it('a claim that fails changes nothing', async () => {
  await claim(0, 100);
  await expect(start.claim(() => Promise.reject(new Error('the database is away')))).rejects.toThrow('away');
  expect(await claim(101, 1)).toEqual(new Date('2026-01-31T07:59:58.000Z'));
});
