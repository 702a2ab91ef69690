import { Pace } from './pace';

describe('Pace', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function answeredAfter(pace: Pace, requests: number, timesMs: readonly number[]): number[] {
    let answered = 0;
    for (let n = 0; n < requests; n += 1) pace.inTurn(() => (answered += 1));
    let passedMs = 0;
    return timesMs.map((timeMs) => {
      jest.advanceTimersByTime(timeMs - passedMs);
      passedMs = timeMs;
      return answered;
    });
  }

  it('lets a burst go at once, and the rest one after the other', () => {
    const pace = new Pace({ perSecond: 100, burst: 5, maxWaitMs: 10_000 });
    expect(answeredAfter(pace, 20, [0, 15, 105, 155, 1_000])).toEqual([5, 6, 15, 20, 20]);
  });

  it('lets nobody wait longer than the longest wait, and owes nothing to who came before', () => {
    const pace = new Pace({ perSecond: 100, burst: 5, maxWaitMs: 200 });
    expect(answeredAfter(pace, 10_000, [0, 155, 200])).toEqual([5, 20, 10_000]);
    expect(answeredAfter(pace, 2, [15, 25])).toEqual([1, 2]);
  });
});
