import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Author } from '../audit/audit-log';
import { AuthenticatedRequest, principalOf } from './principal';

/** Injects into a handler who makes the change and in which request, for its audit entry. */
export const ChangeAuthor = createParamDecorator((_data: unknown, context: ExecutionContext): Author => {
  const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
  const { id, name } = principalOf(request);
  return { actor: { id, name }, requestId: request.id };
});
