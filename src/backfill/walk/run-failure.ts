/** An error that stopped a run -> when the run continues, and the message for the operator. Pure. */
import { nextAttemptAt, RetryPolicy } from '../../core/backoff';
import { DomainError } from '../../core/problem';
import { Failure, TypeformError } from '../../typeform/typeform-error';
import { EndlessListing } from './endless-listing';

/** The client has already retried the call several times: this covers outages, about two days in total. */
const RETRY: RetryPolicy = {
  initialSeconds: 10,
  maxSeconds: 600,
  multiplier: 2,
  jitterPercent: 25,
  maxHours: 72,
  maxAttempts: 300,
};
/** Failures that do not pass on their own: a person has to follow the error's remedy. */
const PERMANENT: readonly Failure[] = ['unauthorized', 'not_found', 'refused', 'redirect', 'wrong_region'];

/** What to do with a run; `retryAt` null: it has failed. */
export interface Verdict {
  text: string;
  retryAt: Date | null;
}

/** `failures`: attempts since the last page that failed before this one. `random`: uniform in [0, 1). */
export function judgeFailure(error: unknown, at: { failures: number; failedAt: Date; random: number }): Verdict {
  const { failures, failedAt, random } = at;
  const retryAt = isPermanent(error)
    ? null
    : nextAttemptAt(RETRY, { attempts: failures + 1, firstAttemptAt: failedAt, failedAt, random });
  return { text: textOf(error), retryAt };
}

function isPermanent(error: unknown): boolean {
  if (error instanceof TypeformError) return PERMANENT.includes(error.failure);
  return error instanceof EndlessListing || (error instanceof DomainError && error.code === 'validation_failed');
}

/** Messages of our own errors give the remedy and hold no personal data; others might. */
function textOf(error: unknown): string {
  if (error instanceof DomainError) return error.message;
  return 'an internal error stopped the run: search the log for this run';
}
