/**
 * What is open at the moment, such as requests, in slots that are used again and again. Pure.
 *
 * A `Map` or `Set` keeps what has long left it. When its table is full, V8 links the old table to a new one. Once a table has come into the
 * old generation, as happens to it in every collection of the whole heap, so does each later one with all that it held, until the next
 * such collection, in which it all begins anew.
 */
export class Slots<Value extends NonNullable<unknown>> {
  private readonly slots: (Value | null)[] = [];
  private readonly free: number[] = [];

  /** Puts a value into a slot, which is its own until {@link leave}. */
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
