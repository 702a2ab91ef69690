import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IDToken } from 'openid-client';
import { AppConfig } from '../../config/app-config';
import { recordProblem } from '../../rest/problem.filter';
import { PublicUrl } from '../../rest/public-url';
import { AccessMetrics } from '../access-metrics';
import type { Principal } from '../principal';
import { SignIn } from '../sessions/sign-in';
import { IdentityProvider, type PendingSignIn } from './identity-provider';
import { roleOfClaim } from './role-of-claim';
import { refusalOf, SignInRefused } from './sign-in-refused';

const COOKIE = 'onboarding_sign_in';
const PART = '[A-Za-z0-9_-]{20,128}';
const PENDING = new RegExp(`(?:^|;)\\s*${COOKIE}=(${PART})\\.(${PART})\\.(${PART})\\s*(?:;|$)`);
const PENDING_SECONDS = 600;
/** Exchanges with the provider under way: strangers can start them. */
const MAX_AT_ONCE = 20;

/** Signs people in to the console whom the identity provider of the configuration knows. */
@Injectable()
export class SingleSignOn {
  private readonly logger = new Logger('Http');
  private underWay = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly provider: IdentityProvider,
    private readonly signIn: SignIn,
    private readonly publicUrl: PublicUrl,
    private readonly metrics: AccessMetrics,
  ) {}

  /** Sends the browser to the provider. Throws `not_found` without single sign-on, and as {@link refuse} does. */
  async begin(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      const { url, pending } = await this.bounded(() => this.provider.begin());
      const value = [pending.state, pending.nonce, pending.codeVerifier].join('.');
      void reply.header('set-cookie', this.cookie(value, PENDING_SECONDS)).redirect(url.href, 303);
    } catch (error) {
      this.refuse(error, request, reply);
    }
  }

  /** Begins a session for whoever comes back from the provider. Throws as {@link refuse} does. */
  async complete(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      const pending = pendingOf(request);
      const claims = await this.bounded(() => this.provider.complete(searchOf(request), pending));
      await this.signIn.as(this.principalOf(claims), request, reply);
    } catch (error) {
      this.metrics.refused(error);
      return this.refuse(error, request, reply);
    }
    void reply.header('set-cookie', this.cookie('', 0)).redirect(`${this.publicUrl.value}/console/`, 303);
  }

  /**
   * A browser is redirected to the console's sign-in, which explains the reason; the URL contains nothing else. For other callers it throws
   * the given error: `unauthorized`, `forbidden`, `identity_provider_unavailable`, `rate_limited`.
   */
  private refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (this.config.oidc === null || !/\btext\/html\b/.test(request.headers.accept ?? '')) throw error;
    recordProblem(request, error, this.logger);
    const address = `${this.publicUrl.value}/console/?refused=${refusalOf(error)}`;
    void reply.header('set-cookie', this.cookie('', 0)).redirect(address, 303);
  }

  private principalOf(claims: IDToken): Principal {
    const { rolesClaim = '', roles = { admin: [], operator: [], viewer: [] } } = this.config.oidc ?? {};
    const role = roleOfClaim(claims, rolesClaim, roles);
    if (role === null)
      throw new SignInRefused(
        'no_role',
        `none of your groups has a role here: see OIDC_ROLES and the claim ${rolesClaim}`,
      );
    const name = [claims.name, claims.preferred_username].find((text) => typeof text === 'string' && text !== '');
    // The audit log keeps it for ever: it tells people apart and names nobody.
    const subject = createHash('sha256').update(`${claims.iss}\n${claims.sub}`).digest('hex').slice(0, 32);
    return {
      id: `oidc:${subject}`,
      name: typeof name === 'string' ? name.slice(0, 100) : 'single sign-on',
      role,
      via: 'oidc',
      expiresAt: null,
      session: null,
    };
  }

  private async bounded<T>(work: () => Promise<T>): Promise<T> {
    if (this.underWay >= MAX_AT_ONCE)
      throw new SignInRefused('busy', 'too many people are signing in', { retryAfterSeconds: 5 });
    this.underWay += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
    }
  }

  /** Lax, since the browser comes back from another site. */
  private cookie(value: string, maxAgeSeconds: number): string {
    const { protocol, pathname } = new URL(this.publicUrl.value);
    const path = `${pathname.replace(/\/$/, '')}/auth/oidc`;
    const secure = protocol === 'https:' ? '; Secure' : '';
    return `${COOKIE}=${value}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
  }
}

function pendingOf({ headers }: FastifyRequest): PendingSignIn {
  const [, state, nonce, codeVerifier] = PENDING.exec(headers.cookie ?? '') ?? [];
  if (state === undefined || nonce === undefined || codeVerifier === undefined)
    throw new SignInRefused('not_begun', 'this browser has not started a sign-in, or it took too long: start again');
  return { state, nonce, codeVerifier };
}

function searchOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}
