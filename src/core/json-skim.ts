/**
 * Reads a few members of a JSON text and only validates the rest, so that the intake does not build every object of a body to read
 * five strings. Grammar: RFC 8259.
 */

/** A member to read, and what to read inside it when it is an object; null means a string. */
interface WantedMember {
  name: string;
  /** The name as written in the text, with its closing quote. */
  bytes: Buffer;
  members: Wanted | null;
}

/** The members to read, as {@link wanted} makes them. */
export type Wanted = readonly WantedMember[];

/** Describes which members to read: a nested list for an object, null for a string. */
export function wanted(members: Record<string, Wanted | null>): Wanted {
  return Object.entries(members).map(([name, within]) => ({ name, bytes: Buffer.from(`${name}"`), members: within }));
}

/** The requested members that exist: strings, or objects of such members; null for any other value. */
export interface Skimmed {
  [name: string]: string | Skimmed | null;
}

const NUL = 0x00;
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
const WHITE_SPACE: ReadonlySet<number> = new Set(Buffer.from(' \t\n\r'));
const HEX = /^[0-9A-Fa-f]{4}$/;
const LITERALS = ['true', 'false', 'null'].map((text) => Buffer.from(text));
/** Typeform nests six deep; deeper nesting is left to JSON.parse. One bit of a number per depth says whether an object is open there. */
const MAX_DEPTH = 30;
/** What every reader below returns when it gives up. */
const GAVE_UP = -1;

/**
 * Reads the wanted members of a JSON object. Returns null when the text is not a JSON object, and also when it is one that must be left
 * to JSON.parse: escapes in wanted strings, exponents, deep nesting. Its result always equals that of JSON.parse.
 * `json` must be valid UTF-8.
 */
export function skimJson(json: Buffer, members: Wanted): Skimmed | null {
  const start = tokenAt(json, 0);
  if (start === json.length || json[start] !== OPEN_OBJECT) return null;
  const found: Skimmed = {};
  const end = membersEnd(json, start, members, found);
  return end !== GAVE_UP && spaceEnd(json, end) === json.length ? found : null;
}

// Each of these takes the index of the first byte of a token and returns the index after its last. Those that only validate create
// no objects and do not recurse. None reads past the end of the text.

/** Reads an object whose members may be wanted. As with JSON.parse, the last of several members of a name counts. */
function membersEnd(json: Buffer, open: number, members: Wanted, found: Skimmed): number {
  let at = tokenAt(json, open + 1);
  if (json[at] === CLOSE_OBJECT) return at + 1;
  for (;;) {
    const member = memberNamed(json, at + 1, members);
    at = colonEnd(json, plainTextEnd(json, at));
    if (at === GAVE_UP) return GAVE_UP;
    at = member === undefined ? valueEnd(json, at) : memberEnd(json, at, member, found);
    if (at === GAVE_UP) return GAVE_UP;
    at = tokenAt(json, at);
    if (json[at] === CLOSE_OBJECT) return at + 1;
    if (json[at] !== COMMA) return GAVE_UP;
    at = tokenAt(json, at + 1);
  }
}

/** Reads the value of a wanted member. */
function memberEnd(json: Buffer, start: number, { name, members }: WantedMember, found: Skimmed): number {
  found[name] = null;
  if (members !== null && json[start] === OPEN_OBJECT) return membersEnd(json, start, members, (found[name] = {}));
  if (members !== null || json[start] !== QUOTE) return valueEnd(json, start);
  const end = plainTextEnd(json, start);
  if (end !== GAVE_UP) found[name] = json.toString('utf8', start + 1, end - 1);
  return end;
}

/** The wanted member whose name is at this position. */
function memberNamed(json: Buffer, start: number, members: Wanted): WantedMember | undefined {
  for (const member of members) if (isHere(json, start, member.bytes)) return member;
  return undefined;
}

