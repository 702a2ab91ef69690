import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DomainError } from '../core/problem';
import { AccessMetrics } from './access-metrics';
import { AdminThrottlerGuard } from './admin-throttler.guard';
import type { AuthenticatedRequest } from './principal';
import { REQUIRED_ROLE } from './require-role.decorator';
import { includesRole, Role } from './role';

/** The role a route requires; `nobody` when it names none. */
type Requirement = Role | 'public' | 'nobody';

/**
 * Every route requires the role it names, unless it is marked public; the access gate has found out whose key the request has.
 * Calls are throttled per key by the throttler of the admin API.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  /** What the handler of a route requires: looked up once per handler. */
  private readonly requirements = new Map<ReturnType<ExecutionContext['getHandler']>, Requirement>();

  constructor(
    private readonly reflector: Reflector,
    private readonly metrics: AccessMetrics,
    private readonly keyThrottler: AdminThrottlerGuard,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const required = this.requirementOf(context);
    if (required === 'public') return true;
    const refusal = refusalOf(context.switchToHttp().getRequest<AuthenticatedRequest>(), required);
    if (refusal === null) return this.keyThrottler.canActivate(context);
    this.metrics.refused(refusal);
    throw refusal;
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
}

function refusalOf({ principal }: AuthenticatedRequest, required: Role | 'nobody'): DomainError | null {
  if (!principal) return new DomainError('unauthorized', 'send an API key: Authorization: Bearer <key>');
  if (required !== 'nobody' && includesRole(principal.role, required)) return null;
  const role = required === 'nobody' ? 'nobody has' : required;
  return new DomainError('forbidden', `this requires an API key with the role ${role}`);
}
