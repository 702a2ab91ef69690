/** When to retry a failed call. Every call of this client may be repeated: reads, merging PUTs and DELETEs. Pure. */
import type { Priority } from './pace/typeform-call.entity';
import type { Failure } from './typeform-error';

interface Limits {
  maxAttempts: number;
  /** A wait longer than this is reported to the caller instead. */
  maxDelayMs: number;
}

const LIMITS: Record<Priority, Limits> = {
  interactive: { maxAttempts: 2, maxDelayMs: 3_000 },
  background: { maxAttempts: 5, maxDelayMs: 60_000 },
};
/** typeform.md section 5: wait at least 500 ms, with back-off. */
const FIRST_DELAY_MS = 500;
const FACTOR = 3;

/** A failed attempt. */
export interface FailedCall {
  failure: Failure;
  priority: Priority;
  /** Attempts made so far, including this one. */
  attempts: number;
  retryAfterSeconds?: number;
}

/**
 * How many milliseconds to wait before asking for the next turn; null: give up. Only transient failures are retried: 429,
 * 5xx, a failed connection, and in the background a time-out (a person has waited long enough). After a 429 the shared pace
 * makes every call wait, so this adds nothing to it.
 */
export function retryDelayMs({ failure, priority, attempts, retryAfterSeconds }: FailedCall): number | null {
  const { maxAttempts, maxDelayMs } = LIMITS[priority];
  if (attempts >= maxAttempts || !mayPass(failure, priority)) return null;
  const askedMs = (retryAfterSeconds ?? 0) * 1000;
  if (askedMs > maxDelayMs) return null;
  if (failure === 'rate_limited') return 0;
  return Math.max(askedMs, Math.min(maxDelayMs, FIRST_DELAY_MS * FACTOR ** (attempts - 1)));
}

function mayPass(failure: Failure, priority: Priority): boolean {
  if (failure === 'timeout') return priority === 'background';
  return failure === 'rate_limited' || failure === 'server_error' || failure === 'network_error';
}
