import { Clock } from '../database/clock';
import { BoundedThrottlerStorage } from './bounded-throttler-storage';

class ManualClock extends Clock {
  ms = 1_000_000;
  now(): Date {
    return new Date(this.ms);
  }
}

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

  it('keeps a bounded number of clients, whatever the number of addresses', async () => {
    for (let index = 0; index < 60_000; index += 1) await storage.increment(`random-${index}`, 60_000, 3);
    expect(storage.size).toBe(50_000);
  });
});
