/**
 * Whether a text, a record or the body of an event names a person: by e-mail, phone or name, in whatever notation. Exact on purpose:
 * what is found may be erased, and an address or number that only contains the wanted one belongs to somebody else. Pure.
 */
import { canonicalEmail } from './identification/email-values';
import { canonicalPhone, internationalNumber } from './identification/phone-values';
import { foldText } from './search-text';
import { objectOf } from './typeform-event';

/** Who is looked for. */
export interface PersonQuery {
  email?: string;
  phone?: string;
  name?: string;
}

/** The same, ready to be compared. A part that was not given, or is none, finds nobody. */
export interface WantedPerson {
  email: string | null;
  phone: WantedPhone | null;
  /** Folded words, all of which must occur. */
  name: readonly string[];
}

interface WantedPhone {
  /** Null: given without its country code. */
  e164: string | null;
  /** Digits without country code and leading zeros. */
  national: string;
  /** Every way in which its digits are written one after the other. */
  spellings: ReadonlySet<string>;
}

/** Fewer digits are no phone number but a year, a postal code, an amount. */
const MIN_DIGITS = 6;
/** A number is written in no more groups of digits. */
const MAX_GROUPS = 8;
const DIGIT_RUNS = /[+(]{0,2}\d[\d\s().\-–·/+]*/g;
const BETWEEN_WORDS = /[\s,;|<>()[\]"\\]+/;
/** What stands before an address in links and lists, although an address may begin with it. */
const BEFORE_ADDRESS = /[=&?/:'`*!$%{|}~^#]$/;
const WORDS = /[\p{Letter}\p{Number}]+(?:['-][\p{Letter}\p{Number}]+)*/gu;

/** Reads what was asked for. */
export function wantedPerson({ email, phone, name }: PersonQuery): WantedPerson {
  return {
    email: email === undefined ? null : canonicalEmail(email),
    phone: phone === undefined ? null : wantedPhone(phone),
    name: name === undefined ? [] : wordsOf(name),
  };
}

/** True when nothing that was asked for can be looked for. */
export function isNobody({ email, phone, name }: WantedPerson): boolean {
  return email === null && phone === null && name.length === 0;
}

/** Whether a text names one of the people by e-mail, phone or name. */
export function textNames(people: readonly WantedPerson[], text: string): boolean {
  const plain = text.normalize('NFKC').replace(/%40/g, '@');
  return people.some(
    ({ email, phone, name }) =>
      (email !== null && plain.includes('@') && hasEmail(plain, email)) ||
      (phone !== null && hasPhone(plain, phone)) ||
      (name.length > 0 && hasWords(plain, name)),
  );
}

/** Whether the texts and numbers of a record name one of the people; a name may be spread over several of them. */
export function recordNames(people: readonly WantedPerson[], record: unknown): boolean {
  return textNames(people, [...textsOf(record)].join('\n'));
}

/**
 * Whether the body of an event names one of the people. The questions are not looked at: their words are those of the form's author.
 * A body that cannot be parsed is read as text.
 */
export function bodyNames(people: readonly WantedPerson[], body: Uint8Array): boolean {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return textNames(people, unescaped(text));
  }
  const { form_response: response } = objectOf(event);
  return textNames(people, [...textsOf(event, objectOf(response).definition)].join('\n'));
}

function wantedPhone(text: string): WantedPhone | null {
  const e164 = canonicalPhone(text);
  const digits = (e164 ?? text).replace(/\D/g, '');
  const national = e164 === null ? digits.replace(/^0+/, '') : (internationalNumber(e164)?.nationalNumber ?? digits);
  if (national.length < MIN_DIGITS - 1) return null;
  const code = e164 === null ? null : digits.slice(0, digits.length - national.length);
  const abroad = code === null ? [] : [digits, `00${digits}`, `011${digits}`, `${code}0${national}`];
  return { e164, national, spellings: new Set([national, `0${national}`, ...abroad]) };
}

function hasEmail(text: string, wanted: string): boolean {
  for (const word of text.split(BETWEEN_WORDS)) {
    if (!word.includes('@')) continue;
    const address = canonicalEmail(word.replace(/^[/:.'`]+|[.:/'`!?]+$/g, ''));
    if (address === wanted) return true;
    if (address?.endsWith(wanted) && BEFORE_ADDRESS.test(address.slice(0, -wanted.length))) return true;
    // Several addresses, or a link around one.
    if (word.split(/[/=&?:]/).some((part) => part.includes('@') && canonicalEmail(part) === wanted)) return true;
  }
  return false;
}

function hasPhone(text: string, wanted: WantedPhone): boolean {
  for (const [run] of text.matchAll(DIGIT_RUNS)) {
    if (run.length < MIN_DIGITS - 1) continue;
    if (wanted.e164 !== null && run.length <= 60 && canonicalPhone(run) === wanted.e164) return true;
    const groups = run.match(/\d+/g) ?? [];
    for (let first = 0; first < groups.length; first += 1) {
      let digits = '';
      for (const group of groups.slice(first, first + MAX_GROUPS)) {
        digits += group;
        if (wanted.spellings.has(digits)) return true;
        // Without its country code it is the end of a longer number.
        if (wanted.e164 === null && digits.length <= 15 && digits.endsWith(wanted.national)) return true;
      }
    }
  }
  return false;
}

function hasWords(text: string, wanted: readonly string[]): boolean {
  const words = new Set(wordsOf(text));
  return wanted.every((word) => words.has(word));
}

function wordsOf(text: string): string[] {
  return foldText(text).match(WORDS) ?? [];
}

/** All texts and numbers of a JSON value but those of `except`. A stack of its own: nesting costs no call stack. */
function* textsOf(record: unknown, except?: unknown): Generator<string> {
  const open: unknown[] = [record];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') yield value;
    else if (typeof value === 'number') yield String(value);
    else if (typeof value === 'object' && value !== null && value !== except)
      for (const part of Object.values(value)) open.push(part);
  }
}

/** The characters that JSON's escapes stand for. */
function unescaped(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/\\[nrtbf]/g, ' ');
}
