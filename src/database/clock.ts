/** The one source of the current time: tests replace it, nothing else reads the system clock. */
export abstract class Clock {
  abstract now(): Date;
}

/** The system's wall clock. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
