import { ValidationError, ValidationPipe } from '@nestjs/common';
import { DomainError, ValidationIssue } from '../core/problem';

/** Checks queries and bodies against their classes; unknown properties are refused, and every problem is reported. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) =>
      new DomainError('validation_failed', 'the request is not valid', {
        errors: errors.flatMap((error) => issues(error, '')),
      }),
  });
}

function issues(error: ValidationError, parent: string): ValidationIssue[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => issues(child, path))];
}
