import { Injectable } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { largeCache } from '../core/large-cache';
import { Clock } from '../database/clock';

type Hits = Awaited<ReturnType<ThrottlerStorage['increment']>>;

interface Window {
  hits: number;
  /** By the monotonic clock: setting a wall clock back would make a window last for hours. */
  endsAtMs: number;
}

/** The most clients remembered; the least recently seen is dropped first, so a flood of addresses cannot fill the memory. */
const MAX_CLIENTS = 50_000;

/** Counts requests in fixed windows. Unlike the library's own storage, it keeps one number per client, not a list of hits. */
@Injectable()
export class BoundedThrottlerStorage implements ThrottlerStorage {
  private readonly windows = largeCache<Window>(MAX_CLIENTS);

  constructor(private readonly clock: Clock) {}

  /** Clients remembered now. */
  get size(): number {
    return this.windows.size;
  }

  /** Counts one request; `ttlMs` is the length of a window; times in the result are in seconds. */
  increment(key: string, ttlMs: number, limit: number): Promise<Hits> {
    const now = this.clock.monotonicMs();
    let window = this.windows.get(key);
    if (!window || window.endsAtMs <= now) {
      window = { hits: 0, endsAtMs: now + ttlMs };
      this.windows.set(key, window);
    }
    window.hits += 1;
    return Promise.resolve(toHits(window.hits, window.endsAtMs - now, limit));
  }
}

/** The library's answer for a window that has `hits` requests and ends in `remainingMs`. */
export function toHits(hits: number, remainingMs: number, limit: number): Hits {
  const seconds = Math.max(1, Math.ceil(remainingMs / 1000));
  const isBlocked = hits > limit;
  return { totalHits: hits, timeToExpire: seconds, isBlocked, timeToBlockExpire: isBlocked ? seconds : 0 };
}
