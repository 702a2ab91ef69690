import { setTimeout as delay } from 'node:timers/promises';

/** The one source of the current time: tests replace it, nothing else reads the system clock. */
export abstract class Clock {
  /** The wall clock. It can be set forward and back, so it tells when something happened but cannot measure a span. */
  abstract now(): Date;

  /** Monotonic milliseconds since an arbitrary moment, unaffected by setting the clock: for measuring spans. */
  monotonicMs(): number {
    return performance.now();
  }

  /** Resolves after `ms` milliseconds. Throws the signal's AbortError. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms, undefined, { signal });
  }
}

/** The system's clocks. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
