import type { FastifyRequest } from 'fastify';
import type { Role } from './role';

/** How somebody proved who they are: by an API key, or by single sign-on. */
export const SIGN_IN_METHODS = ['key', 'oidc'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** Who calls the admin API: an API key, the bootstrap key of the configuration, or a person by single sign-on. */
export interface Principal {
  id: string;
  name: string;
  role: Role;
  via: SignInMethod;
  /** When the key or the session ends; null: never. */
  expiresAt: Date | null;
  /** The hash of the session's token, where a session was used instead of a key. */
  session: string | null;
}

export interface AuthenticatedRequest extends FastifyRequest {
  principal?: Principal;
}

/** How the audit log names a caller. It is kept for ever, so it does not hold the name of a person. */
export function actorOf({ id, name, via }: Principal): { id: string; name: string } {
  return { id, name: via === 'oidc' ? 'single sign-on' : name };
}

/** The caller of a request that has passed the access guard. */
export function principalOf({ principal }: AuthenticatedRequest): Principal {
  if (!principal) throw new Error('the access guard is missing on this route');
  return principal;
}
