/**
 * A worker's pause between two checks for due work: it ends after a given time, or early on a nudge. No nudge is
 * lost: one that arrives during a check ends the next pause before it begins.
 */
export class NudgeableSleep {
  private nudged = false;
  private wake: (() => void) | null = null;

  /** Ends the current sleep, or else the next one. */
  nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  /** Call it right before checking for due work: that check covers all earlier nudges. */
  forgetNudges(): void {
    this.nudged = false;
  }

  /** Resolves after `ms` milliseconds or on a nudge, whichever comes first; immediately after a nudge. One sleep at a time. */
  async sleep(ms: number): Promise<void> {
    if (!this.nudged) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = null;
    }
    this.nudged = false;
  }
}
