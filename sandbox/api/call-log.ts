/** One call that reached the API, regardless of its outcome. */
export interface ApiCall {
  /** Real time, because the rate limit uses real time. */
  atMs: number;
  method: string;
  url: string;
  /** 0 when a fault dropped the connection. */
  status: number;
}

const KEPT = 10_000;

/** The calls received, for tests that verify their rate. */
export class CallLog {
  private calls: ApiCall[] = [];

  record(call: ApiCall): void {
    this.calls.push(call);
    if (this.calls.length > 2 * KEPT) this.calls = this.calls.slice(-KEPT);
  }

  /** In the order of arrival. */
  all(): ApiCall[] {
    return [...this.calls].sort((a, b) => a.atMs - b.atMs);
  }

  clear(): void {
    this.calls = [];
  }
}

/** The most calls in any window of `windowMs`. `calls` are in order of arrival. */
export function mostInWindow(calls: readonly ApiCall[], windowMs = 1000): number {
  let most = 0;
  let first = 0;
  calls.forEach((call, index) => {
    while (call.atMs - calls[first]!.atMs >= windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
