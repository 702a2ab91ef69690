/** Counting duplicates without waiting: what somebody else holds is remembered, and counted once it is free. */
import type { ClientBase } from 'pg';
import { countDuplicates } from './inbox-append.repository';

/** More event ids than this are not remembered: a count is worth less than the memory. */
const MAX_EVENTS = 10_000;
const MAX_AT_ONCE = 500;
/** A processor lets go of its rows within some milliseconds, or is stuck for long. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** For a statement that waits for no row. */
const COUNT_TIMEOUT_MS = 2_000;

/** Counts by event id, merged and bounded. Nothing here has a connection of its own: the owner passes its own when it is free. */
export class DuplicateCounts {
  private readonly held = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private pauseMs = FIRST_PAUSE_MS;
  private isDue = false;
  private lost = 0;

  /** `onDue` is called when it is time for {@link countHeld}. */
  constructor(private readonly onDue: () => void) {}

  /** True when it is time for {@link countHeld}. */
  get due(): boolean {
    return this.isDue;
  }

  /**
   * Counts what came again (event id -> times) within `timeoutMs`, or later what somebody holds. Throws what the database says; the
   * counts are then kept for later, and the connection is of no more use.
   */
  async count(client: ClientBase, counts: ReadonlyMap<string, number>, timeoutMs = COUNT_TIMEOUT_MS): Promise<void> {
    let open = counts;
    try {
      const held = await countDuplicates(client, counts, Math.min(timeoutMs, COUNT_TIMEOUT_MS));
      open = new Map([...counts].filter(([eventId]) => held.has(eventId)));
    } finally {
      const inVain = open.size === counts.size;
      this.pauseMs = inVain ? Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2) : FIRST_PAUSE_MS;
      for (const [eventId, times] of open) this.hold(eventId, times);
      this.arm();
    }
  }

  /** Tries again to count what was held, oldest first. Throws as {@link count} does. */
  async countHeld(connect: () => Promise<ClientBase>): Promise<void> {
    this.isDue = false;
    try {
      await this.count(await connect(), this.take());
    } catch (error) {
      this.pauseMs = LONGEST_PAUSE_MS;
      throw error;
    } finally {
      this.arm();
    }
  }

  /** Before the end: one try for everything. Returns how many duplicates remain uncounted for ever. */
  async finish(client: ClientBase): Promise<number> {
    this.stop();
    while (this.held.size > 0) {
      const counts = this.take();
      const held = await countDuplicates(client, counts, COUNT_TIMEOUT_MS);
      for (const eventId of held) this.lost += counts.get(eventId) ?? 0;
    }
    return this.lost;
  }

  /** True when {@link finish} has something to do or to say. */
  get unfinished(): boolean {
    return this.held.size > 0 || this.lost > 0;
  }

  /** No more tries. */
  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private hold(eventId: string, times: number): void {
    const known = this.held.get(eventId);
    if (known === undefined && this.held.size >= MAX_EVENTS) this.lost += times;
    else this.held.set(eventId, (known ?? 0) + times);
  }

  private take(): Map<string, number> {
    const taken = new Map([...this.held].slice(0, MAX_AT_ONCE));
    for (const eventId of taken.keys()) this.held.delete(eventId);
    return taken;
  }

  private arm(): void {
    if (this.held.size === 0 || this.isDue) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.isDue = true;
      this.onDue();
    }, this.pauseMs).unref();
  }
}
