import { ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, ThrottlerLimitDetail, ThrottlerRequest } from '@nestjs/throttler';
import { DomainError } from '../core/problem';
import { WEBHOOK_THROTTLER } from '../rest/throttling.module';

/** Limits the webhook routes per client address (`TRUST_PROXY` decides whose `X-Forwarded-For` counts). */
@Injectable()
export class WebhookThrottlerGuard extends ThrottlerGuard {
  /** What the library asks of every request; the same for all of them. */
  private settings: Omit<ThrottlerRequest, 'context'>;

  override async onModuleInit(): Promise<void> {
    await super.onModuleInit();
    const throttler = this.throttlers.find(({ name }) => name === WEBHOOK_THROTTLER);
    if (!throttler) throw new Error(`there is no throttler called ${WEBHOOK_THROTTLER}`);
    const { limit, ttl } = throttler as { limit: number; ttl: number };
    const getTracker = (request: Record<string, unknown>): Promise<string> => this.getTracker(request);
    const generateKey = (context: ExecutionContext, tracker: string): string => this.generateKey(context, tracker);
    this.settings = { limit, ttl, blockDuration: ttl, throttler, getTracker, generateKey };
  }

  /** Without the library's look at five decorators of the route for each request: these routes have none of them. */
  override canActivate(context: ExecutionContext): Promise<boolean> {
    const { limit, ttl, blockDuration, throttler, getTracker, generateKey } = this.settings;
    return this.handleRequest({ context, limit, ttl, blockDuration, throttler, getTracker, generateKey });
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
