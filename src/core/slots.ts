/**
 * What is open at the moment, such as requests, in slots that are used again and again. Pure.
 *
 * A full `Map` or `Set` moves into another table, and V8 links the old table to the new one. Once an old table is in the old generation,
 * it keeps all later ones alive, with everything they held, until the whole heap is collected. That collection moves the current table into
 * the old generation, and the chain starts again.
 */
export class Slots<Value extends NonNullable<unknown>> {
  private readonly slots: (Value | null)[] = [];
  private readonly free: number[] = [];

  /** Puts a value into a slot and returns the slot, which stays taken until {@link leave}. */
  take(value: Value): number {
    const slot = this.free.pop() ?? this.slots.length;
    this.slots[slot] = value;
    return slot;
  }

  /** Empties a slot; call it once for each {@link take}. */
  leave(slot: number): void {
    this.slots[slot] = null;
    this.free.push(slot);
  }

  /** The values in all slots, in no particular order. */
  values(): Value[] {
    return this.slots.filter((value) => value !== null);
  }
}
