import { Clock } from '../database/clock';
import { IntakeWindow } from './intake-window';

/** Time passes when a test says so; the wall clock can be set besides. */
class ManualClock extends Clock {
  ms = 0;
  setByMs = 0;
  now(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.ms + this.setByMs);
  }
  override monotonicMs(): number {
    return this.ms;
  }
  forward(minutes: number): void {
    this.ms += minutes * 60_000;
  }
}

describe('IntakeWindow', () => {
  it('sums up the asked minutes and forgets what is older', () => {
    const clock = new ManualClock();
    const window = new IntakeWindow(clock);
    window.add('accepted', 0.01);
    clock.forward(10);
    window.add('accepted', 0.01);
    window.add('rate_limited', null);
    expect(window.summary(5).outcomes).toMatchObject({ accepted: 1, rate_limited: 1, duplicate: 0 });
    expect(window.summary(15).outcomes.accepted).toBe(2);
    clock.forward(24 * 60 + 1);
    expect(window.summary(1440).outcomes).toMatchObject({ accepted: 0, rate_limited: 0 });
  });

  it.each([-7_200_000, 7_200_000])('counts on when the clock is set by %i ms', (ms) => {
    const clock = new ManualClock();
    const window = new IntakeWindow(clock);
    window.add('accepted', 0.01);
    clock.setByMs = ms;
    window.add('accepted', 0.01);
    expect(window.summary(5).outcomes.accepted).toBe(2);
    clock.forward(10);
    window.add('accepted', 0.01);
    expect(window.summary(5).outcomes.accepted).toBe(1);
  });

  it('starts a minute anew after a day, when its place is used again', () => {
    const clock = new ManualClock();
    const window = new IntakeWindow(clock);
    window.add('accepted', 0.01);
    clock.forward(24 * 60);
    window.add('accepted', 0.01);
    expect(window.summary(1440).outcomes.accepted).toBe(1);
  });

  it('gives quantiles of the acknowledgements, at most 15 % too high', () => {
    const window = new IntakeWindow(new ManualClock());
    expect(window.summary(5).ackSeconds).toEqual({ p50: null, p95: null, p99: null });
    for (let ms = 1; ms <= 1000; ms += 1) window.add('accepted', ms / 1000);
    window.add('accepted', 3_600);
    const { p50, p95, p99 } = window.summary(5).ackSeconds;
    for (const [found, exact] of [
      [p50, 0.5],
      [p95, 0.95],
      [p99, 0.99],
    ] as const) {
      expect(found).toBeGreaterThanOrEqual(exact);
      expect(found).toBeLessThanOrEqual(exact * 1.151);
    }
  });
});
