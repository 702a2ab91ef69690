import { Logger, OnApplicationShutdown } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { BoundedThrottlerStorage, toHits } from './bounded-throttler-storage';

/**
 * Counts and, on the first hit of a window, starts its clock; answers the count and the milliseconds left. Redis lets keys expire by
 * its wall clock: a window that would outlast the window length was started before that clock was set back, and is shortened.
 */
const INCREMENT = `
  local hits = redis.call('INCR', KEYS[1])
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 or left > tonumber(ARGV[1]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
    left = tonumber(ARGV[1])
  end
  return {hits, left}`;

const COMMAND_TIMEOUT_MS = 250;
const answer = z.tuple([z.number(), z.number()]);

/**
 * Windows shared by all replicas through Redis. Redis only makes the limit exact over replicas, so while it is unavailable every process
 * counts on its own rather than refusing or slowing down webhooks.
 */
export class RedisThrottlerStorage implements ThrottlerStorage, OnApplicationShutdown {
  private readonly logger = new Logger('Http');
  private readonly redis: Redis;
  private away = false;

  constructor(
    url: string,
    private readonly local: BoundedThrottlerStorage,
  ) {
    this.redis = new Redis(url, {
      keyPrefix: 'typeform-onboarding:throttle:',
      commandTimeout: COMMAND_TIMEOUT_MS,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
    });
    this.redis.on('error', () => this.setAway(true));
    this.redis.on('ready', () => this.setAway(false));
  }

  async increment(key: string, ttlMs: number, limit: number): ReturnType<ThrottlerStorage['increment']> {
    try {
      const [hits, remainingMs] = answer.parse(await this.redis.eval(INCREMENT, 1, key, ttlMs));
      return toHits(hits, remainingMs, limit);
    } catch {
      return this.local.increment(key, ttlMs, limit);
    }
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  private setAway(away: boolean): void {
    if (away && !this.away)
      this.logger.warn('Redis is unreachable: every process throttles on its own until it is back');
    this.away = away;
  }
}
