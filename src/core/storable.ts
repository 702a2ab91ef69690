/** What PostgreSQL `jsonb` can hold: text without NUL and lone surrogates, values of bounded depth and, where asked for, size. */
import { StorageRoom } from './storage-room';

const MAX_DEPTH = 64;
const UNSTORABLE = /[\u0000\p{Surrogate}]/gu;
/** Nearly no text has any: found out without taking the text apart into code points. */
const MAYBE_UNSTORABLE = /[\u0000\uD800-\uDFFF]/;

/** Replaces what `jsonb` refuses inside a text (NUL characters, lone surrogates) with U+FFFD. */
export function storableText(text: string): string {
  return MAYBE_UNSTORABLE.test(text) ? text.replace(UNSTORABLE, '\uFFFD') : text;
}

/**
 * Copies a parsed JSON value into one that can be stored: every text and key made storable, everything nested deeper
 * than 64 levels replaced by a note (JSON.stringify recurses and would overflow), and `__proto__` keys left out, which
 * no form has and which would become a prototype when assigned later. `undefined` becomes `null`. What does not fit into
 * `room` is cut off: the end of a text, the rest of a list or object.
 */
export function toStorable(value: unknown, room = new StorageRoom(), depth = 0): unknown {
  if (typeof value === 'string') return storableText(room.fitting(value));
  if (typeof value === 'number') return room.hasNumber(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (depth >= MAX_DEPTH) return `[nested deeper than ${MAX_DEPTH} levels]`;
  if (Array.isArray(value)) return storableItems(value, room, depth);
  return storableMembers(value, room, depth);
}

function storableItems(items: readonly unknown[], room: StorageRoom, depth: number): unknown[] {
  const kept: unknown[] = [];
  for (const item of items) {
    if (!room.hasElement()) break;
    kept.push(toStorable(item, room, depth + 1));
  }
  return kept;
}

function storableMembers(value: object, room: StorageRoom, depth: number): Record<string, unknown> {
  const kept: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') continue;
    if (!room.hasElement()) break;
    kept.push([storableText(room.fitting(key)), toStorable(item, room, depth + 1)]);
  }
  return Object.fromEntries(kept);
}
