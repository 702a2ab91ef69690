/**
 * Searchable text: stored text and queries go through the same folding, so that accents, case, invisible
 * characters and the notation of a phone number make no difference. Pure.
 */
import { answerText, type NormalisedAnswer } from './answers';
import type { IdentifierKey, Identifiers } from './identifiers';

/** The parts of a response that say who it is about, for {@link clientSearchText}. */
const WHO: readonly IdentifierKey[] = ['email', 'phone', 'fullName', 'firstName', 'lastName', 'company'];
/** Longer texts are searchable up to this length. */
const MAX_LENGTH = 20_000;
const MAX_TERMS = 10;
/** Digits with the usual characters between them, as people write phone numbers, dates and amounts. */
const NUMBER_LIKE = /^(?:tel:)?[+(]*\d[\d\s().\/-]*$/i;
const NUMBER_END = /\d\)?$/;
const MIN_DIGITS = 5;
/** The exit code or trunk zero before a number; no country code begins with a zero. */
const LEADING_ZEROS = /^0+/;

/** What takes apart into no letter and mark, and the apostrophes that phones type. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ø: 'o', ł: 'l', đ: 'd', æ: 'ae', œ: 'oe' },
  ...{ '’': "'", '‘': "'", ʼ: "'", '`': "'", '´': "'" },
};

/** Nothing to fold but the case: most values are such. */
const PLAIN_WORDS = /^[!-_a-~]+(?: [!-_a-~]+)*$/;

/** Lower case, without accents and invisible characters, one blank between words. */
export function foldText(text: string): string {
  if (PLAIN_WORDS.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(/[\p{Mark}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase()
    .replace(/[ßøłđæœ’‘ʼ`´]/g, (letter) => PLAIN[letter] ?? letter)
    .replace(/\s+/g, ' ')
    .trim();
}

/** A response's search text: everything that was answered, its hidden fields, and the identifiers found in it. */
export function responseSearchText(
  answers: readonly NormalisedAnswer[],
  hidden: Record<string, string>,
  identifiers: Identifiers,
): string {
  return searchText([
    ...Object.values(identifiers).map(({ value }) => value),
    ...answers.map(answerText),
    ...Object.values(hidden),
  ]);
}

/** A client's search text: every e-mail, phone, name and company that any of its responses gave, and corrections. */
export function clientSearchText(responses: readonly Identifiers[], byHand: readonly string[]): string {
  return searchText([...byHand, ...responses.flatMap((found) => WHO.flatMap((key) => found[key]?.value ?? []))]);
}

/**
 * The text that a search covers: each distinct value folded, on its own line; numbers also as plain digits. At most
 *  20,000 characters; the last one ends its line if something was left out, which tells what a search may miss.
 */
export function searchText(values: Iterable<string>): string {
  const lines = new Set<string>();
  let length = 0;
  let cut = false;
  for (const value of values) {
    cut ||= value.length > MAX_LENGTH - length;
    for (const line of [foldText(value.slice(0, MAX_LENGTH - length)), digitsOf(value)]) {
      if (line === null || line === '' || lines.has(line)) continue;
      lines.add(line);
      length += line.length + 1;
    }
    cut ||= length >= MAX_LENGTH;
    if (length >= MAX_LENGTH) break;
  }
  const text = [...lines].join('\n');
  return cut ? `${text.slice(0, MAX_LENGTH - 1)}\n` : text;
}

/**
 * A query as terms that must all occur in a {@link searchText}. A phone number in any notation is one term: its
 * digits, without the zeros that only dial abroad or out of town.
 */
export function searchTerms(query: string): string[] {
  const digits = digitsOf(query);
  if (digits !== null) return [digits];
  return [...new Set(foldText(query).split(' '))].filter((term) => term !== '').slice(0, MAX_TERMS);
}

function digitsOf(value: string): string | null {
  if (value.length > 60) return null;
  const text = value.trim();
  if (!NUMBER_LIKE.test(text) || !NUMBER_END.test(text) || text.replace(/\D/g, '').length < MIN_DIGITS) return null;
  // "(0)" between country code and number is only dialled within the country.
  const digits = text
    .replace(/(?<=\d\s*)\(0\)/, '')
    .replace(/\D/g, '')
    .replace(LEADING_ZEROS, '');
  return digits === '' ? null : digits;
}
