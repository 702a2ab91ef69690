/** What PostgreSQL `jsonb` can hold: text without NUL and lone surrogates, values of bounded depth. */

const MAX_DEPTH = 64;
const UNSTORABLE = /[\u0000\p{Surrogate}]/gu;

/** Replaces what `jsonb` refuses inside a text (NUL characters, lone surrogates) with U+FFFD. */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}

/**
 * Copies a parsed JSON value into one that can be stored: every text and key made storable, everything nested deeper
 * than 64 levels replaced by a note (JSON.stringify recurses and would overflow), and `__proto__` keys left out, which
 * no form has and which would become a prototype when assigned later. `undefined` becomes `null`.
 */
export function toStorable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (depth >= MAX_DEPTH) return `[nested deeper than ${MAX_DEPTH} levels]`;
  if (Array.isArray(value)) return value.map((item) => toStorable(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '__proto__')
      .map(([key, item]) => [storableText(key), toStorable(item, depth + 1)]),
  );
}
