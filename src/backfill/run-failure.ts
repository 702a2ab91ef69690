/** An error that stopped a walk -> when the run goes on, and what an operator reads about it. Pure. */
import { nextAttemptAt, RetryPolicy } from '../core/backoff';
import { DomainError } from '../core/problem';
import { Failure, TypeformError } from '../typeform/typeform-error';

/** The client has repeated the call several times by then: this is for outages. About two days in all. */
const RETRY: RetryPolicy = {
  initialSeconds: 10,
  maxSeconds: 600,
  multiplier: 2,
  jitterPercent: 25,
  maxHours: 72,
  maxAttempts: 300,
};
/** What does not pass by itself: somebody has to do what the error says. */
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
  return error instanceof DomainError && error.code === 'validation_failed';
}

/** Messages of our own errors tell what to do and hold no personal data; those of others might. */
function textOf(error: unknown): string {
  if (error instanceof DomainError) return error.message;
  return 'an error of this service stopped the walk: look for this run in the log';
}