/** Any value, including nested ones. */
function valueEnd(json: Buffer, start: number): number {
  let at = start;
  let depth = 0;
  /** Bit n is set when an object is open at depth n. */
  let objects = 0;
  for (;;) {
    const first = json[at];
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      if (depth === MAX_DEPTH) return GAVE_UP;
      depth += 1;
      const isObject = first === OPEN_OBJECT;
      objects = isObject ? objects | (1 << depth) : objects & ~(1 << depth);
      at = tokenAt(json, at + 1);
      if (json[at] !== (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        if (isObject) at = nameEnd(json, at);
        if (at === GAVE_UP) return GAVE_UP;
        continue;
      }
    } else {
      at = first === QUOTE ? textEnd(json, at) : scalarEnd(json, at);
      if (at === GAVE_UP) return GAVE_UP;
      at = tokenAt(json, at);
    }
    for (; depth > 0; at = tokenAt(json, at + 1)) {
      const isObject = (objects & (1 << depth)) !== 0;
      if (json[at] === COMMA) {
        at = tokenAt(json, at + 1);
        if (isObject) at = nameEnd(json, at);
        if (at === GAVE_UP) return GAVE_UP;
        break;
      }
      if (json[at] !== (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) return GAVE_UP;
      depth -= 1;
    }
    if (depth === 0) return at;
  }
}

/** The name of a member and its colon; the next byte begins its value. */
function nameEnd(json: Buffer, quote: number): number {
  return json[quote] === QUOTE ? colonEnd(json, textEnd(json, quote)) : GAVE_UP;
}

/** The colon after a name, unless reading the name gave up. */
function colonEnd(json: Buffer, start: number): number {
  if (start === GAVE_UP) return GAVE_UP;
  const colon = tokenAt(json, start);
  return json[colon] === COLON ? tokenAt(json, colon + 1) : GAVE_UP;
}

function textEnd(json: Buffer, quote: number): number {
  const at = plainEnd(json, quote + 1);
  return json[at] === QUOTE ? at + 1 : escapedTextEnd(json, at);
}

/** The rest of a text from its first escape on. */
function escapedTextEnd(json: Buffer, start: number): number {
  let at = start;
  while (json[at] === BACKSLASH) {
    const escape = json[at + 1] ?? NUL;
    if (escape === LOWER_U && HEX.test(json.toString('latin1', at + 2, at + 6))) at += 6;
    else if (SIMPLE_ESCAPES.has(escape)) at += 2;
    else return GAVE_UP;
    at = plainEnd(json, at);
  }
  return json[at] === QUOTE ? at + 1 : GAVE_UP;
}

/** A text without escapes, which only JSON.parse decodes. */
function plainTextEnd(json: Buffer, quote: number): number {
  if (json[quote] !== QUOTE) return GAVE_UP;
  const at = plainEnd(json, quote + 1);
  return json[at] === QUOTE ? at + 1 : GAVE_UP;
}

/** The first byte of a string that is not a literal character. */
function plainEnd(json: Buffer, start: number): number {
  let at = start;
  for (; at < json.length; at += 1) {
    const byte = json[at] ?? NUL;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
  }
  return at;
}

function scalarEnd(json: Buffer, start: number): number {
  const first = json[start];
  return first === MINUS || isDigit(first) ? numberEnd(json, start) : literalEnd(json, start);
}

function numberEnd(json: Buffer, start: number): number {
  const digits = json[start] === MINUS ? start + 1 : start;
  const end = digitsEnd(json, digits);
  if (end === digits || (json[digits] === ZERO && end > digits + 1)) return GAVE_UP;
  if (json[end] !== POINT) return end;
  const fractionEnd = digitsEnd(json, end + 1);
  return fractionEnd === end + 1 ? GAVE_UP : fractionEnd;
}

function digitsEnd(json: Buffer, start: number): number {
  let at = start;
  while (isDigit(json[at])) at += 1;
  return at;
}

function literalEnd(json: Buffer, start: number): number {
  for (const literal of LITERALS) if (isHere(json, start, literal)) return start + literal.length;
  return GAVE_UP;
}

function isHere(json: Buffer, start: number, bytes: Buffer): boolean {
  let index = 0;
  while (index < bytes.length && json[start + index] === bytes[index]) index += 1;
  return index === bytes.length;
}

/** Where the next token begins, after any white space. */
function tokenAt(json: Buffer, start: number): number {
  return (json[start] ?? NUL) > SPACE ? start : spaceEnd(json, start);
}

function spaceEnd(json: Buffer, start: number): number {
  let at = start;
  while (at < json.length && WHITE_SPACE.has(json[at] ?? NUL)) at += 1;
  return at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
