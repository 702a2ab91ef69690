import type { FastifyRequest } from 'fastify';
import type { Role } from './role';

/** Who calls the admin API: an API key, or the bootstrap key of the configuration. */
export interface Principal {
  id: string;
  name: string;
  role: Role;
}

export interface AuthenticatedRequest extends FastifyRequest {
  principal?: Principal;
}

/** The caller of a request that has passed the access guard. */
export function principalOf({ principal }: AuthenticatedRequest): Principal {
  if (!principal) throw new Error('the access guard is missing on this route');
  return principal;
}
