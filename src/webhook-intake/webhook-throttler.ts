import { Inject, Injectable } from '@nestjs/common';
import { ThrottlerStorage } from '@nestjs/throttler';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { WEBHOOK_THROTTLER } from '../rest/throttling.module';

/** Limits the webhook routes per client address, before the body of a request is read. */
@Injectable()
export class WebhookThrottler {
  private readonly limit: number;
  private readonly ttlMs: number;

  constructor(
    config: AppConfig,
    @Inject(ThrottlerStorage) private readonly storage: ThrottlerStorage,
  ) {
    this.limit = config.intake.throttleLimit;
    this.ttlMs = config.intake.throttleTtlSeconds * 1000;
  }

  /** One counter per address for all webhook routes, so that changing the path gains nothing. Null: the request may go on. */
  async refusal(address: string): Promise<DomainError | null> {
    const { limit, ttlMs } = this;
    const hits = await this.storage.increment(`webhook:${address}`, ttlMs, limit, ttlMs, WEBHOOK_THROTTLER);
    if (!hits.isBlocked) return null;
    return new DomainError('rate_limited', 'too many requests from this address', {
      retryAfterSeconds: Math.max(1, hits.timeToBlockExpire),
    });
  }
}
