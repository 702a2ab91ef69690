/** How much of something is kept: bytes as the database stores them. Pure. */
import { Buffer } from 'node:buffer';

/** What an element of a list or object costs besides its text. */
const ELEMENT_BYTES = 8;
/** A number in decimal notation; one that JSON writes with an exponent is written out by the database. */
const NUMBER_BYTES = 24;
const EXPONENT_BYTES = 340;

/** Room for values, taken up piece by piece. Once something did not fit, `overflowed` is true. */
export class StorageRoom {
  overflowed = false;
  private left: number;

  constructor(bytes: number = Infinity) {
    this.left = bytes;
  }

  /** Room of its own for a part: at most `bytes`, and no more than is left here. Its use is taken from here at {@link close}. */
  part(bytes: number): StorageRoom {
    return new StorageRoom(Math.min(bytes, this.left));
  }

  /** Takes what a part has used. */
  close(part: StorageRoom, bytes: number): void {
    this.left -= Math.min(bytes, this.left) - part.left;
    this.overflowed ||= part.overflowed;
  }

  /** Takes the place of one more element; false when there is none. */
  hasElement(): boolean {
    return this.take(ELEMENT_BYTES);
  }

  /** Takes the place of a number; false when there is none. */
  hasNumber(value: number): boolean {
    return this.take(String(value).includes('e') ? EXPONENT_BYTES : NUMBER_BYTES);
  }

  /** The text, or as much of it as fits. */
  fitting(text: string): string {
    // Three bytes a character are the most that UTF-8 needs; only where that does not fit is it counted exactly.
    if (text.length * 3 <= this.left) {
      this.left -= Buffer.byteLength(text);
      return text;
    }
    const { read, written } = new TextEncoder().encodeInto(text, new Uint8Array(this.left));
    this.left -= written;
    if (read === text.length) return text;
    this.overflowed = true;
    return text.slice(0, read);
  }

  private take(bytes: number): boolean {
    if (bytes > this.left) {
      this.overflowed = true;
      return false;
    }
    this.left -= bytes;
    return true;
  }
}
