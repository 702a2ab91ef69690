/**
 * Every error this service answers with: a closed union of codes, each mapped to its HTTP status.
 * A new code does not compile until it has a status and a title (RFC 9457 `application/problem+json`).
 */
export type ErrorCode =
  | 'bad_request'
  | 'request_aborted'
  | 'invalid_event'
  | 'invalid_signature'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'conflict'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'expectation_failed'
  | 'validation_failed'
  | 'headers_too_large'
  | 'rate_limited'
  | 'internal_error'
  | 'typeform_error'
  | 'database_unavailable'
  | 'intake_overloaded'
  | 'shutting_down'
  | 'not_ready'
  | 'typeform_timeout'
  | 'identity_provider_unavailable';

const PROBLEMS: Record<ErrorCode, { status: number; title: string }> = {
  bad_request: { status: 400, title: 'Bad request' },
  request_aborted: { status: 400, title: 'Request cut off' },
  invalid_event: { status: 400, title: 'Not a Typeform event' },
  invalid_signature: { status: 401, title: 'Signature refused' },
  unauthorized: { status: 401, title: 'Authentication required' },
  forbidden: { status: 403, title: 'Role not sufficient' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  request_timeout: { status: 408, title: 'Request not received in time' },
  conflict: { status: 409, title: 'Conflict' },
  payload_too_large: { status: 413, title: 'Payload too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  expectation_failed: { status: 417, title: 'Expectation failed' },
  validation_failed: { status: 422, title: 'Validation failed' },
  headers_too_large: { status: 431, title: 'Request header too large' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Internal error' },
  typeform_error: { status: 502, title: 'Typeform refused the call' },
  database_unavailable: { status: 503, title: 'Database unavailable' },
  intake_overloaded: { status: 503, title: 'Too many commits waiting' },
  shutting_down: { status: 503, title: 'Shutting down' },
  not_ready: { status: 503, title: 'Not ready' },
  identity_provider_unavailable: { status: 502, title: 'Identity provider unavailable' },
  typeform_timeout: { status: 504, title: 'Typeform did not answer' },
};

/** One invalid part of a request: `path` is the JSON path of the input, `message` says what is allowed. */
export interface ValidationIssue {
  path: string;
  message: string;
}

/** Extra facts an error carries: seconds for `Retry-After`, or what failed validation. */
export interface DomainErrorOptions {
  cause?: unknown;
  retryAfterSeconds?: number;
  errors?: ValidationIssue[];
}

/** An error with a code of the closed union. The message is shown to the caller: it never holds a secret or personal data. */
export class DomainError extends Error {
  readonly retryAfterSeconds?: number;
  readonly errors?: ValidationIssue[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: DomainErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'DomainError';
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.errors = options.errors;
  }
}

/** The body of an `application/problem+json` answer (RFC 9457, plus `code`, `requestId` and validation `errors`). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ErrorCode;
  requestId: string;
  errors?: ValidationIssue[];
}

/** The HTTP status of an error code. */
export function statusOf(code: ErrorCode): number {
  return PROBLEMS[code].status;
}

/** Builds the problem document of an error. `instance` is the path of the request, without its query. */
export function toProblem(error: DomainError, instance: string, requestId: string): Problem {
  const { status, title } = PROBLEMS[error.code];
  return {
    type: `urn:typeform-onboarding:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    instance,
    code: error.code,
    requestId,
    ...(error.errors ? { errors: error.errors } : {}),
  };
}
