import type { ZodError } from 'zod';

export interface ErrorDetail {
  code: string;
  description: string;
  field: string;
  in: 'body' | 'query' | 'path';
}

/** An error as Typeform answers it: `{code, description, details?}` (facts, section 4). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    description: string,
    readonly extras: { details?: ErrorDetail[]; headers?: Record<string, string> } = {},
  ) {
    super(description);
    this.name = 'ApiError';
  }

  toBody(): Record<string, unknown> {
    const { details } = this.extras;
    return { code: this.code, description: this.message, ...(details ? { details } : {}) };
  }
}

/** 404 for a form; the code is documented. */
export function formNotFound(formId: string): ApiError {
  return new ApiError(404, 'FORM_NOT_FOUND', `Form with ID "${formId}" was not found`);
}

/** 404 for anything else; only the status is documented. */
export function notFound(what: string): ApiError {
  return new ApiError(404, 'NOT_FOUND', `${what} was not found`);
}

/** 400 with one detail per problem. */
export function validationError(details: ErrorDetail[]): ApiError {
  return new ApiError(400, 'VALIDATION_ERROR', 'There were errors with your request', { details });
}

/** 400 for a single problem. */
export function invalid(field: string, description: string, where: ErrorDetail['in'] = 'query'): ApiError {
  return validationError([{ code: 'INVALID', description, field, in: where }]);
}

/** 400 from what zod found wrong with a body or a query. */
export function fromZod(error: ZodError, where: ErrorDetail['in']): ApiError {
  return validationError(
    error.issues.map((issue) => ({
      code: issue.code.toUpperCase(),
      description: issue.message,
      field: issue.path.join('.'),
      in: where,
    })),
  );
}
