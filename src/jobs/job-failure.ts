/** An error that stopped a job -> why, and when the job continues. Pure. */
import { nextAttemptAt, type RetryPolicy } from '../core/backoff';
import { isContention, isDataException } from '../database/database-errors';
import type { JobError } from './job.entity';

/** For conflicts with other transactions and transient errors: about an hour in total. */
const RETRY: RetryPolicy = {
  initialSeconds: 1,
  maxSeconds: 120,
  multiplier: 2,
  jitterPercent: 25,
  maxHours: 2,
  maxAttempts: 36,
};

/** What to do with a job; `retryAt` null: it has failed. */
interface JobVerdict {
  error: JobError;
  retryAt: Date | null;
}

/** `failures`: attempts since the last chunk that failed before this one. `random`: uniform in [0, 1). */
export function judgeJobFailure(error: unknown, at: { failures: number; failedAt: Date; random: number }): JobVerdict {
  const { failures, failedAt, random } = at;
  const retryAt = nextAttemptAt(RETRY, { attempts: failures + 1, firstAttemptAt: failedAt, failedAt, random });
  return { error: jobErrorOf(error), retryAt };
}

/** The code of an error; its message may quote an answer and is never shown. */
export function jobErrorOf(error: unknown): JobError {
  if (isContention(error)) return 'contention';
  return isDataException(error) ? 'data_rejected' : 'internal_error';
}
