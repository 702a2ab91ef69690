import { ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, ThrottlerLimitDetail } from '@nestjs/throttler';
import { DomainError } from '../core/problem';
import { WEBHOOK_THROTTLER } from '../rest/throttling.module';

/** Limits the webhook routes per client address (`TRUST_PROXY` decides whose `X-Forwarded-For` counts). */
@Injectable()
export class WebhookThrottlerGuard extends ThrottlerGuard {
  override async onModuleInit(): Promise<void> {
    await super.onModuleInit();
    this.throttlers = this.throttlers.filter(({ name }) => name === WEBHOOK_THROTTLER);
  }

  /** One counter an address for both webhook routes, so that changing the path gains nothing. */
  protected override generateKey(_context: ExecutionContext, tracker: string): string {
    return `webhook:${tracker}`;
  }

  protected override throwThrottlingException(_context: ExecutionContext, detail: ThrottlerLimitDetail): Promise<void> {
    throw new DomainError('rate_limited', 'too many requests from this address', {
      retryAfterSeconds: Math.max(1, detail.timeToBlockExpire),
    });
  }
}
