import { BoundedThrottlerStorage } from './bounded-throttler-storage';
import { ManualClock } from '../../test/support/manual-clock';

describe('BoundedThrottlerStorage', () => {
  const clock = new ManualClock();
  const storage = new BoundedThrottlerStorage(clock);

  it('blocks what is over the limit until the window ends', async () => {
    for (let hit = 1; hit <= 3; hit += 1) {
      expect(await storage.increment('a', 5_000, 3)).toMatchObject({ totalHits: hit, isBlocked: false });
    }
    clock.ms += 2_000;
    expect(await storage.increment('a', 5_000, 3)).toMatchObject({ isBlocked: true, timeToBlockExpire: 3 });
    expect(await storage.increment('b', 5_000, 3)).toMatchObject({ totalHits: 1, isBlocked: false });
    clock.ms += 3_000;
    expect(await storage.increment('a', 5_000, 3)).toMatchObject({ totalHits: 1, isBlocked: false });
  });

  it.each([-7_200_000, -60_000, 60_000, 7_200_000])(
    'a clock that is set by %i ms does not change a window',
    async (ms) => {
      const key = `set by ${ms}`;
      for (let hit = 1; hit <= 4; hit += 1) await storage.increment(key, 5_000, 3);
      clock.setByMs += ms;
      expect(await storage.increment(key, 5_000, 3)).toMatchObject({ isBlocked: true, timeToBlockExpire: 5 });
      clock.ms += 5_000;
      expect(await storage.increment(key, 5_000, 3)).toMatchObject({ totalHits: 1, isBlocked: false });
    },
  );

  it('keeps a bounded number of clients, whatever the number of addresses', async () => {
    for (let index = 0; index < 60_000; index += 1) await storage.increment(`random-${index}`, 60_000, 3);
    expect(storage.size).toBe(50_000);
  });
});
