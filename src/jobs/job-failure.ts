/** An error that stopped a job -> why, and when the job goes on. Pure. */
import { nextAttemptAt, type RetryPolicy } from '../core/backoff';
import { isContention, isDataException } from '../database/database-errors';
import type { JobError } from './job.entity';

/** Another transaction in the way, or an error that may pass: about an hour in all. */
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

/** The code of an error; its own message may quote an answer and is shown nowhere. */
export function jobErrorOf(error: unknown): JobError {
  if (isContention(error)) return 'contention';
  return isDataException(error) ? 'data_rejected' : 'internal_error';
}
