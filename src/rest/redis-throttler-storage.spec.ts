import { createServer, Server } from 'node:net';
import { AddressInfo } from 'node:net';
import { SystemClock } from '../database/clock';
import { BoundedThrottlerStorage } from './bounded-throttler-storage';
import { RedisThrottlerStorage } from './redis-throttler-storage';

/** A Redis that takes connections and never answers. */
async function silentRedis(): Promise<{ server: Server; url: string }> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it('while Redis does not answer, every process counts for itself and the limit still holds', async () => {
  const { server, url } = await silentRedis();
  const storage = new RedisThrottlerStorage(url, new BoundedThrottlerStorage(new SystemClock()));
  try {
    const answers = [];
    for (let hit = 0; hit < 3; hit += 1) answers.push(await storage.increment('key', 60_000, 2));
    expect(answers.map(({ isBlocked }) => isBlocked)).toEqual([false, false, true]);
  } finally {
    storage.onApplicationShutdown();
    server.close();
  }
});
