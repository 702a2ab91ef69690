/** Who waits for a turn in this process: interactive before background, first come first served within each. */
import { PRIORITIES, Priority } from './typeform-call.entity';

export class TurnQueue<Waiter extends { readonly priority: Priority }> {
  // A Set keeps insertion order and removes from the middle cheaply.
  private readonly waiting: Record<Priority, Set<Waiter>> = { interactive: new Set(), background: new Set() };

  add(waiter: Waiter): void {
    this.waiting[waiter.priority].add(waiter);
  }

  /** The one whose turn is next; stays in the queue. */
  first(): Waiter | undefined {
    for (const priority of PRIORITIES) for (const waiter of this.waiting[priority]) return waiter;
    return undefined;
  }

  /** Removes one from any position. False when it was not there (any more). */
  remove(waiter: Waiter): boolean {
    return this.waiting[waiter.priority].delete(waiter);
  }

  /** Removes and returns all of them, in order. */
  removeAll(): Waiter[] {
    const all = PRIORITIES.flatMap((priority) => [...this.waiting[priority]]);
    for (const priority of PRIORITIES) this.waiting[priority].clear();
    return all;
  }
}
