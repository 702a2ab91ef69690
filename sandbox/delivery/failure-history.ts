const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Typeform disables a webhook of which 100 % of more than `attempts` attempts within `windowMs` failed. */
const RULES = [
  { windowMs: 5 * MINUTE_MS, attempts: 100, reason: 'more than 100 attempts in 5 minutes, all failed' },
  { windowMs: DAY_MS, attempts: 300, reason: 'more than 300 attempts in 24 hours, all failed' },
];

/** The attempts of one webhook, as far as the disabling rules need them. */
export class FailureHistory {
  /** Failures since the last success, oldest first. */
  private failuresAtMs: number[] = [];
  private lastSuccessAtMs = -Infinity;

  succeeded(atMs: number): void {
    this.lastSuccessAtMs = atMs;
    this.failuresAtMs = [];
  }

  failed(atMs: number): void {
    this.failuresAtMs.push(atMs);
  }

  /** Why Typeform would disable the webhook now; undefined while it would not (Typeform's documentation). */
  reasonToDisable(nowMs: number): string | undefined {
    this.failuresAtMs = this.failuresAtMs.filter((atMs) => atMs > nowMs - DAY_MS);
    return RULES.find(({ windowMs, attempts }) => {
      const allFailed = this.lastSuccessAtMs <= nowMs - windowMs;
      return allFailed && this.failuresAtMs.filter((atMs) => atMs > nowMs - windowMs).length > attempts;
    })?.reason;
  }
}
