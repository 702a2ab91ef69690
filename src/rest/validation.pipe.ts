import { ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import { DomainError, ValidationIssue } from '../core/problem';
import { reservedFields, toIssues } from './validation-issues';

/** Checks queries and bodies against their classes; unknown properties are refused, and every problem is reported. */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      // The object it was found in tells which fields are known; it never leaves the service.
      validationError: { target: true, value: true },
      exceptionFactory: (errors) => invalid(toIssues(errors)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && value !== undefined && !isObject(value))
      throw invalid([{ path: '', message: 'the body must be a JSON object' }]);
    if (metadata.type === 'body' || metadata.type === 'query') {
      const reserved = reservedFields(value);
      if (reserved.length > 0) throw invalid(reserved);
    }
    return super.transform(value, metadata);
  }
}

function invalid(errors: ValidationIssue[]): DomainError {
  return new DomainError('validation_failed', 'the request is not valid', { errors });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
