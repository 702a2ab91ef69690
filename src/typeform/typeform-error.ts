/** A call to Typeform that failed, and why: what an admin reads in a 502 or 504 problem. */
import { DomainError } from '../core/problem';

export const FAILURES = [
  'unauthorized',
  'not_found',
  'rate_limited',
  'refused',
  'server_error',
  'redirect',
  'unexpected_answer',
  'wrong_region',
  'network_error',
  'timeout',
] as const;
/** A closed set: a metric label, and the input of the retry policy. */
export type Failure = (typeof FAILURES)[number];

/** Facts about a failed call. */
export interface TypeformErrorFacts {
  failure: Failure;
  /** HTTP status; null when there was no (complete) answer. */
  remoteStatus: number | null;
  /** Typeform's own code (`FORM_NOT_FOUND`), or one of ours when it gave none. */
  remoteCode: string;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** Code `typeform_timeout` (504) when Typeform did not answer, else `typeform_error` (502). The message never holds the API key. */
export class TypeformError extends DomainError {
  readonly failure: Failure;
  readonly remoteStatus: number | null;
  readonly remoteCode: string;

  constructor(message: string, { failure, remoteStatus, remoteCode, retryAfterSeconds, cause }: TypeformErrorFacts) {
    const unanswered = failure === 'timeout' || failure === 'network_error';
    super(unanswered ? 'typeform_timeout' : 'typeform_error', message, { cause, retryAfterSeconds });
    this.name = 'TypeformError';
    this.failure = failure;
    this.remoteStatus = remoteStatus;
    this.remoteCode = remoteCode;
  }
}
