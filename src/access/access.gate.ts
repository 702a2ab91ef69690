import { Inject, Injectable, Logger } from '@nestjs/common';
import { ThrottlerStorage } from '@nestjs/throttler';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config';
import { largeCache } from '../core/large-cache';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { proveConnection } from '../rest/connection-room';
import { Pace } from '../rest/pace';
import { sendProblem } from '../rest/problem.filter';
import { senderOf } from '../rest/sender-address';
import { AccessMetrics } from './access-metrics';
import { ApiKeysService } from './api-keys.service';
import type { AuthenticatedRequest, Principal } from './principal';
import { SessionCookie } from './sessions/session-cookie';
import { SessionsService } from './sessions/sessions.service';

const WINDOW_MS = 1_000;
const MAX_BLOCKED_ADDRESSES = 10_000;
const ADMIN_PATH = /^\/+v1(?:[/?#;]|$)/i;
/** Probes must be answered whoever else asks from the same address, such as that of a load balancer. */
const PROBE = /^\/health(\/|$)/;
/** Not for everybody in production. */
const INTERNAL = /^\/(metrics|openapi\.json)(\/|$)/;
/** Where a key in the body becomes a session. It is found out after the body was read, so that is kept small. */
const SIGN_IN = '/v1/session';
const SIGN_IN_BODY_BYTES = 4 * 1024;
/** Calls that change nothing. */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** How a request says who sends it. A key goes before a session. */
type Credential = { key: string } | { token: string } | null;

/**
 * Finds out who calls before the body of a request is read. The admin API needs a valid key or session; calls without one are limited
 * per address (an IPv6 network counts as one), on every other route too, while a valid one passes from a blocked address.
 */
@Injectable()
export class AccessGate {
  private readonly logger = new Logger('Http');
  /** Address -> time of the monotonic clock until which its keys are not looked up, so that guessing does not reach the database. */
  private readonly blockedUntilMs = largeCache<number>(MAX_BLOCKED_ADDRESSES);
  /** Nobody probes that often; to find out whether a process is ready is work. The longest wait is shorter than the time-out of a probe. */
  private readonly probes = new Pace({ perSecond: 200, burst: 50, maxWaitMs: 500 });
  /** With a management port, the internal routes are there only and need no key. */
  private readonly internalNeedsKey: boolean;

  constructor(
    private readonly config: AppConfig,
    private readonly apiKeys: ApiKeysService,
    private readonly sessions: SessionsService,
    private readonly cookie: SessionCookie,
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
    if (url === SIGN_IN && request.method === 'POST') return this.admitToSignIn(request);
    const needsKey = ADMIN_PATH.test(request.url) || ADMIN_PATH.test(url);
    if (needsKey || (this.internalNeedsKey && INTERNAL.test(url))) {
      request.principal = await this.authenticate(request);
      proveConnection(request.raw.socket);
    } else if (await this.isOverLimit(senderOf(request))) {
      const credential = this.credentialOf(request);
      if (credential === null || !(await this.isIssued(credential))) throw tooManyCalls();
    }
  }

  /** Every attempt counts: what is in the body is not known yet. */
  private async admitToSignIn(request: FastifyRequest): Promise<void> {
    if (await this.isOverLimit(senderOf(request))) throw tooManyCalls();
    const { 'content-length': bytes, 'transfer-encoding': encoding } = request.headers;
    if (encoding !== undefined || Number(bytes ?? 0) > SIGN_IN_BODY_BYTES)
      throw new DomainError('payload_too_large', `send at most ${SIGN_IN_BODY_BYTES} bytes here, and Content-Length`);
  }

  private async authenticate(request: AuthenticatedRequest): Promise<Principal> {
    const address = senderOf(request);
    const credential = this.credentialOf(request);
    if (credential === null) return this.refuse(address, 'send an API key: Authorization: Bearer <key>');
    if (this.isBlocked(address) && !(await this.isIssued(credential))) throw tooManyCalls();
    if ('key' in credential) {
      const principal = await this.apiKeys.authenticate(credential.key);
      return principal ?? this.refuse(address, 'the API key is unknown, expired or revoked');
    }
    const principal = await this.sessions.authenticate(credential.token);
    if (!principal) return this.refuse(address, 'the session has ended: sign in again');
    // No page of another site can send this header without asking first, and nobody allows that.
    if (!SAFE_METHODS.includes(request.method) && request.headers['x-requested-with'] !== 'console')
      throw new DomainError('forbidden', 'a change made with a session needs the header X-Requested-With: console');
    return principal;
  }

  private credentialOf(request: FastifyRequest): Credential {
    const { authorization = '' } = request.headers;
    const key = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1];
    if (key !== undefined) return { key };
    const token = /^Bearer\b/i.test(authorization) ? undefined : this.cookie.tokenOf(request);
    return token === undefined ? null : { token };
  }

  private isIssued(credential: NonNullable<Credential>): Promise<boolean> {
    return 'key' in credential ? this.apiKeys.isIssued(credential.key) : this.sessions.isIssued(credential.token);
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

function tooManyCalls(): DomainError {
  return new DomainError('rate_limited', 'too many calls without a valid API key from this address', {
    retryAfterSeconds: 1,
  });
}
