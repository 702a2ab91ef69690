import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Author } from '../audit/audit-log';
import { actorOf, AuthenticatedRequest, principalOf } from './principal';

/** Injects the author and the request id of a change into a handler, for its audit entry. */
export const ChangeAuthor = createParamDecorator((_data: unknown, context: ExecutionContext): Author => {
  const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
  return { actor: actorOf(principalOf(request)), requestId: request.id };
});
