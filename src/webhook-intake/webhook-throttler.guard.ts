import { ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../core/problem';
import { senderOf } from '../rest/sender-address';
import { WEBHOOK_THROTTLER } from '../rest/throttling.module';

/** Limits the webhook routes per client address (`TRUST_PROXY` decides whose `X-Forwarded-For` counts). */
@Injectable()
export class WebhookThrottlerGuard extends ThrottlerGuard {
  private limit: number;
  private ttlMs: number;

  override async onModuleInit(): Promise<void> {
    await super.onModuleInit();
    const throttler = this.throttlers.find(({ name }) => name === WEBHOOK_THROTTLER);
    if (!throttler) throw new Error(`there is no throttler called ${WEBHOOK_THROTTLER}`);
    const { limit, ttl } = throttler as { limit: number; ttl: number };
    this.limit = limit;
    this.ttlMs = ttl;
  }

  /**
   * One counter per address for both webhook routes, so that changing the path gains nothing. Skips the library's lookup of
   * route decorators: these routes have none.
   */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const key = `webhook:${senderOf(context.switchToHttp().getRequest<FastifyRequest>())}`;
    const { limit, ttlMs } = this;
    const hits = await this.storageService.increment(key, ttlMs, limit, ttlMs, WEBHOOK_THROTTLER);
    if (!hits.isBlocked) return true;
    throw new DomainError('rate_limited', 'too many requests from this address', {
      retryAfterSeconds: Math.max(1, hits.timeToBlockExpire),
    });
  }
}
