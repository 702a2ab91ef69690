/** The bytes of webhook bodies that are arriving at this moment: bounded per address and in total, before any is read. */

/** Bodies up to this size always have room: Typeform's usual ones, so that nobody can use up their room. Connections are bounded. */
export const ALWAYS_ROOM_BYTES = 16 * 1024;
const PER_ADDRESS_BYTES = 16 * 1024 * 1024;
const TOTAL_BYTES = 64 * 1024 * 1024;
/** What senders of whom no valid signature was seen may use of it together: the rest is kept for Typeform. */
const STRANGERS_BYTES = TOTAL_BYTES / 2;

export class BodyBudget {
  private total = 0;
  private ofStrangers = 0;
  private readonly byAddress = new Map<string, number>();

  /**
   * Takes room for a body of a sender who is `known` for valid signatures or not; `largest` is the largest that is accepted, so that one always
   * fits. Null: there is none now.
   */
  take(address: string, bytes: number, largest: number, known: boolean): (() => void) | null {
    if (bytes <= ALWAYS_ROOM_BYTES) return () => undefined;
    const ofAddress = this.byAddress.get(address) ?? 0;
    const fits =
      ofAddress + bytes <= Math.max(PER_ADDRESS_BYTES, largest) &&
      this.total + bytes <= Math.max(TOTAL_BYTES, largest) &&
      (known || this.ofStrangers + bytes <= Math.max(STRANGERS_BYTES, largest));
    if (!fits) return null;
    this.add(address, bytes, known);
    return () => this.add(address, -bytes, known);
  }

  private add(address: string, bytes: number, known: boolean): void {
    this.total += bytes;
    if (!known) this.ofStrangers += bytes;
    const left = (this.byAddress.get(address) ?? 0) + bytes;
    if (left > 0) this.byAddress.set(address, left);
    else this.byAddress.delete(address);
  }
}
