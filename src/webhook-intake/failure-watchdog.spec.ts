import { Gauge, Registry } from 'prom-client';
import { FailureWatchdog } from './failure-watchdog';
import { ManualClock } from '../../test/support/manual-clock';

function setUp() {
  const clock = new ManualClock();
  const registry = new Registry();
  const gauge = new Gauge({ name: 'at_risk', help: 'x', registers: [registry] });
  const watchdog = new FailureWatchdog(clock, gauge);
  const fail = (times: number) => {
    for (let n = 0; n < times; n += 1) watchdog.answered('hook', false);
  };
  return { clock, gauge, watchdog, fail };
}

describe('FailureWatchdog', () => {
  it('warns at half of what Typeform allows in five minutes', async () => {
    const { gauge, watchdog, fail } = setUp();
    fail(49);
    expect(watchdog.summary()).toMatchObject([{ endpoint: 'hook', inFiveMinutes: 49, atRisk: false }]);
    fail(1);
    expect(watchdog.summary()).toMatchObject([{ inFiveMinutes: 50, inDay: 50, atRisk: true }]);
    expect((await gauge.get()).values).toMatchObject([{ value: 1 }]);
  });

  it('warns at half of what Typeform allows in a day, however slowly it comes', () => {
    const { clock, watchdog, fail } = setUp();
    for (let slot = 0; slot < 15; slot += 1) {
      expect(watchdog.summary().every(({ atRisk }) => !atRisk)).toBe(true);
      fail(10);
      clock.ms += 30 * 60_000;
    }
    expect(watchdog.summary()).toMatchObject([{ inFiveMinutes: 0, inDay: 150, atRisk: true }]);
  });

  it('forgets failures after a day', () => {
    const { clock, watchdog, fail } = setUp();
    fail(150);
    clock.ms += 24 * 3_600_000;
    expect(watchdog.summary()).toEqual([]);
  });

  it.each([-7_200_000, 7_200_000])('counts on when the clock is set by %i ms', (ms) => {
    const { clock, watchdog, fail } = setUp();
    fail(25);
    clock.setByMs = ms;
    fail(25);
    expect(watchdog.summary()).toMatchObject([{ inFiveMinutes: 50, inDay: 50, atRisk: true }]);
    clock.ms += 5 * 60_000;
    expect(watchdog.summary()).toMatchObject([{ inFiveMinutes: 0, inDay: 50 }]);
  });

  it('a single success ends the row', () => {
    const { watchdog, fail } = setUp();
    fail(60);
    watchdog.answered('hook', true);
    expect(watchdog.summary()).toEqual([]);
    fail(49);
    expect(watchdog.summary()).toMatchObject([{ atRisk: false }]);
  });
});
