import { createParamDecorator, ExecutionContext } from '@nestjs/common';
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

/** Injects the caller into a handler; the access guard has put it there. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  return principalOf(context.switchToHttp().getRequest<AuthenticatedRequest>());
});

/** The caller of a request that has passed the access guard. */
export function principalOf({ principal }: AuthenticatedRequest): Principal {
  if (!principal) throw new Error('the access guard is missing on this route');
  return principal;
}
