/** The one source of the current time: tests replace it, nothing else reads the system clock. */
export abstract class Clock {
  /** The wall clock. It can be set, forward and back: it says when something happened, and is no measure of a span. */
  abstract now(): Date;

  /** Milliseconds since some moment in the past, which no setting of the clock changes: what spans are measured with. */
  monotonicMs(): number {
    return performance.now();
  }
}

/** The system's clocks. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
