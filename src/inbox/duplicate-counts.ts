/** Counts duplicates without waiting for locks: a count for a locked row is remembered and made once the row is free. */
import type { ClientBase } from 'pg';
import { countDuplicates } from './inbox-append.repository';

/** The most event ids remembered: a count is not worth more memory. */
const MAX_EVENTS = 10_000;
const MAX_AT_ONCE = 500;
/** A processor releases its rows within milliseconds, or is stuck for a long time. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 1_000;
/** How long the sender of a duplicate waits for its count: by then a processor that is not stuck has released the row. */
const PATIENCE_MS = 250;
/** Time limit of a statement that waits for no row. */
const COUNT_TIMEOUT_MS = 2_000;

/** Counts by event id, merged and bounded. It has no connection: the owner passes its own when that is free. */
export class DuplicateCounts {
  private readonly held = new Map<string, number>();
  /** Senders waiting for the count of an event. */
  private readonly waiting = new Map<string, Set<() => void>>();
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

  /** Calls `then` once an event has no pending count, after `timeoutMs` or a quarter of a second at the latest. */
  whenCounted(eventId: string, timeoutMs: number, then: () => void): void {
    if (!this.held.has(eventId)) return then();
    const callbacks = this.waiting.get(eventId) ?? new Set();
    this.waiting.set(eventId, callbacks.add(then));
    const giveUp = (): void => {
      callbacks.delete(then);
      if (callbacks.size === 0 && this.waiting.get(eventId) === callbacks) this.waiting.delete(eventId);
      then();
    };
    setTimeout(giveUp, Math.min(timeoutMs, PATIENCE_MS));
  }

  /**
   * Counts duplicates (event id -> times) within `timeoutMs`, those of locked rows later. Throws the database's errors; the
   * counts are then kept for later, and the connection must be discarded.
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
      this.tellCounted(counts);
      this.arm();
    }
  }

  /** Retries the counts of rows that were locked, oldest first. Throws as {@link count} does. */
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

  /** At shutdown: one last try for everything. Returns how many duplicates were never counted. */
  async finish(client: ClientBase): Promise<number> {
    this.stop();
    while (this.held.size > 0) {
      const counts = this.take();
      const held = await countDuplicates(client, counts, COUNT_TIMEOUT_MS);
      for (const eventId of held) this.lost += counts.get(eventId) ?? 0;
    }
    return this.lost;
  }

  /** True when {@link finish} has something to do or report. */
  get unfinished(): boolean {
    return this.held.size > 0 || this.lost > 0;
  }

  /** Stops retrying. */
  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private hold(eventId: string, times: number): void {
    const known = this.held.get(eventId);
    if (known === undefined && this.held.size >= MAX_EVENTS) this.lost += times;
    else this.held.set(eventId, (known ?? 0) + times);
  }

  private tellCounted(counts: ReadonlyMap<string, number>): void {
    if (this.waiting.size === 0) return;
    for (const eventId of counts.keys()) {
      if (this.held.has(eventId)) continue;
      for (const then of this.waiting.get(eventId) ?? []) then();
      this.waiting.delete(eventId);
    }
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
