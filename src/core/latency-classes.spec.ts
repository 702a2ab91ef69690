import fc from 'fast-check';
import { LATENCY_CLASSES, latencyClass, latencyQuantile } from './latency-classes';

function counted(seconds: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const duration of seconds) {
    const index = latencyClass(duration);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return counts;
}

describe('latency classes', () => {
  it('give quantiles at most 15 % too long', () => {
    const seconds = fc.array(fc.double({ min: 0.0002, max: 30, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(seconds, fc.constantFrom(0.5, 0.95, 0.99), (durations, share) => {
        const exact = durations.toSorted((a, b) => a - b)[Math.ceil(durations.length * share) - 1] ?? 0;
        const found = latencyQuantile(counted(durations), share) ?? 0;
        expect(found).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
        expect(found).toBeLessThanOrEqual(exact * 1.15 * (1 + 1e-9));
      }),
    );
  });

  it('can be added up', () => {
    const sum = counted([0.01, 0.01, 0.01]);
    for (const [index, count] of counted([5])) sum.set(index, (sum.get(index) ?? 0) + count);
    expect(latencyQuantile(sum, 0.5)).toBeLessThan(0.012);
    expect(latencyQuantile(sum, 0.99)).toBeGreaterThan(5);
  });

  it('have a place for every duration, and no quantile of nothing', () => {
    expect([0, -1, NaN, 0.00001].map(latencyClass)).toEqual([0, 0, 0, 0]);
    expect(latencyClass(1e9)).toBe(LATENCY_CLASSES - 1);
    expect(latencyQuantile(new Map(), 0.5)).toBeNull();
  });
});
