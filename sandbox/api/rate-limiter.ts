const WINDOW_MS = 1000;
/** Calls sent exactly on time may arrive a little early or late: a caller that keeps to the limit is never refused. */
const JITTER_MS = 50;

/**
 * Lets through at most `perSecond` calls in any window of one second, counted over the whole account (Typeform:
 * 2 per second). Calls that it refuses do not count. Real time: the simulated clock does not make callers faster.
 */
export class RateLimiter {
  private passedAtMs: number[] = [];

  /** Undefined when the call may pass, else in how many milliseconds the next one may. */
  refuseFor(nowMs: number, perSecond: number): number | undefined {
    this.passedAtMs = this.passedAtMs.filter((atMs) => atMs > nowMs - (WINDOW_MS - JITTER_MS));
    const blocker = this.passedAtMs.at(-perSecond);
    if (this.passedAtMs.length >= perSecond && blocker !== undefined) return blocker + WINDOW_MS - nowMs;
    this.passedAtMs.push(nowMs);
    return undefined;
  }

  reset(): void {
    this.passedAtMs = [];
  }
}
