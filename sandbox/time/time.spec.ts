import { Scheduler } from './scheduler';
import { SimulatedClock, toIsoSeconds } from './simulated-clock';
import type { TimeSource } from './time-source';

/** Real time that passes only when told to. */
class ManualTime implements TimeSource {
  private timers: { atMs: number; task: () => void }[] = [];

  constructor(private currentMs = 1_000_000) {}

  nowMs(): number {
    return this.currentMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.currentMs + delayMs, task };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((each) => each !== timer));
  }

  pass(ms: number): void {
    this.currentMs += ms;
    const due = this.timers.filter(({ atMs }) => atMs <= this.currentMs);
    this.timers = this.timers.filter((timer) => !due.includes(timer));
    due.forEach(({ task }) => task());
  }
}

function setUp(speed: number, concurrency = 10) {
  const time = new ManualTime();
  const clock = new SimulatedClock(time, { speed, startAtMs: 0 });
  const scheduler = new Scheduler(clock, time, () => concurrency);
  const ran: string[] = [];
  const task = (name: string, then?: () => void) => () => {
    ran.push(`${name}@${clock.nowMs()}`);
    then?.();
    return Promise.resolve();
  };
  return { time, clock, scheduler, ran, task };
}

describe('SimulatedClock', () => {
  it('follows real time at its speed', () => {
    const { time, clock } = setUp(60);
    time.pass(1000);
    expect(clock.nowMs()).toBe(60_000);
  });

  it('keeps its time when the speed changes, and stands still at 0', () => {
    const { time, clock } = setUp(2);
    time.pass(500);
    clock.setSpeed(0);
    time.pass(500);
    expect(clock.nowMs()).toBe(1000);
  });

  it('moves forward and never back', () => {
    const { clock } = setUp(0);
    clock.advanceTo(5000);
    clock.advanceTo(4000);
    expect(clock.nowMs()).toBe(5000);
  });

  it('starts at real time unless told otherwise', () => {
    expect(new SimulatedClock(new ManualTime(77), { speed: 1 }).nowMs()).toBe(77);
  });

  it('writes times in whole seconds', () => {
    expect(toIsoSeconds(Date.UTC(2026, 0, 31, 12, 0, 5, 999))).toBe('2026-01-31T12:00:05Z');
  });
});

describe('Scheduler', () => {
  it('runs tasks at their moments, in order, those that they add on the way too', async () => {
    const { scheduler, ran, task } = setUp(0);
    scheduler.at(3000, task('later'));
    scheduler.at(
      1000,
      task('first', () => scheduler.at(2000, task('retry'))),
    );
    scheduler.at(9000, task('beyond'));
    await scheduler.advance(5000);
    expect(ran).toEqual(['first@1000', 'retry@2000', 'later@3000']);
  });

  it('starts tasks of the same moment in the order in which they came', async () => {
    const { scheduler, ran, task } = setUp(0);
    for (const name of ['a', 'b', 'c']) scheduler.at(10, task(name));
    await scheduler.advance(10);
    expect(ran).toEqual(['a@10', 'b@10', 'c@10']);
  });

  it('reaches the target even when nothing is due', async () => {
    const { scheduler, clock } = setUp(0);
    await scheduler.advance(1234);
    expect(clock.nowMs()).toBe(1234);
  });

  it('sets a timer for what comes next when the clock runs', async () => {
    const { time, scheduler, ran, task } = setUp(60);
    scheduler.at(60_000, task('minute'));
    time.pass(999);
    expect(ran).toEqual([]);
    time.pass(1);
    await scheduler.settle();
    expect(ran).toEqual(['minute@60000']);
  });

  it('runs no more than allowed at once', async () => {
    const { scheduler } = setUp(0, 2);
    let running = 0;
    let most = 0;
    for (let i = 0; i < 7; i++) {
      scheduler.at(0, async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
      });
    }
    await scheduler.settle();
    expect([most, running]).toEqual([2, 0]);
  });

  it('forgets what waits when cleared, and starts nothing after a stop', async () => {
    const { scheduler, ran, task } = setUp(0);
    scheduler.at(10, task('cleared'));
    scheduler.clear();
    await scheduler.advance(100);
    await scheduler.stop();
    scheduler.at(0, task('stopped'));
    await scheduler.settle();
    expect(ran).toEqual([]);
  });
});
