/** Phone numbers as people write them -> E.164, in the country known from the form or the other answers. */
import parsePhoneNumber, { type PhoneNumber } from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';
import { type CountryCode, NATIONAL_SHAPES } from './countries';
import { tidy } from './text-values';

/** Evidence for the country of a number without a country code. */
export interface PhoneCountries {
  /** From a setting or another answer, most certain first. */
  told: readonly CountryCode[];
  /** Countries of the form's language. */
  likely: readonly CountryCode[];
  /** Those of them to which most forms of the language belong. */
  favourites: readonly CountryCode[];
  /** The one whose words occur in the titles. */
  spoken: CountryCode | null;
}
export const NO_COUNTRY: PhoneCountries = { told: [], likely: [], favourites: [], spoken: null };

export interface PhoneValue {
  value: string;
  normalised: boolean;
}

const MAX_TEXT = 200;
const MIN_DIGITS = 6;
const MAX_DIGITS = 17;
/** As Typeform writes a number: nothing to take apart. */
const E164 = /^\+[1-9]\d{6,14}$/;
/** "Or" and signs between two numbers of one answer; a slash also groups the digits of one number. */
const BETWEEN = /\s*(?:[;,|\n]|\s(?:or|ou|o|oder|und|and|e|y|et)\s|\/(?=[^/]*(?:\d[^/]*){7}))\s*/;
const BETWEEN_SURELY = /\s*(?:[;,|\n]|\s(?:or|ou|oder|und|and|et)\s)\s*/;
const EXTENSION =
  /[\s,;]*(?:\b(?:extension|ext|extn|ramal|anexo|poste|durchwahl|int|interno)\b\.?|(?<=\d)\s*x|#)\s*:?\s*\d{1,6}\s*$/i;

/** A submission's number is asked about several times: for its country, its value, and whether it stands for nobody. */
const MAX_REMEMBERED = 256;
const remembered = new LRUCache<string, { phone: PhoneNumber | undefined }>({ max: MAX_REMEMBERED });

/** A number that begins with a plus and its country code. */
export function internationalNumber(text: string): PhoneNumber | undefined {
  const known = remembered.get(text);
  if (known) return known.phone;
  const phone = parsePhoneNumber(text, { extract: false });
  remembered.set(text, { phone });
  return phone;
}

/** A number with its country code in E.164, or null: the form in which numbers are compared and searched. */
export function canonicalPhone(text: string): string | null {
  if (text.length > MAX_TEXT) return null;
  for (const part of partsOf(text)) {
    const phone = international(part);
    if (phone) return phone;
  }
  return null;
}

/**
 * The first number of an answer: E.164 when it has a country code or its country is known, else as typed; null when the
 * text holds none.
 */
export function phoneValue(text: string, countries: PhoneCountries): PhoneValue | null {
  if (text.length > 4 * MAX_TEXT) return null;
  const parts = partsOf(text.slice(0, MAX_TEXT));
  for (const part of parts) {
    const number = international(part) ?? national(part, countries);
    if (number) return { value: number, normalised: true };
  }
  const [first] = parts;
  return first === undefined ? null : { value: first, normalised: false };
}

const REMARK = /\([^()\d]*\)/g;

/** The numbers of a text without remarks, labels and extensions; each still as typed. */
function partsOf(text: string): string[] {
  if (E164.test(text)) return [text];
  const line = tidy(text.normalize('NFKC')).replace(
    /^(?:tel|telefone?|phone|mob(?:ile)?|cel|whatsapp|ph|t|m)\s*[:.]\s*/i,
    '',
  );
  const parts = numbersOf(line.replace(REMARK, ' '));
  // "(home)" stands inside a number, or between two of them.
  return parts.length > 0 ? parts : numbersOf(line.replace(REMARK, ';'));
}

function numbersOf(line: string): string[] {
  const pieces = line.split(BETWEEN);
  // If one of the pieces is not a number on its own, the slash is part of a number.
  const whole = pieces.every((piece) => piece.replace(/\D/g, '').length >= MIN_DIGITS || !/\d/.test(piece));
  return (whole ? pieces : line.split(BETWEEN_SURELY)).map((part) => numberIn(part)).filter((part) => part !== null);
}

/** "My wife's": someone else's number, regardless of the question. */
const SOMEBODY_ELSES = /(?<!\p{Letter})(?:my|mi|meu|minha|mon|ma|mein|meine|meiner)(?=\s+\p{Letter})/iu;

/** The run of digits, spaces and punctuation in a text that may hold words around it. */
function numberIn(part: string): string | null {
  const run = /[+＋(]{0,2}\d[\d\s().\-–·/]*/.exec(part.replace(EXTENSION, ''))?.[0].trim();
  if (!run) return null;
  const digits = run.replace(/\D/g, '').length;
  const letters = part.replace(/[^\p{Letter}]/gu, '').length;
  if (digits < MIN_DIGITS || digits > MAX_DIGITS || letters > 40 || SOMEBODY_ELSES.test(part)) return null;
  return run.replace(/[\s.\-–·/(]+$/, '');
}

/** Since 2019 a Mexican mobile number no longer has a 1 after the country code; Typeform and address books still do. */
function international(part: string): string | null {
  const mexican = /^\+521(\d{10})$/.exec(part.replace(/[^+\d]/g, ''));
  if (mexican) return e164(parsePhoneNumber(`+52${mexican[1]}`, { extract: false }));
  const compact = part.replace(/^\(\s*(\+|00)\s*(\d{1,3})\s*\)/, '$1$2').replace(/^00/, '+');
  if (!compact.startsWith('+')) return null;
  return e164(internationalNumber(compact.replace(/\(0\)/, ''))) ?? brazilianMobile(compact);
}

function e164(phone: PhoneNumber | undefined): string | null {
  return phone?.isValid() ? phone.number : null;
}

/** Since 2016 every Brazilian mobile number begins with a 9, which people and address books still omit. */
function brazilianMobile(text: string): string | null {
  const match = /^\+55([1-9]\d)([6-9]\d{7})$/.exec(`+${text.replace(/\D/g, '')}`);
  return match ? e164(parsePhoneNumber(`+55${match[1]}9${match[2]}`, { extract: false })) : null;
}

function brazilianMobileIn(part: string, country: CountryCode): string | null {
  return country === 'BR' ? brazilianMobile(`+55${part.replace(/\D/g, '').replace(/^0/, '')}`) : null;
}

/** Without its area code, and so no one's: the length of a number of Portugal, but nobody there writes it so. */
const LOCAL_BRAZILIAN = /^9? ?\d{4}-\d{4}$/;

/** A number without country code: in the known countries, else in the likely country that it clearly fits best. */
function national(part: string, { told, likely, favourites, spoken }: PhoneCountries): string | null {
  for (const country of told) {
    const number =
      e164(parsePhoneNumber(part, { defaultCountry: country, extract: false })) ?? brazilianMobileIn(part, country);
    if (number) return number;
  }
  if (LOCAL_BRAZILIAN.test(part) && likely.includes('BR')) return null;
  const digits = part.replace(/\D/g, '');
  const fits = likely
    .filter((country) => NATIONAL_SHAPES[country]?.test(digits) ?? true)
    .flatMap((country) => {
      const fit = fitOf(part, country);
      return fit
        ? [{ ...fit, score: fit.score + (country === spoken ? SPOKEN : favourites.includes(country) ? FAVOURITE : 0) }]
        : [];
    })
    .sort((a, b) => b.score - a.score);
  if (favourites.length === 0 && spoken === null) {
    const numbers = new Set(fits.flatMap(({ number }) => (number === null ? [] : [number])));
    const [only] = numbers;
    return numbers.size === 1 && only ? only : numbers.size === 0 ? missingPlus(part, [...told, ...likely]) : null;
  }
  const [best] = fits;
  if (!best) return missingPlus(part, [...told, ...likely]);
  const rival = fits.find(({ number }) => number !== best.number);
  return rival && best.score - rival.score < CLEARLY ? null : best.number;
}

/** Points for the way a number is written, and the lead that the best country needs. */
const SAME_DIGITS = 1;
const SAME_GROUPS = 2;
const MOBILE = 1;
const FAVOURITE = 1.5;
const SPOKEN = 3;
const CLEARLY = 0.5;

/** How well a number fits a country; `number` is null when its length is right there but the number is not assigned. */
function fitOf(part: string, country: CountryCode): { number: string | null; score: number } | null {
  const phone = parsePhoneNumber(part, { defaultCountry: country, extract: false });
  const added = country === 'BR' ? brazilianMobile(`+55${part.replace(/\D/g, '').replace(/^0/, '')}`) : null;
  if (added) return { number: added, score: SAME_DIGITS + MOBILE };
  if (!phone?.isPossible() || (phone.country ?? country) !== country) return null;
  const written = groupsOf(phone.formatNational());
  const typed = groupsOf(part);
  const sameDigits = written.join('') === typed.join('');
  if (!sameDigits && phone.nationalNumber !== typed.join('')) return null;
  const sameGroups = typed.length > 1 && written.join(' ') === typed.join(' ');
  const score = (sameDigits ? SAME_DIGITS : 0) + (sameGroups ? SAME_GROUPS : 0);
  if (!phone.isValid()) return { number: null, score };
  const type = phone.getType();
  // A separate first group is an area code: when the country groups the number differently, it is not one of its numbers.
  if (type === 'FIXED_LINE' && typed.length > 2 && (typed[0] ?? '').length > 2 && typed[0] !== written[0])
    return { number: null, score };
  return { number: phone.number, score: score + (type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE' ? MOBILE : 0) };
}

function groupsOf(text: string): string[] {
  return text.split(/\D+/).filter((group) => group !== '');
}

/** "503 7555 0125": a country code without its plus, of a country that the form suggests. */
function missingPlus(part: string, countries: readonly CountryCode[]): string | null {
  const phone = parsePhoneNumber(`+${part.replace(/\D/g, '')}`, { extract: false });
  return phone?.isValid() && phone.country !== undefined && countries.includes(phone.country) ? phone.number : null;
}

/** Whether a number in E.164 is a placeholder: one digit repeated, or digits counting up or down. */
export function isNobodysPhone(number: string): boolean {
  const phone = internationalNumber(number);
  const national = phone?.nationalNumber ?? number.replace(/\D/g, '');
  if (/^(\d)\1*$/.test(national.slice(-7))) return true;
  return '01234567890'.includes(national) || '9876543210'.includes(national);
}
