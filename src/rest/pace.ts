export interface PaceLimits {
  perSecond: number;
  /** So many may go at once after a pause. */
  burst: number;
  /** Nobody waits longer, however many there are. */
  maxWaitMs: number;
}

/**
 * Slows down requests that need no proof of their sender. A connection has one request at work, so a flood gets no faster than its
 * answers, and the event loop stays free for those who prove who they are.
 */
export class Pace {
  private nextAtMs = -Infinity;

  constructor(private readonly limits: PaceLimits) {}

  /** Calls `go` in its turn: at once, unless more are coming than the limits allow. */
  inTurn(go: () => void): void {
    const now = performance.now();
    const { perSecond, burst, maxWaitMs } = this.limits;
    const stepMs = 1_000 / perSecond;
    this.nextAtMs = Math.min(Math.max(this.nextAtMs, now - burst * stepMs) + stepMs, now + maxWaitMs);
    if (this.nextAtMs <= now) go();
    else setTimeout(go, this.nextAtMs - now);
  }
}
