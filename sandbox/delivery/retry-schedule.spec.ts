import fc from 'fast-check';
import { Random } from '../random';
import { classify, nextAttemptAt, type Outcome } from './retry-schedule';

const MINUTE = 60_000;

/** Plays a delivery that always ends the same way; the times of all attempts in minutes after the first. */
function attemptMinutes(outcome: Outcome, schedule: 'five' | 'seven' = 'seven', seed = 'seed'): number[] {
  const attempts = [{ atMs: 0, outcome }];
  const random = new Random(seed);
  for (let next = nextAttemptAt(attempts, schedule, random); next !== undefined;) {
    attempts.push({ atMs: next, outcome });
    next = nextAttemptAt(attempts, schedule, random);
  }
  return attempts.map(({ atMs }) => atMs / MINUTE);
}

describe('classify', () => {
  it.each([
    [200, 'success'],
    [202, 'success'],
    [299, 'success'],
    [301, 'backoff'],
    [302, 'backoff'],
    [307, 'backoff'],
    [400, 'backoff'],
    [401, 'backoff'],
    [403, 'backoff'],
    [404, 'disable'],
    [408, 'patient'],
    [409, 'backoff'],
    [410, 'disable'],
    [422, 'backoff'],
    [423, 'patient'],
    [429, 'patient'],
    [500, 'backoff'],
    [502, 'backoff'],
    [503, 'patient'],
    [504, 'backoff'],
  ])('puts %i into the class %s', (status, expected) => {
    expect(classify({ status })).toBe(expected);
  });

  it.each(['timeout', 'connection'] as const)(
    'puts a failure without an answer (%s) into the back-off class',
    (error) => {
      expect(classify({ error })).toBe('backoff');
    },
  );
});

describe('nextAttemptAt', () => {
  it('follows the longer of the two published schedules: 10 h 35 min in all', () => {
    expect(attemptMinutes({ status: 500 })).toEqual([0, 5, 15, 35, 95, 215, 395, 635]);
  });

  it('follows the shorter one', () => {
    expect(attemptMinutes({ error: 'connection' }, 'five')).toEqual([0, 5, 15, 35, 95, 215]);
  });

  it.each([200, 404, 410])('does not try again after %i', (status) => {
    expect(attemptMinutes({ status })).toEqual([0]);
  });

  it('tries every 2 to 3 minutes for 10 hours after a 503', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const minutes = attemptMinutes({ status: 503 }, 'seven', seed);
        const pauses = minutes.slice(1).map((minute, index) => minute - minutes[index]!);
        expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2);
        expect(Math.max(...pauses)).toBeLessThanOrEqual(3);
        expect(minutes.at(-1)).toBeLessThanOrEqual(600);
        expect(minutes.at(-1)).toBeGreaterThan(597);
      }),
      { numRuns: 20 },
    );
  });

  it('counts the failures of the two classes apart', () => {
    const attempts = [
      { atMs: 0, outcome: { status: 500 } },
      { atMs: 5 * MINUTE, outcome: { status: 503 } },
      { atMs: 7 * MINUTE, outcome: { status: 500 } },
    ];
    expect(nextAttemptAt(attempts, 'seven', new Random('x'))).toBe(17 * MINUTE);
  });

  it('needs an attempt to start from', () => {
    expect(() => nextAttemptAt([], 'seven', new Random('x'))).toThrow(RangeError);
  });
});
