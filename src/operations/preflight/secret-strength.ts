/** How hard a secret would be to guess, estimated from the secret alone. Pure. */

/** Less than this can be tried out offline. 32 random hexadecimal digits, the least that counts as a good key, are seldom estimated lower. */
export const ENOUGH_BITS = 90;
/** A word picked from a list of 2048 (BIP 39): what people pick is no better. */
const BITS_OF_A_WORD = 11;
/** Repeating a unit is one decision: how often. */
const BITS_OF_A_REPETITION = 4;
const WORD = /[A-Z]?[a-z]{2,}|[A-Z]{3,}/g;
const AROUND_WORDS = /[-_ .,:]+/g;

/**
 * Estimated bits, on the low side: Shannon entropy per character times length, where a repeated unit counts once, a run such as
 * `aaaa` or `1234` like its first character, and letters in a row like one word of a list.
 */
export function estimateBits(secret: string): number {
  const unit = repeatedUnit(secret);
  if (unit.length < secret.length) return estimateBits(unit) + BITS_OF_A_REPETITION;
  const rate = bitsPerCharacter(secret);
  const words = (secret.match(WORD) ?? []).map((word) => Math.min(BITS_OF_A_WORD, withoutRuns(word).length * rate));
  const hasPhrase =
    words.length >= 3 && new RegExp(`(${WORD.source})${AROUND_WORDS.source}(${WORD.source})`).test(secret);
  const rest = secret.replace(WORD, '').replace(hasPhrase ? AROUND_WORDS : '', '');
  return words.reduce((sum, bits) => sum + bits, 0) + withoutRuns(rest).length * rate;
}

/** The shortest text that gives `text` when written one or more times (the last time perhaps cut short). */
function repeatedUnit(text: string): string {
  for (let length = 1; length <= text.length / 2; length += 1) {
    const unit = text.slice(0, length);
    if (unit.repeat(Math.ceil(text.length / length)).startsWith(text)) return unit;
  }
  return text;
}

/** Shannon entropy of the characters as they occur. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const total = [...text].length;
  return [...counts.values()].reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0);
}

/** Leaves out every character that goes on as the two before it did: `aaa`, `abc`, `321`. */
function withoutRuns(text: string): string {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  return [...text]
    .filter((_, at) => {
      const [before, last, now] = [codes[at - 2], codes[at - 1], codes[at]];
      if (before === undefined || last === undefined || now === undefined) return true;
      return now - last !== last - before || Math.abs(now - last) > 1;
    })
    .join('');
}
