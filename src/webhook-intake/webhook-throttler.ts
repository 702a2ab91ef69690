import { Inject, Injectable } from '@nestjs/common';
import { ThrottlerStorage } from '@nestjs/throttler';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { WEBHOOK_THROTTLER } from '../rest/throttling.module';

const MAX_FLOODING = 10_000;

/** What is known of the signatures that came from an address: none was valid, most were lately, or most were not. */
export type Standing = 'stranger' | 'known' | 'mixed';

/**
 * Limits the webhook routes per client address, before the body of a request is read. What proves nothing (no signature, or a wrong
 * one) has a count of its own, so that it uses up nobody's limit.
 */
@Injectable()
export class WebhookThrottler {
  private readonly limit: number;
  private readonly ttlMs: number;
  /** Address -> time of the monotonic clock until which it has sent too much that proves nothing. */
  private readonly floodedUntilMs = new LRUCache<string, number>({ max: MAX_FLOODING });

  constructor(
    config: AppConfig,
    @Inject(ThrottlerStorage) private readonly storage: ThrottlerStorage,
    private readonly clock: Clock,
  ) {
    this.limit = config.intake.throttleLimit;
    this.ttlMs = config.intake.throttleTtlSeconds * 1000;
  }

  /**
   * Why a request with a well-formed signature is not read; null: it may go on. Those of a `mixed` address, from which Typeform and
   * somebody else call, are not counted here, or its valid ones would pay for the others: call {@link countValid} for those.
   */
  async refusal(address: string, standing: Standing): Promise<DomainError | null> {
    if (standing === 'mixed') return null;
    return (standing === 'stranger' ? this.flooding(address) : null) ?? this.countValid(address);
  }

  /** One counter per address for all webhook routes, so that changing the path gains nothing. Not null: there are too many. */
  async countValid(address: string): Promise<DomainError | null> {
    const hits = await this.count(`webhook:${address}`);
    return hits.isBlocked ? tooMany(hits.timeToBlockExpire) : null;
  }

  /** Counts a request that proves nothing. Not null: too many came from its address. */
  async countStranger(address: string): Promise<DomainError | null> {
    const flooding = this.flooding(address);
    if (flooding) return flooding;
    const hits = await this.count(`stranger:${address}`);
    if (!hits.isBlocked) return null;
    this.floodedUntilMs.set(address, this.clock.monotonicMs() + hits.timeToBlockExpire * 1_000);
    return tooMany(hits.timeToBlockExpire);
  }

  private count(key: string): ReturnType<ThrottlerStorage['increment']> {
    const { limit, ttlMs } = this;
    return this.storage.increment(key, ttlMs, limit, ttlMs, WEBHOOK_THROTTLER);
  }

  private flooding(address: string): DomainError | null {
    const leftMs = (this.floodedUntilMs.get(address) ?? -Infinity) - this.clock.monotonicMs();
    return leftMs > 0 ? tooMany(Math.ceil(leftMs / 1_000)) : null;
  }
}

function tooMany(seconds: number): DomainError {
  return new DomainError('rate_limited', 'too many requests from this address', {
    retryAfterSeconds: Math.max(1, seconds),
  });
}
