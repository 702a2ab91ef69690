import * as fc from 'fast-check';
import { FULL_PACE, mostEvents, nextPace, type Pace, restMs } from './processing-pace';

const after = (pace: Pace, ...seen: [acks: number, late: number][]): Pace =>
  seen.reduce((before, [acks, late]) => nextPace(before, { acks, late }), pace);

describe('the pace of processing', () => {
  it('is full while nothing comes in, and while answers are in time', () => {
    expect(after(FULL_PACE, [0, 0], [500, 0], [500, 5])).toMatchObject({ share: 1 });
    expect(restMs(FULL_PACE, 80, true)).toBe(0);
    expect(mostEvents(FULL_PACE)).toBe(256);
  });

  it('is halved when more than one answer in a hundred is late, with smaller batches and pauses as long as the work', () => {
    const pace = after(FULL_PACE, [100, 2]);
    expect(pace.share).toBe(0.5);
    expect(restMs(pace, 40, true)).toBe(40);
    expect(mostEvents(pace)).toBe(128);
  });

  it('takes the answers of the last batches together: one late among few does not count for more', () => {
    expect(after(FULL_PACE, [300, 0], [10, 1]).share).toBe(1);
    expect(after(FULL_PACE, [300, 0], [10, 1], [10, 1], [10, 1]).share).toBe(0.5);
  });

  it('is the full one again once answers are in time', () => {
    expect(after(FULL_PACE, [100, 100], ...Array.from({ length: 10 }, (): [number, number] => [100, 0])).share).toBe(1);
    expect(after(FULL_PACE, [100, 100], ...Array.from({ length: 10 }, (): [number, number] => [0, 0])).share).toBe(1);
  });

  it('lets 20 ms pass between the beginnings of two batches, unless more is due already', () => {
    expect(restMs(FULL_PACE, 5, false)).toBe(15);
    expect(restMs(FULL_PACE, 25, false)).toBe(0);
    expect(restMs(FULL_PACE, 5, true)).toBe(0);
    expect(restMs(after(FULL_PACE, [100, 2]), 15, false)).toBe(15);
  });

  it('never stops, whatever happens', () => {
    const seen = fc.tuple(fc.nat(1000), fc.nat(1000)).map(([a, b]): [number, number] => [a + b, b]);
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 50 }), fc.nat(10_000), fc.boolean(), (all, workedMs, more) => {
        const pace = after(FULL_PACE, ...all);
        expect(pace.share).toBeGreaterThanOrEqual(0.4);
        expect(pace.share).toBeLessThanOrEqual(1);
        expect(restMs(pace, workedMs, more)).toBeLessThanOrEqual(50);
        expect(mostEvents(pace)).toBeGreaterThanOrEqual(128);
      }),
    );
  });
});
