import type { Random } from '../random';

/** The outcome of one attempt: the status that the receiver answered, or why there was none. */
export type Outcome = { status: number } | { error: 'timeout' | 'connection' };

/** `disable`: never again; `patient`: every 2-3 minutes for 10 hours; `backoff`: a handful of growing pauses. */
export type OutcomeClass = 'success' | 'disable' | 'patient' | 'backoff';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PATIENT_STATUSES = [408, 423, 429, 503];
const PATIENT_HORIZON_MS = 10 * HOUR_MS;

/** The two schedules that Typeform has published for "five times with a back-off"; they disagree. */
export const BACKOFF_SCHEDULES = {
  five: [5, 10, 20, 60, 120].map((minutes) => minutes * MINUTE_MS),
  seven: [5, 10, 20, 60, 120, 180, 240].map((minutes) => minutes * MINUTE_MS),
};
export type BackoffSchedule = keyof typeof BACKOFF_SCHEDULES;

/** Which rule an outcome falls under (Typeform's documentation; facts, section 3). Redirects are failures like any other. */
export function classify(outcome: Outcome): OutcomeClass {
  if ('error' in outcome) return 'backoff';
  if (outcome.status >= 200 && outcome.status < 300) return 'success';
  if (outcome.status === 404 || outcome.status === 410) return 'disable';
  return PATIENT_STATUSES.includes(outcome.status) ? 'patient' : 'backoff';
}

/** The status, or why there was none. */
export function describe(outcome: Outcome): string {
  return 'status' in outcome ? String(outcome.status) : outcome.error;
}

/**
 * When to retry after the last of `attempts`, in simulated milliseconds; undefined when there is no further attempt. Failures of the
 * two retry classes are counted separately: the pause after a back-off failure depends on the back-off failures alone.
 */
export function nextAttemptAt(
  attempts: readonly { atMs: number; outcome: Outcome }[],
  schedule: BackoffSchedule,
  random: Random,
): number | undefined {
  const first = attempts[0];
  const last = attempts.at(-1);
  if (!first || !last) throw new RangeError('no attempt was made yet');
  switch (classify(last.outcome)) {
    case 'success':
    case 'disable':
      return undefined;
    case 'patient': {
      const nextAtMs = last.atMs + random.integer(2 * MINUTE_MS, 3 * MINUTE_MS);
      return nextAtMs <= first.atMs + PATIENT_HORIZON_MS ? nextAtMs : undefined;
    }
    case 'backoff': {
      const failures = attempts.filter(({ outcome }) => classify(outcome) === 'backoff').length;
      const pauseMs = BACKOFF_SCHEDULES[schedule][failures - 1];
      return pauseMs === undefined ? undefined : last.atMs + pauseMs;
    }
  }
}
