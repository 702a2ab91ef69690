/** When to retry a failed event: exponential back-off with jitter, bounded by attempts and by total time. */

export interface RetryPolicy {
  initialSeconds: number;
  maxSeconds: number;
  /** Factor between two delays, > 1. */
  multiplier: number;
  /** Each delay is spread evenly over ± this many percent, so that events that failed together are not retried together. */
  jitterPercent: number;
  /** No attempt starts later than this many hours after the first one. */
  maxHours: number;
  maxAttempts: number;
}

export interface FailedAttempt {
  /** Attempts made so far, including the failed one; >= 1. */
  attempts: number;
  firstAttemptAt: Date;
  failedAt: Date;
  /** Uniform in [0, 1): injected so that the function stays pure. */
  random: number;
}

/** The pause after the `attempts`-th failure in a row, in seconds. `random` is uniform in [0, 1). */
export function backoffSeconds(
  policy: Pick<RetryPolicy, 'initialSeconds' | 'maxSeconds' | 'multiplier' | 'jitterPercent'>,
  attempts: number,
  random: number,
): number {
  const grown = policy.initialSeconds * policy.multiplier ** (attempts - 1);
  return Math.min(policy.maxSeconds, grown) * (1 + ((random * 2 - 1) * policy.jitterPercent) / 100);
}

/** The time of the next attempt, or null when the policy gives up (the event is dead). */
export function nextAttemptAt(policy: RetryPolicy, failed: FailedAttempt): Date | null {
  if (failed.attempts >= policy.maxAttempts) return null;
  const at = failed.failedAt.getTime() + backoffSeconds(policy, failed.attempts, failed.random) * 1000;
  const deadline = failed.firstAttemptAt.getTime() + policy.maxHours * 3_600_000;
  return at > deadline ? null : new Date(at);
}
