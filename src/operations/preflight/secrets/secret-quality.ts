/** Whether a secret is a good one: hard to guess, random, not an example, used once. Judged by the values alone. Pure. */
import { SANDBOX_API_KEY } from '../../../typeform/typeform-account';
import type { NamedSecret } from './secret-inventory';

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

/** Leaves out every character that continues the pattern of the two before it: `aaa`, `abc`, `321`. */
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

/** Of 32 random bytes 30 differ on average; fewer than 20 is less likely than winning any lottery. */
const MIN_DIFFERENT_BYTES = 20;

/** What is wrong with a key; null when nothing is. */
export function weaknessOf(key: Buffer): string | null {
  const bytes = [...key];
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'is typed text, not random bytes';
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES) return 'repeats itself';
  const steps = new Set(bytes.slice(1).map((byte, at) => (byte - (bytes[at] ?? 0) + 256) % 256));
  return steps.size < MIN_DIFFERENT_BYTES / 2 ? 'is a sequence' : null;
}

/** Short words count only at the start of a word: among a million random keys some contain one. */
const PLACEHOLDER =
  /change[-_ ]?(me|this|it)|place[-_ ]?holder|example|insert[-_ ]|replace[-_ ]|(^|[-_ ])(dummy|sample|your[-_ ]|test[-_ ])|<[^>]*>|x{6,}|\.{3}/i;
const COMMON =
  /^(postgres|postgresql|password|passw0rd|admin|administrator|root|secret|typeform|onboarding|redis|12345678?)$/i;

/** What is wrong with which variable, as texts that name no value. `generated`: the keys kept for development on this machine. */
export function leftDefaults(secrets: readonly NamedSecret[], generated: readonly string[]): string[] {
  const found: string[] = [];
  const firstWith = new Map<string, string>();
  for (const { name, value } of secrets) {
    if (value === SANDBOX_API_KEY) found.push(`${name} is the key of the sandbox`);
    else if (PLACEHOLDER.test(value) || COMMON.test(value)) found.push(`${name} is an example or a placeholder`);
    else if (generated.includes(value)) found.push(`${name} was generated for development`);
    const first = firstWith.get(value);
    if (first === undefined) firstWith.set(value, name);
    else found.push(`${name} is the same as ${first}`);
  }
  return found;
}
