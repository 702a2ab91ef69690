import fc from 'fast-check';
import { type ApiCall, mostInWindow } from './call-log';
import { RateLimiter } from './rate-limiter';

const callsAt = (times: number[]): ApiCall[] =>
  times.map((atMs) => ({ atMs, method: 'GET', url: '/forms', status: 200 }));

describe('RateLimiter', () => {
  it('refuses the third call of a second and says when the next may come', () => {
    const limiter = new RateLimiter();
    expect(limiter.refuseFor(0, 2)).toBeUndefined();
    expect(limiter.refuseFor(400, 2)).toBeUndefined();
    expect(limiter.refuseFor(900, 2)).toBe(100);
    expect(limiter.refuseFor(1000, 2)).toBeUndefined();
    expect(limiter.refuseFor(1001, 2)).toBe(399);
  });

  it('never refuses a caller that keeps to the limit, give or take some milliseconds of the network', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 5, maxLength: 50 }), (jitters) => {
        const limiter = new RateLimiter();
        jitters.forEach((jitter, index) => expect(limiter.refuseFor(index * 500 + jitter, 2)).toBeUndefined());
      }),
    );
  });

  it('lets no more than the limit through, however many try', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 }), (times) => {
        const limiter = new RateLimiter();
        const passed = [...times].sort((a, b) => a - b).filter((atMs) => limiter.refuseFor(atMs, 2) === undefined);
        expect(mostInWindow(callsAt(passed), 950)).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('starts anew after a reset', () => {
    const limiter = new RateLimiter();
    limiter.refuseFor(0, 1);
    limiter.reset();
    expect(limiter.refuseFor(1, 1)).toBeUndefined();
  });
});

describe('mostInWindow', () => {
  it.each([
    [[], 0],
    [[5], 1],
    [[0, 500, 1000], 2],
    [[0, 500, 999], 3],
    [[0, 2000, 2001, 2002, 5000], 3],
  ])('of %j is %i', (times, most) => {
    expect(mostInWindow(callsAt(times))).toBe(most);
  });
});
