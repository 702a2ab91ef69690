import { Gauge, Registry } from 'prom-client';
import { SecretWatchdog } from './secret-watchdog';
import { ManualClock } from '../../test/support/manual-clock';

function setUp() {
  const clock = new ManualClock();
  const gauge = new Gauge({ name: 'wrong_secret', help: 'x', registers: [new Registry()] });
  const watchdog = new SecretWatchdog(clock, gauge);
  const refuse = (times: number) => {
    for (let n = 0; n < times; n += 1) watchdog.checked('hook', false);
  };
  const count = async () => (await gauge.get()).values[0]?.value;
  return { clock, watchdog, refuse, count };
}

describe('SecretWatchdog', () => {
  it('suspects a secret after three wrong signatures in a row', async () => {
    const { watchdog, refuse, count } = setUp();
    refuse(2);
    expect([watchdog.summary(), await count()]).toEqual([[], 0]);
    refuse(1);
    expect([watchdog.summary(), await count()]).toEqual([[{ endpoint: 'hook', refused: 3 }], 1]);
  });

  it('has the secret sent again at the third and at each one after it', () => {
    const { watchdog } = setUp();
    const asked = Array.from({ length: 5 }, () => watchdog.checked('hook', false));
    expect(asked).toEqual([false, false, true, true, true]);
    expect(watchdog.checked('hook', true)).toBe(false);
    expect(watchdog.checked('hook', false)).toBe(false);
  });

  it('believes a secret again at the first valid signature', async () => {
    const { watchdog, refuse, count } = setUp();
    refuse(5);
    watchdog.checked('hook', true);
    expect(await count()).toBe(0);
    refuse(2);
    expect(await count()).toBe(0);
  });

  it('forgets what no longer happens', async () => {
    const { clock, refuse, count } = setUp();
    refuse(3);
    clock.ms += 24 * 3_600_000 + 1;
    expect(await count()).toBe(0);
  });
});
