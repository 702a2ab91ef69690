/** The throttler's windows in a real Redis, which lets keys expire by the clock of its host. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { SystemClock } from '../src/database/clock';
import { BoundedThrottlerStorage } from '../src/rest/bounded-throttler-storage';
import { RedisThrottlerStorage } from '../src/rest/redis-throttler-storage';
import { freePort } from '../test/support/free-port';
import { eventually } from '../test/support/test-app';
import { requireTool } from './support/tools';

const WINDOW_MS = 5_000;
const KEY = 'typeform-onboarding:throttle:key';

let server: ChildProcess;
let redis: Redis;
let replicas: RedisThrottlerStorage[];
beforeAll(async () => {
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  server = spawn(requireTool('redis-server', 'redis-server'), settings, { stdio: 'ignore' });
  redis = new Redis(port, '127.0.0.1');
  redis.on('error', () => undefined);
  await eventually(
    () =>
      redis.ping().then(
        () => true,
        () => false,
      ),
    'Redis answers',
  );
  const url = `redis://127.0.0.1:${port}`;
  replicas = [1, 2].map(() => new RedisThrottlerStorage(url, new BoundedThrottlerStorage(new SystemClock())));
});
afterAll(async () => {
  for (const replica of replicas) replica.onApplicationShutdown();
  redis.disconnect();
  server.kill();
  await once(server, 'exit');
});
beforeEach(() => redis.del(KEY));

const hit = async (): Promise<{ isBlocked: boolean; timeToBlockExpire: number }[]> => {
  const answers = [];
  for (const replica of replicas) answers.push(await replica.increment('key', WINDOW_MS, 2));
  return answers;
};

it('counts over all replicas', async () => {
  await eventually(async () => (await hit(), (await redis.exists(KEY)) === 1), 'the replicas are connected');
  await redis.del(KEY);
  expect((await hit()).map(({ isBlocked }) => isBlocked)).toEqual([false, false]);
  expect((await hit()).map(({ isBlocked }) => isBlocked)).toEqual([true, true]);
});

it('ends a window in time when the clock of Redis is set back', async () => {
  await hit();
  // What a key looks like after the clock went back by two hours.
  await redis.pexpire(KEY, WINDOW_MS + 7_200_000);
  const [blocked] = await hit();
  expect(blocked).toEqual(expect.objectContaining({ isBlocked: true, timeToBlockExpire: WINDOW_MS / 1000 }));
  expect(await redis.pttl(KEY)).toBeLessThanOrEqual(WINDOW_MS);
});

it('ends a window that never got an end', async () => {
  await redis.set(KEY, 1_000);
  expect((await hit())[0]).toMatchObject({ isBlocked: true });
  expect(await redis.pttl(KEY)).toBeGreaterThan(0);
});
