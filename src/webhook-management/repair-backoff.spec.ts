import * as fc from 'fast-check';
import { afterRepair, repairBackoffMs, repairDeferredUntil, type RepairHistory, stillDrifting } from './repair-backoff';
import type { WebhookDrift } from './webhook-state';

const disabled: WebhookDrift = { field: 'enabled', desired: true, observed: false };
const missing: WebhookDrift = { field: 'existence', desired: true, observed: false };
const moved: WebhookDrift = { field: 'url', desired: 'https://a.example.com', observed: 'https://b.example.com' };
const unwanted: WebhookDrift = { field: 'enabled', desired: false, observed: true };
const now = new Date('2026-11-28T12:00:00Z');
const repaired = (...drifts: WebhookDrift[][]): RepairHistory =>
  drifts.reduce<RepairHistory>((history, drift) => afterRepair(history, drift, now), {});
const waitMs = (history: RepairHistory, drift: WebhookDrift[]): number =>
  (repairDeferredUntil(history, drift, now)?.getTime() ?? now.getTime()) - now.getTime();

it('counts each kind of drift by itself: disabled, then changed, then deleted are three first repairs', () => {
  expect(waitMs(repaired([disabled]), [moved])).toBe(0);
  expect(waitMs(repaired([disabled], [moved]), [missing])).toBe(0);
  expect(repaired([disabled], [moved], [missing])).toMatchObject({ existence: { repairs: 1 }, url: { repairs: 1 } });
});

it('repairs at the next pass what loses submissions ten times in a row, then at least every 15 minutes', () => {
  for (const drift of [disabled, missing]) {
    const waits = Array.from({ length: 16 }, (_, before) => waitMs(repaired(...Array(before).fill([drift])), [drift]));
    expect(waits).toEqual([...Array<number>(11).fill(0), 300_000, 600_000, 900_000, 900_000, 900_000]);
  }
});

it('fights over anything else less and less often, up to six hours', () => {
  expect([1, 2, 3, 4].map((repairs) => repairBackoffMs(repairs, false))).toEqual([0, 300_000, 600_000, 1_200_000]);
  expect(waitMs(repaired([unwanted], [unwanted]), [unwanted])).toBe(300_000);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.boolean(), (repairs, losing) => {
      const wait = repairBackoffMs(repairs, losing);
      return wait <= repairBackoffMs(repairs + 1, losing) && wait <= (losing ? 900_000 : 6 * 3_600_000);
    }),
  );
});

it('lets the most urgent kind decide, and forgets what is in order again', () => {
  const fought = repaired([moved], [moved]);
  expect(waitMs(fought, [moved])).toBe(300_000);
  expect(waitMs(fought, [moved, disabled])).toBe(0);
  expect(stillDrifting(fought, [disabled])).toEqual({});
  expect(stillDrifting(fought, [])).toEqual({});
  // Of a missing webhook nothing else is known.
  expect(stillDrifting(fought, [missing])).toEqual(fought);
});
