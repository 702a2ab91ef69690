import { ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, ThrottlerLimitDetail } from '@nestjs/throttler';
import { DomainError } from '../core/problem';
import { ADMIN_THROTTLER } from '../rest/throttling.module';
import type { AuthenticatedRequest } from './principal';

/** Limits the admin API per key. The access guard asks it once it knows whose key a request has. */
@Injectable()
export class AdminThrottlerGuard extends ThrottlerGuard {
  override async onModuleInit(): Promise<void> {
    await super.onModuleInit();
    this.throttlers = this.throttlers.filter(({ name }) => name === ADMIN_THROTTLER);
  }

  protected override getTracker(request: AuthenticatedRequest): Promise<string> {
    return Promise.resolve(request.principal?.id ?? '');
  }

  protected override generateKey(_context: ExecutionContext, tracker: string): string {
    return `admin:${tracker}`;
  }

  protected override throwThrottlingException(_context: ExecutionContext, detail: ThrottlerLimitDetail): Promise<void> {
    throw new DomainError('rate_limited', 'too many requests with this key', {
      retryAfterSeconds: Math.max(1, detail.timeToBlockExpire),
    });
  }
}
