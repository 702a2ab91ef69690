import { Injectable } from '@nestjs/common';
import * as oidc from 'openid-client';
import { AppConfig } from '../../config/app-config';
import { DomainError } from '../../core/problem';
import { Clock } from '../../database/clock';
import { PublicUrl } from '../../rest/public-url';
import { hasClaim } from './role-of-claim';
import { SignInRefused } from './sign-in-refused';

const TIMEOUT_SECONDS = 10;
/** How long what the provider says about itself is believed. Its signing keys are asked for with every sign-in. */
const METADATA_MAX_AGE_MS = 10 * 60_000;

type Oidc = NonNullable<AppConfig['oidc']>;

/** What a browser keeps while it is at the provider; whoever comes back without it did not start here. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** The OpenID provider of the configuration: authorization code flow with PKCE, state and nonce. */
@Injectable()
export class IdentityProvider {
  private metadata: { readonly loadedAtMs: number; readonly value: Promise<oidc.ServerMetadata> } | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly publicUrl: PublicUrl,
    private readonly clock: Clock,
  ) {}

  /** Where the provider sends browsers back to. */
  get redirectUri(): string {
    return `${this.publicUrl.value}/auth/oidc/callback`;
  }

  /** Where to send a browser that signs in, and what it has to keep. Throws `not_found` without single sign-on,
   * `identity_provider_unavailable`. */
  async begin(): Promise<{ url: URL; pending: PendingSignIn }> {
    const settings = this.settings();
    const client = await this.client(settings);
    const pending = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
    };
    const { scopes_supported: known = [] } = client.serverMetadata();
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: this.redirectUri,
      // A provider may refuse a scope that it does not know.
      scope: ['openid', 'profile', settings.rolesClaim].filter((s, at) => at < 2 || known.includes(s)).join(' '),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url, pending };
  }

  /**
   * Who came back from the provider: `search` is the query of the request. Throws `unauthorized` for anything but a sign-in that this
   * browser began and the provider vouches for.
   */
  async complete(search: string, { state, nonce, codeVerifier }: PendingSignIn): Promise<oidc.IDToken> {
    const settings = this.settings();
    const client = await this.client(settings);
    try {
      const tokens = await oidc.authorizationCodeGrant(client, new URL(`${this.redirectUri}${search}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('the provider sent no ID token');
      if (hasClaim(claims, settings.rolesClaim) || !client.serverMetadata().userinfo_endpoint) return claims;
      return { ...(await oidc.fetchUserInfo(client, tokens.access_token, claims.sub)), ...claims };
    } catch (cause) {
      // The provider itself says no: the person is not allowed there, or has cancelled.
      const reason = cause instanceof oidc.AuthorizationResponseError ? 'provider_refused' : 'not_confirmed';
      throw new SignInRefused(reason, 'the sign-in failed: start again', { cause });
    }
  }

  /** Whether the provider answers now: null when it does, else what is wrong. Throws `not_found` without single sign-on. */
  async problem(): Promise<string | null> {
    const { issuer, clientId, clientSecret } = this.settings();
    try {
      await this.discover(issuer, clientId, clientSecret);
      return null;
    } catch (error) {
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
      return `${issuer} does not answer as an OpenID provider (${why}): check OIDC_ISSUER and the network path to it`;
    }
  }

  private settings(): Oidc {
    if (this.config.oidc === null) throw new DomainError('not_found', 'single sign-on is not configured');
    return this.config.oidc;
  }

  /** A client that has seen none of the provider's keys yet: after these were changed, a sign-in must not be refused. */
  private async client({ issuer, clientId, clientSecret }: Oidc): Promise<oidc.Configuration> {
    const metadata = await this.discovered(issuer, clientId, clientSecret);
    const client = new oidc.Configuration({ ...metadata }, clientId, clientSecret);
    client.timeout = TIMEOUT_SECONDS;
    oidc.enableNonRepudiationChecks(client);
    // The configuration allows this for a loopback address only.
    if (isInsecure(issuer)) oidc.allowInsecureRequests(client);
    return client;
  }

  private async discovered(issuer: string, clientId: string, secret: string): Promise<oidc.ServerMetadata> {
    const now = this.clock.monotonicMs();
    if (!this.metadata || now - this.metadata.loadedAtMs > METADATA_MAX_AGE_MS)
      this.metadata = { loadedAtMs: now, value: this.discover(issuer, clientId, secret) };
    try {
      return await this.metadata.value;
    } catch (cause) {
      this.metadata = null;
      throw new SignInRefused('provider_unavailable', 'the identity provider (OIDC_ISSUER) does not answer', {
        cause,
        retryAfterSeconds: 10,
      });
    }
  }

  private async discover(issuer: string, clientId: string, secret: string): Promise<oidc.ServerMetadata> {
    const found = await oidc.discovery(new URL(issuer), clientId, secret, undefined, {
      timeout: TIMEOUT_SECONDS,
      execute: isInsecure(issuer) ? [oidc.allowInsecureRequests] : [],
    });
    return found.serverMetadata();
  }
}

function isInsecure(issuer: string): boolean {
  return new URL(issuer).protocol === 'http:';
}
