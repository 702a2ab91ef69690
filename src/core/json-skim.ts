/**
 * Reads a few members of a JSON text and only checks the rest: building all of a body's objects by JSON.parse would be the most
 * expensive part of taking an event in.
 */

/** The members that were asked for: texts, objects of such members, or null for a value of any other kind. */
export interface Skimmed {
  [name: string]: string | Skimmed | null;
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const LOWER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SIMPLE_ESCAPES: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
const LITERALS = ['true', 'false', 'null'].map((text) => Buffer.from(text));
const MAX_DEPTH = 32;

/**
 * Reads the members called `names` of a JSON object, and of the objects among them. Returns null when the text is not a JSON object,
 * and also when it is one that this reader leaves to JSON.parse: escapes in what it would have to decode, exponents, deep nesting.
 * What it returns is what JSON.parse finds. `bytes` must be valid UTF-8.
 */
export function skimJson(bytes: Buffer, names: ReadonlySet<string>): Skimmed | null {
  return new Skimmer(bytes, names).skim();
}

/** Every method starts at its first byte, ends behind its last, and answers false when it gives up. */
class Skimmer {
  private at = 0;
  /** The last text read holds an escape. */
  private escaped = false;

  constructor(
    private readonly bytes: Buffer,
    private readonly names: ReadonlySet<string>,
  ) {}

  skim(): Skimmed | null {
    const found: Skimmed = {};
    this.skipWhitespace();
    const complete = this.bytes[this.at] === OPEN_OBJECT && this.object(found, 1);
    this.skipWhitespace();
    return complete && this.at === this.bytes.length ? found : null;
  }

  /** `keep` receives the members that were asked for; null: only checked. */
  private object(keep: Skimmed | null, depth: number): boolean {
    if (depth > MAX_DEPTH) return false;
    this.at += 1;
    if (this.skipTo(CLOSE_OBJECT)) return true;
    do {
      this.skipWhitespace();
      if (!(keep ? this.keptMember(keep, depth) : this.member(depth))) return false;
    } while (this.skipTo(COMMA));
    return this.skipTo(CLOSE_OBJECT);
  }

  private member(depth: number): boolean {
    return this.text() && this.skipTo(COLON) && this.value(depth);
  }

  private keptMember(keep: Skimmed, depth: number): boolean {
    const name = this.decodedText();
    if (name === null || !this.skipTo(COLON)) return false;
    if (!this.names.has(name)) return this.value(depth);
    // As with JSON.parse, the last one of several members of a name counts.
    keep[name] = null;
    this.skipWhitespace();
    const first = this.bytes[this.at];
    if (first === QUOTE) return (keep[name] = this.decodedText()) !== null;
    if (first !== OPEN_OBJECT) return this.value(depth);
    return this.object((keep[name] = {}), depth + 1);
  }

  private array(depth: number): boolean {
    if (depth > MAX_DEPTH) return false;
    this.at += 1;
    if (this.skipTo(CLOSE_ARRAY)) return true;
    do {
      if (!this.value(depth)) return false;
    } while (this.skipTo(COMMA));
    return this.skipTo(CLOSE_ARRAY);
  }

  private value(depth: number): boolean {
    this.skipWhitespace();
    const first = this.bytes[this.at];
    if (first === QUOTE) return this.text();
    if (first === OPEN_OBJECT) return this.object(null, depth + 1);
    if (first === OPEN_ARRAY) return this.array(depth + 1);
    return first === MINUS || isDigit(first) ? this.number() : this.literal();
  }

  private decodedText(): string | null {
    const start = this.at + 1;
    return this.text() && !this.escaped ? this.bytes.toString('utf8', start, this.at - 1) : null;
  }

  private text(): boolean {
    const { bytes } = this;
    if (bytes[this.at] !== QUOTE) return false;
    this.escaped = false;
    const { length } = bytes;
    for (let at = this.at + 1; at < length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.at = at + 1;
        return true;
      }
      if (byte < SPACE) return false;
      if (byte !== BACKSLASH) continue;
      this.escaped = true;
      at += 1;
      if (bytes[at] === LOWER_U && isHex(bytes, at + 1)) at += 4;
      else if (!SIMPLE_ESCAPES.has(bytes[at] ?? 0)) return false;
    }
    return false;
  }

  private number(): boolean {
    if (this.bytes[this.at] === MINUS) this.at += 1;
    const start = this.at;
    const digits = this.digits();
    if (digits === 0 || (digits > 1 && this.bytes[start] === ZERO)) return false;
    if (this.bytes[this.at] !== POINT) return true;
    this.at += 1;
    return this.digits() > 0;
  }

  private digits(): number {
    const start = this.at;
    while (isDigit(this.bytes[this.at])) this.at += 1;
    return this.at - start;
  }

  private literal(): boolean {
    const { bytes, at } = this;
    const literal = LITERALS.find((text) => text.every((byte, index) => bytes[at + index] === byte));
    this.at += literal?.length ?? 0;
    return literal !== undefined;
  }

  /** Skips white space and this byte; false, and only the white space is skipped, when another one comes. */
  private skipTo(byte: number): boolean {
    if (this.bytes[this.at] !== byte) this.skipWhitespace();
    if (this.bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  private skipWhitespace(): void {
    const { bytes } = this;
    while (this.at < bytes.length && isWhitespace(bytes[this.at])) this.at += 1;
  }
}

function isWhitespace(byte = 0): boolean {
  return byte <= SPACE && (byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB);
}

/** Four hexadecimal digits. */
function isHex(bytes: Buffer, at: number): boolean {
  return /^[0-9A-Fa-f]{4}$/.test(bytes.toString('latin1', at, at + 4));
}

function isDigit(byte = 0): boolean {
  return byte >= ZERO && byte <= NINE;
}
