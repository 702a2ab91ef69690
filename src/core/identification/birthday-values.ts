/** Dates of birth -> `YYYY-MM-DD`, when the value or its title leaves no doubt about the order. */
import type { DateOrder } from './date-order';
import { tidy } from './text-values';
import { fold } from './title-text';
import type { Language } from './vocabulary/vocabulary';

export interface BirthdayValue {
  value: string;
  normalised: boolean;
}

const MONTHS: ReadonlyMap<string, number> = new Map(
  [
    'january jan janeiro enero janvier januar janner ene',
    'february feb fevereiro fev febrero fevrier fevr februar',
    'march mar marco marzo mars marz maerz',
    'april apr abril abr avril avr',
    'may mai maio mayo',
    'june jun junho junio juin juni',
    'july jul julho julio juillet juil juli',
    'august aug agosto ago aout',
    'september sep sept setembro set septiembre septembre',
    'october oct outubro out octubre octobre oktober okt',
    'november nov novembro noviembre novembre',
    'december dec dezembro dez diciembre dic decembre dezember',
  ].flatMap((names, index) => names.split(' ').map((name): [string, number] => [name, index + 1])),
);

/**
 * A birthday from a date answer or from text. Numeric day and month are told apart by the title's order
 * (DD/MM/YYYY), by a day above 12, by dots (always day first) or by a language that writes the day first; else the text
 * is kept as typed. `year` is that of the submission, for years of two digits. Null when the text is not a date.
 */
export function birthdayValue(
  text: string,
  order: DateOrder | null,
  language: Language | null,
  year: number | null = null,
): BirthdayValue | null {
  const line = tidy(text);
  if (line.length > 40) return null;
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$/.exec(line);
  if (iso) return dated(iso[1], iso[2], iso[3]);
  const numeric = /^(\d{1,4})\s?[/.\- ]\s?(\d{1,2})\s?[/.\- ]\s?(\d{1,4})\.?$/.exec(line);
  if (numeric) return fromDigits(line, fullYear(numeric, year), order, language);
  const compact = /^(\d{2})(\d{2})(\d{4})$/.exec(line);
  if (compact && order === 'dmy') return dated(compact[3], compact[2], compact[1]);
  if (compact && order === 'mdy') return dated(compact[3], compact[1], compact[2]);
  return fromWords(line);
}

/** A two-digit year can only mean one century: no one is born after the submission, and hardly anyone is a hundred. */
function fullYear([whole, a, b, c]: RegExpExecArray, now: number | null): string[] {
  if (now === null || a?.length === 4 || c?.length !== 2) return [whole, a ?? '', b ?? '', c ?? ''];
  const century = 2000 + Number(c) > now ? 1900 : 2000;
  return [whole, a ?? '', b ?? '', String(century + Number(c))];
}

function fromDigits(
  line: string,
  [, a, b, c]: string[],
  order: DateOrder | null,
  language: Language | null,
): BirthdayValue | null {
  if (a?.length === 4) return dated(a, b, c);
  if (c?.length !== 4) return { value: line, normalised: false };
  const dayFirst = dated(c, b, a);
  const monthFirst = dated(c, a, b);
  if (!dayFirst || !monthFirst) return dayFirst ?? monthFirst;
  if (dayFirst.value === monthFirst.value || order === 'dmy') return dayFirst;
  if (order === 'mdy') return monthFirst;
  if (line.includes('.') || (language !== null && language !== 'en')) return dayFirst;
  return { value: line, normalised: false };
}

/** "7 août 2006", "August 7th, 2006", "12 de março de 1990". */
function fromWords(line: string): BirthdayValue | null {
  const words = fold(line)
    .split(/[^\p{Letter}\d]+/u)
    .filter((word) => word !== '' && !['de', 'del', 'of', 'the', 'le', 'den'].includes(word));
  const month = words.map((word) => MONTHS.get(word)).find((found) => found !== undefined);
  const year = words.find((word) => /^\d{4}$/.test(word));
  const day = words.find((word) => /^\d{1,2}(?:st|nd|rd|th|er|o|a)?$/.test(word));
  if (month === undefined || words.length > 5) return null;
  return dated(year, String(month), day?.replace(/\D/g, ''));
}

/** A real day between the earliest birth of a living person and the end of this century. */
function dated(year: string | undefined, month: string | undefined, day: string | undefined): BirthdayValue | null {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (!(y >= 1880 && y < 2100 && m >= 1 && m <= 12 && d >= 1)) return null;
  if (d > new Date(Date.UTC(y, m, 0)).getUTCDate()) return null;
  return { value: `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`, normalised: true };
}
