import { Inject, Injectable, Logger } from '@nestjs/common';
import { ThrottlerStorage } from '@nestjs/throttler';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { proveConnection } from '../rest/connection-room';
import { Pace } from '../rest/pace';
import { sendProblem } from '../rest/problem.filter';
import { senderOf } from '../rest/sender-address';
import { AccessMetrics } from './access-metrics';
import { ApiKeysService } from './api-keys.service';
import type { AuthenticatedRequest, Principal } from './principal';

const WINDOW_MS = 1_000;
const MAX_BLOCKED_ADDRESSES = 10_000;
const ADMIN_PATH = /^\/+v1(?:[/?#;]|$)/i;
/** Probes must be answered whoever else asks from the same address, such as that of a load balancer. */
const PROBE = /^\/health(\/|$)/;
/** Not for everybody in production. */
const INTERNAL = /^\/(metrics|openapi\.json)(\/|$)/;

/**
 * Finds out who calls before the body of a request is read. The admin API needs a valid key; calls without one are limited per
 * address (an IPv6 network counts as one), on every other route too, while a valid key passes from a blocked address.
 */
@Injectable()
export class AccessGate {
  private readonly logger = new Logger('Http');
  /** Address -> time of the monotonic clock until which its keys are not looked up, so that guessing does not reach the database. */
  private readonly blockedUntilMs = new LRUCache<string, number>({ max: MAX_BLOCKED_ADDRESSES });
  /** Nobody probes that often; to find out whether a process is ready is work. The longest wait is shorter than the time-out of a probe. */
  private readonly probes = new Pace({ perSecond: 200, burst: 50, maxWaitMs: 500 });
  /** With a management port, the internal routes are there only and need no key. */
  private readonly internalNeedsKey: boolean;

  constructor(
    private readonly config: AppConfig,
    private readonly apiKeys: ApiKeysService,
    private readonly clock: Clock,
    private readonly metrics: AccessMetrics,
    @Inject(ThrottlerStorage) private readonly throttler: ThrottlerStorage,
  ) {
    this.internalNeedsKey = config.environment === 'production' && config.http.managementPort === null;
  }

  /** Installs the gate before any route; `isExempt` tells the requests that prove themselves in another way. */
  install(fastify: FastifyInstance, isExempt: (request: FastifyRequest) => boolean): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (isExempt(request)) return done();
      if (PROBE.test(request.routeOptions.url ?? '')) return this.probes.inTurn(done);
      this.admit(request).then(
        () => done(),
        (error: unknown) => {
          this.metrics.refused(error);
          sendProblem(request, reply, error, this.logger);
        },
      );
    });
  }

  private async admit(request: AuthenticatedRequest): Promise<void> {
    const { url = '' } = request.routeOptions;
    const needsKey = ADMIN_PATH.test(request.url) || ADMIN_PATH.test(url);
    if (needsKey || (this.internalNeedsKey && INTERNAL.test(url))) {
      request.principal = await this.authenticate(request);
      proveConnection(request.raw.socket);
    } else if (await this.isOverLimit(senderOf(request))) {
      const key = keyOf(request);
      if (key === undefined || !(await this.apiKeys.isIssued(key))) throw tooManyCalls();
    }
  }

  private async authenticate(request: AuthenticatedRequest): Promise<Principal> {
    const address = senderOf(request);
    const key = keyOf(request);
    if (key === undefined) return this.refuse(address, 'send an API key: Authorization: Bearer <key>');
    if (this.isBlocked(address) && !(await this.apiKeys.isIssued(key))) throw tooManyCalls();
    const principal = await this.apiKeys.authenticate(key);
    return principal ?? this.refuse(address, 'the API key is unknown, expired or revoked');
  }

  private async refuse(address: string, why: string): Promise<never> {
    throw (await this.isOverLimit(address)) ? tooManyCalls() : new DomainError('unauthorized', why);
  }

  private isBlocked(address: string): boolean {
    return (this.blockedUntilMs.get(address) ?? 0) > this.clock.monotonicMs();
  }

  /** Counts a call without a valid key; true when its address has made too many. */
  private async isOverLimit(address: string): Promise<boolean> {
    if (this.isBlocked(address)) return true;
    const limit = this.config.access.throttleLimitPerSecond;
    const calls = await this.throttler.increment(`auth:${address}`, WINDOW_MS, limit, WINDOW_MS, 'auth');
    if (calls.isBlocked) this.blockedUntilMs.set(address, this.clock.monotonicMs() + WINDOW_MS);
    return calls.isBlocked;
  }
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.authorization ?? '')?.[1];
}

function tooManyCalls(): DomainError {
  return new DomainError('rate_limited', 'too many calls without a valid API key from this address', {
    retryAfterSeconds: 1,
  });
}
