import type { SimulatedClock } from './simulated-clock';
import type { TimeSource } from './time-source';

interface Task {
  dueAtMs: number;
  run: () => Promise<void>;
}

/**
 * Runs tasks when the simulated clock reaches them, at most `concurrency` at once.
 * `advance` walks from one due time to the next, so that retries of retries happen at their right moments.
 */
export class Scheduler {
  private readonly waiting: Task[] = [];
  private readonly running = new Set<Promise<void>>();
  private cancelTimer: () => void = () => undefined;
  private stopped = false;

  constructor(
    private readonly clock: SimulatedClock,
    private readonly time: TimeSource,
    private readonly concurrency: () => number,
  ) {}

  /** Adds a task. Tasks of the same moment start in the order in which they were added. */
  at(dueAtMs: number, run: () => Promise<void>): void {
    this.waiting.splice(this.insertionIndex(dueAtMs), 0, { dueAtMs, run });
    this.pump();
  }

  /** Starts what is due and, unless the clock is stopped, sets a timer for the next task. */
  pump(): void {
    this.cancelTimer();
    if (this.stopped) return;
    let next = this.waiting[0];
    while (next && this.isDue(next) && this.running.size < this.concurrency()) {
      this.waiting.shift();
      this.start(next);
      next = this.waiting[0];
    }
    if (next && this.clock.speed > 0 && !this.isDue(next)) {
      const delayMs = Math.ceil((next.dueAtMs - this.clock.nowMs()) / this.clock.speed);
      this.cancelTimer = this.time.after(delayMs, () => this.pump());
    }
  }

  /** Resolves when nothing runs and nothing is due. */
  async settle(): Promise<void> {
    this.pump();
    while (this.running.size > 0) {
      await Promise.race(this.running);
      this.pump();
    }
  }

  /** Moves the clock forward by `ms`, running every task that falls due on the way; resolves when all have finished. */
  async advance(ms: number): Promise<void> {
    const targetMs = this.clock.nowMs() + ms;
    await this.settle();
    for (let next = this.waiting[0]; next && next.dueAtMs <= targetMs && !this.stopped; next = this.waiting[0]) {
      this.clock.advanceTo(next.dueAtMs);
      await this.settle();
    }
    this.clock.advanceTo(targetMs);
    await this.settle();
  }

  /** Drops every waiting task. Running ones are left to finish. */
  clear(): void {
    this.waiting.length = 0;
    this.cancelTimer();
  }

  /** Starts nothing more, ever; resolves when the running tasks have finished. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.clear();
    await Promise.all(this.running);
  }

  private isDue(task: Task): boolean {
    return task.dueAtMs <= this.clock.nowMs();
  }

  private start(task: Task): void {
    const run = task.run().finally(() => {
      this.running.delete(run);
      this.pump();
    });
    this.running.add(run);
  }

  /** Binary search: the first place behind every task that is due no later. */
  private insertionIndex(dueAtMs: number): number {
    let low = 0;
    let high = this.waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.waiting[middle]!.dueAtMs <= dueAtMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
