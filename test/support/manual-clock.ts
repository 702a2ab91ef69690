/** A clock for unit tests: it stands still unless a test moves it. */
import { Clock } from '../../src/database/clock';

export class ManualClock extends Clock {
  /** Milliseconds since the start of the test, on both clocks. */
  ms = 0;
  /** By how much the wall clock was set: the monotonic clock does not see it. */
  setByMs = 0;

  now(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.ms + this.setByMs);
  }

  override monotonicMs(): number {
    return this.ms;
  }
}
