import * as fc from 'fast-check';
import { nextAttemptAt, RetryPolicy } from './backoff';

const policy: RetryPolicy = {
  initialSeconds: 120,
  maxSeconds: 3600,
  multiplier: 2,
  jitterPercent: 25,
  maxHours: 10,
  maxAttempts: 20,
};
const firstAttemptAt = new Date('2026-01-01T00:00:00Z');
const secondsAfter = (attempts: number, random: number, failedAt = firstAttemptAt) => {
  const at = nextAttemptAt(policy, { attempts, firstAttemptAt, failedAt, random });
  return at && (at.getTime() - failedAt.getTime()) / 1000;
};

describe('nextAttemptAt', () => {
  it.each([
    [1, 120],
    [2, 240],
    [3, 480],
    [5, 1920],
    [6, 3600],
    [19, 3600],
  ])('after attempt %d waits %d s without jitter', (attempts, seconds) => {
    expect(secondsAfter(attempts, 0.5)).toBe(seconds);
  });

  it('spreads by the jitter on both sides', () => {
    expect(secondsAfter(1, 0)).toBe(90);
    expect(secondsAfter(1, 0.999999)).toBeCloseTo(150, 2);
  });

  it('gives up at the last attempt', () => {
    expect(secondsAfter(20, 0.5)).toBeNull();
  });

  it('gives up when the next attempt would start after the deadline', () => {
    const late = new Date(firstAttemptAt.getTime() + 9.5 * 3_600_000);
    expect(secondsAfter(6, 0.5, late)).toBeNull();
    expect(secondsAfter(1, 0.5, late)).toBe(120);
  });

  it('always lies after the failure and within the jittered maximum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 19 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => {
          const seconds = secondsAfter(attempts, random);
          return seconds !== null && seconds > 0 && seconds <= 3600 * 1.25;
        },
      ),
    );
  });
});
