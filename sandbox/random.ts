import { createHash } from 'node:crypto';

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LOWER_ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A reproducible source of randomness: the same seed parts give the same sequence on every machine (sfc32 over SHA-256). */
export class Random {
  private readonly start: Uint32Array;
  private readonly state: Uint32Array;

  constructor(...seed: (string | number)[]) {
    const digest = createHash('sha256')
      .update(JSON.stringify(seed.map(String)))
      .digest();
    this.start = new Uint32Array([0, 4, 8, 12].map((offset) => digest.readUInt32LE(offset)));
    this.state = this.start.slice();
  }

  /** Begins its sequence again. */
  restart(): void {
    this.state.set(this.start);
  }

  /** 0 <= x < 1. */
  next(): number {
    const [a, b, c, d] = this.state as unknown as [number, number, number, number];
    const sum = (a + b + d) | 0;
    this.state.set([b ^ (b >>> 9), (c + (c << 3)) | 0, (((c << 21) | (c >>> 11)) + sum) | 0, (d + 1) | 0]);
    return (sum >>> 0) / 4_294_967_296;
  }

  /** A whole number from `min` to `max`, inclusive. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** A new array in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }

  /** Typeform's ids of forms (8), fields, choices and endings (12). */
  alphanumeric(length: number): string {
    return this.characters(ALPHANUMERIC, length);
  }

  /** Typeform's response tokens: 32 lower-case alphanumerics. */
  token(): string {
    return this.characters(LOWER_ALPHANUMERIC, 32);
  }

  hex(length: number): string {
    return this.characters(HEX, length);
  }

  digits(length: number): string {
    return this.characters('123456789', 1) + this.characters('0123456789', length - 1);
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`;
  }

  /** A ULID: 10 characters of time and 16 random ones, the form of Typeform's event ids since 2018. */
  ulid(atMs: number): string {
    let time = '';
    for (let rest = Math.floor(atMs), i = 0; i < 10; i++, rest = Math.floor(rest / 32)) {
      time = CROCKFORD.charAt(rest % 32) + time;
    }
    return time + this.characters(CROCKFORD, 16);
  }

  private characters(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet.charAt(this.integer(0, alphabet.length - 1))).join('');
  }
}
