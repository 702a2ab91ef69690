import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IDToken } from 'openid-client';
import { AppConfig } from '../../config/app-config';
import { DomainError } from '../../core/problem';
import { PublicUrl } from '../../rest/public-url';
import { AccessMetrics } from '../access-metrics';
import type { Principal } from '../principal';
import { SignIn } from '../sessions/sign-in';
import { IdentityProvider, type PendingSignIn } from './identity-provider';
import { roleOfClaim } from './role-of-claim';

const COOKIE = 'onboarding_sign_in';
const PART = '[A-Za-z0-9_-]{20,128}';
const PENDING = new RegExp(`(?:^|;)\\s*${COOKIE}=(${PART})\\.(${PART})\\.(${PART})\\s*(?:;|$)`);
const PENDING_SECONDS = 600;
/** Exchanges with the provider under way: strangers can start them. */
const MAX_AT_ONCE = 20;

/** Signs people in to the console whom the identity provider of the configuration knows. */
@Injectable()
export class SingleSignOn {
  private underWay = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly provider: IdentityProvider,
    private readonly signIn: SignIn,
    private readonly publicUrl: PublicUrl,
    private readonly metrics: AccessMetrics,
  ) {}

  /** Sends the browser to the provider. */
  async begin(reply: FastifyReply): Promise<void> {
    const { url, pending } = await this.bounded(() => this.provider.begin());
    const value = [pending.state, pending.nonce, pending.codeVerifier].join('.');
    void reply.header('set-cookie', this.cookie(value, PENDING_SECONDS)).redirect(url.href, 303);
  }

  /** Begins a session for whoever comes back from the provider. Throws `unauthorized`, and `forbidden` for somebody without a role. */
  async complete(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      const pending = pendingOf(request);
      const claims = await this.bounded(() => this.provider.complete(searchOf(request), pending));
      await this.signIn.as(this.principalOf(claims), request, reply);
    } catch (error) {
      this.metrics.refused(error);
      throw error;
    }
    void reply.header('set-cookie', this.cookie('', 0)).redirect(`${this.publicUrl.value}/console/`, 303);
  }

  private principalOf(claims: IDToken): Principal {
    const { rolesClaim = '', roles = { admin: [], operator: [], viewer: [] } } = this.config.oidc ?? {};
    const role = roleOfClaim(claims, rolesClaim, roles);
    if (role === null)
      throw new DomainError(
        'forbidden',
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
      throw new DomainError('rate_limited', 'too many people sign in at the moment', { retryAfterSeconds: 5 });
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
    throw new DomainError('unauthorized', 'this browser has not begun to sign in, or has taken too long: begin again');
  return { state, nonce, codeVerifier };
}

function searchOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}
