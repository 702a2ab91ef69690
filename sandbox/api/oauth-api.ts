import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Random } from '../random';
import { type Scope, SCOPES } from '../settings';
import type { SimulatedClock } from '../time/simulated-clock';
import { fromZod } from './api-error';

const WEEK_SECONDS = 7 * 24 * 60 * 60;

const AuthorizeQuery = z.object({
  client_id: z.string().min(1),
  redirect_uri: z.url(),
  scope: z.string().min(1),
  state: z.string().optional(),
});

const TokenBody = z.discriminatedUnion('grant_type', [
  z.object({ grant_type: z.literal('authorization_code'), code: z.string() }),
  z.object({ grant_type: z.literal('refresh_token'), refresh_token: z.string() }),
]);

/** Access tokens with the scopes that were granted, until they expire. */
export class OAuthTokens {
  private readonly grants = new Map<string, string>();
  private readonly accessTokens = new Map<string, { scopes: Scope[]; expiresAtMs: number }>();

  constructor(
    private readonly clock: SimulatedClock,
    private readonly ids: Random,
  ) {}

  /** The scopes of an access token; undefined when it is unknown or older than a week. */
  scopesOf(accessToken: string): readonly Scope[] | undefined {
    const known = this.accessTokens.get(accessToken);
    return known && this.clock.nowMs() < known.expiresAtMs ? known.scopes : undefined;
  }

  /** A code or refresh token for these scopes, valid once. */
  grant(scope: string): string {
    const code = this.ids.alphanumeric(44);
    this.grants.set(code, scope);
    return code;
  }

  /** Exchanges a code or refresh token for tokens; undefined when it is unknown or already used. */
  redeem(code: string): Record<string, unknown> | undefined {
    const scope = this.grants.get(code);
    if (scope === undefined || !this.grants.delete(code)) return undefined;
    const accessToken = this.ids.alphanumeric(44);
    const asked = scope.split(/[ +]/);
    this.accessTokens.set(accessToken, {
      scopes: SCOPES.filter((each) => asked.includes(each)),
      expiresAtMs: this.clock.nowMs() + WEEK_SECONDS * 1000,
    });
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: WEEK_SECONDS,
      ...(asked.includes('offline') ? { refresh_token: this.grant(scope) } : {}),
    };
  }
}

/**
 * OAuth 2 (facts, section 5): the owner of the account consents to everything, any client may ask. An access token
 * lasts a week; a refresh token comes with the scope `offline` and is invalid once used.
 */
export function oauthApi(root: FastifyInstance, tokens: OAuthTokens): void {
  void root.register((app, _options, done) => {
    const parseForm = (text: string) => Object.fromEntries(new URLSearchParams(text));
    const type = 'application/x-www-form-urlencoded';
    app.addContentTypeParser(type, { parseAs: 'string' }, (_, text, parsed) => parsed(null, parseForm(String(text))));

    app.get('/oauth/authorize', (request, reply) => {
      const query = AuthorizeQuery.safeParse(request.query);
      if (!query.success) throw fromZod(query.error, 'query');
      const target = new URL(query.data.redirect_uri);
      target.searchParams.set('code', tokens.grant(query.data.scope));
      if (query.data.state !== undefined) target.searchParams.set('state', query.data.state);
      return reply.redirect(target.href);
    });

    app.post('/oauth/token', (request, reply) => {
      const body = TokenBody.safeParse(request.body);
      if (!body.success) throw fromZod(body.error, 'body');
      const code = body.data.grant_type === 'refresh_token' ? body.data.refresh_token : body.data.code;
      const issued = tokens.redeem(code);
      if (issued) return issued;
      return reply.status(400).send({ error: 'invalid_grant', error_description: 'unknown, expired or already used' });
    });
    done();
  });
}
