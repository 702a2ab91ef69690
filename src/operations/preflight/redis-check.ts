import { Redis } from 'ioredis';
import { Check, failed, passed } from '../check';
import { reasonOf } from './check-failure';
import type { PreflightContext } from './preflight-context';

const TIMEOUT_MS = 3_000;

/** Redis answers, where it is configured. */
export function redisCheck(context: PreflightContext): Check {
  return {
    id: 'redis.reachable',
    title: 'Redis answers',
    severity: 'block',
    run: async () => {
      const { redisUrl } = context.config;
      if (redisUrl === null) return passed('REDIS_URL is not set: each process keeps its own throttle counters');
      const { host } = new URL(redisUrl);
      const redis = new Redis(redisUrl, {
        lazyConnect: true,
        connectTimeout: TIMEOUT_MS,
        commandTimeout: TIMEOUT_MS,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
      });
      // Only this event carries the reason; the caller just learns that the connection is closed.
      let reason: unknown;
      redis.on('error', (error) => (reason = error));
      try {
        await redis.connect();
        const startedAt = performance.now();
        await redis.ping();
        return passed(`${host} answers in ${Math.ceil(performance.now() - startedAt)} ms`);
      } catch (error) {
        return failed(
          `${host} does not answer (${reasonOf(reason ?? error)})`,
          'check REDIS_URL and that Redis is running; without REDIS_URL each process keeps its own throttle counters',
        );
      } finally {
        redis.disconnect();
      }
    },
  };
}
