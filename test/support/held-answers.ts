import { systemTime, type TimeSource } from '../../sandbox/time/time-source';

/** The delay of an answer that comes when a test lets it, and else not at all. */
export const UNTIL_RELEASED_MS = 3_600_000;

/** The sandbox's time source for tests that need a call to Typeform to be under way: what is to wait so long waits for `release`. */
export class HeldAnswers implements TimeSource {
  private readonly held = new Set<() => void>();

  nowMs(): number {
    return systemTime.nowMs();
  }

  after(delayMs: number, task: () => void): () => void {
    if (delayMs < UNTIL_RELEASED_MS) return systemTime.after(delayMs, task);
    this.held.add(task);
    return () => this.held.delete(task);
  }

  /** Lets everything that waits now go on. */
  release(): void {
    const tasks = [...this.held];
    this.held.clear();
    for (const task of tasks) task();
  }
}
