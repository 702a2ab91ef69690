/**
 * The pause of a worker between two looks at what is due: it ends by itself after a while, and early when somebody nudges. No nudge is
 * lost: one that comes while the worker looks ends the pause that follows before it begins.
 */
export class NudgeableSleep {
  private nudged = false;
  private wake: (() => void) | null = null;

  /** Ends the sleep that is under way, or else the next one. */
  nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  /** Call it right before looking at what is due: the look finds whatever earlier nudges were about. */
  forgetNudges(): void {
    this.nudged = false;
  }

  /** Resolves after `ms` milliseconds or on a nudge, whichever is first; at once after a nudge. One sleep at a time. */
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
