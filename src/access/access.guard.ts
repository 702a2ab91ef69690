import { CanActivate, ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ThrottlerStorage } from '@nestjs/throttler';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { senderOf } from '../rest/sender-address';
import { AccessMetrics } from './access-metrics';
import { AdminThrottlerGuard } from './admin-throttler.guard';
import { ApiKeysService } from './api-keys.service';
import type { AuthenticatedRequest, Principal } from './principal';
import { REQUIRED_ROLE } from './require-role.decorator';
import { includesRole, Role } from './role';

const WINDOW_MS = 1_000;
const MAX_BLOCKED_ADDRESSES = 10_000;

/** The role a route requires; `nobody` when it names none. */
type Requirement = Role | 'public' | 'nobody';

/**
 * Every route requires an API key with the role it names, unless it is marked public. Failed keys are throttled per address,
 * and calls per key by the throttler of the admin API.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  /** Address -> time of the monotonic clock until which its keys are not even looked up, so that guessing does not reach the database. */
  private readonly blockedUntilMs = new LRUCache<string, number>({ max: MAX_BLOCKED_ADDRESSES });
  /** What the handler of a route requires: looked up once per handler. */
  private readonly requirements = new Map<ReturnType<ExecutionContext['getHandler']>, Requirement>();

  constructor(
    private readonly reflector: Reflector,
    private readonly config: AppConfig,
    private readonly apiKeys: ApiKeysService,
    private readonly clock: Clock,
    private readonly metrics: AccessMetrics,
    private readonly keyThrottler: AdminThrottlerGuard,
    @Inject(ThrottlerStorage) private readonly throttler: ThrottlerStorage,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const required = this.requirementOf(context);
    return required === 'public' || this.authorise(context, required);
  }

  private requirementOf(context: ExecutionContext): Requirement {
    const handler = context.getHandler();
    const known = this.requirements.get(handler);
    if (known !== undefined) return known;
    const targets = [handler, context.getClass()];
    const found = this.reflector.getAllAndOverride<Requirement | undefined>(REQUIRED_ROLE, targets) ?? 'nobody';
    this.requirements.set(handler, found);
    return found;
  }

  private async authorise(context: ExecutionContext, required: Role | 'nobody'): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    try {
      request.principal = await this.admit(request, required);
    } catch (error) {
      this.metrics.refused(error);
      throw error;
    }
    return this.keyThrottler.canActivate(context);
  }

  private async admit(request: AuthenticatedRequest, required: Role | 'nobody'): Promise<Principal> {
    const principal = await this.authenticate(request);
    if (required === 'nobody' || !includesRole(principal.role, required)) {
      throw new DomainError(
        'forbidden',
        `this requires an API key with the role ${required === 'nobody' ? 'nobody has' : required}`,
      );
    }
    return principal;
  }

  private async authenticate(request: AuthenticatedRequest): Promise<Principal> {
    const key = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (key === undefined) throw new DomainError('unauthorized', 'send an API key: Authorization: Bearer <key>');
    const sender = senderOf(request);
    if ((this.blockedUntilMs.get(sender) ?? 0) > this.clock.monotonicMs()) throw tooManyFailures();
    const principal = await this.apiKeys.authenticate(key);
    if (principal) return principal;
    const failures = await this.throttler.increment(
      `auth:${sender}`,
      WINDOW_MS,
      this.config.access.throttleLimitPerSecond,
      WINDOW_MS,
      'auth',
    );
    if (failures.isBlocked) {
      this.blockedUntilMs.set(sender, this.clock.monotonicMs() + WINDOW_MS);
      throw tooManyFailures();
    }
    throw new DomainError('unauthorized', 'the API key is unknown, expired or revoked');
  }
}

function tooManyFailures(): DomainError {
  return new DomainError('rate_limited', 'too many failed attempts from this address', { retryAfterSeconds: 1 });
}
