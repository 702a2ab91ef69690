/** A title -> clauses of words, with markup, gender notation and punctuation resolved. Every step is linear in the title's length. */
import { plainTitle } from '../answers';

/** What separates a clause from the one before it. */
export type Opening = 'sentence' | 'heading' | 'bracket';

/** A part of a title between full stops, colons, dashes and brackets. `words` also holds "'s", "," and "/". */
export interface Clause {
  words: string[];
  opening: Opening;
}

/** A title, and its clauses, which several readers need. */
export interface Title {
  text: string;
  clauses: readonly Clause[];
}

/** A title in the form that its readers need; `raw` may be as Typeform sends it. */
export function titleOf(raw: string): Title {
  const text = plainTitle(raw);
  return { text, clauses: clausesOf(text) };
}

/** What is left of the genitive "'s", of a comma and of a slash among the words of a clause. */
export const POSSESSIVE = "'s";
export const COMMA = ',';
export const SLASH = '/';
/** A piped-in name that owns something: "{{field:child}}'s date of birth". */
const PIPED_OWNER = 'their';

/** No clause of a real title is longer; the rest is ignored. */
const MAX_WORDS = 80;
const MAX_CLAUSES = 300;
/** Folding makes some characters longer. */
const MAX_FOLDED_LENGTH = 2500;

/** Nothing to fold but the case. */
const ASCII = /^[ -~]*$/;

/** Folded text: compatibility forms, accents and case do not matter. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/œ/g, 'oe')
    .replace(/æ/g, 'ae')
    .replace(/ı/g, 'i');
}

/** Short, and words alone: nothing in it is punctuation or has another spelling, as "e mail" has. */
const PLAIN = /^(?!.*mail)[a-z\d\s]{0,200}$/s;

/** The words of a phrase or machine name, without punctuation. */
export function wordsOf(text: string): string[] {
  const folded = fold(text);
  if (PLAIN.test(folded)) return folded.split(/\s+/).filter((word) => word !== '');
  return clausesOf(text).flatMap(({ words }) => words.filter((word) => word !== COMMA && word !== SLASH));
}

/** A title's clauses in their order. `raw` may be as Typeform sends it, including markdown and piping tokens. */
export function clausesOf(raw: string): Clause[] {
  const clauses: Clause[] = [];
  let words: string[] = [];
  let opening: Opening = 'sentence';
  const close = (next: Opening): void => {
    if (words.length > 0 && clauses.length < MAX_CLAUSES) clauses.push({ words: words.slice(0, MAX_WORDS), opening });
    words = [];
    opening = next;
  };
  for (const [token] of prepare(raw).matchAll(TOKEN)) {
    if (/^[\p{Letter}\p{Number}]/u.test(token) || token === POSSESSIVE) words.push(token);
    else if (token === COMMA) words.push(COMMA);
    else if (token === SLASH || token === '&' || token === '+') words.push(SLASH);
    else close(openingAfter(token));
  }
  close('sentence');
  return clauses;
}

const TOKEN = /'s(?!\p{Letter})|[\p{Letter}\p{Number}]+|[,/&+.!?:;…—|•¿¡()[\]{}]/gu;

function openingAfter(token: string): Opening {
  if (token === '(' || token === '[' || token === '{') return 'bracket';
  return token === ':' || token === '—' || token === '|' ? 'heading' : 'sentence';
}

/** Unifies different spellings: "E mail", "Nº", "Tel.", "parents'", "Schüler:in", "amigo/a", "co-founder". */
function prepare(raw: string): string {
  const folded = fold(
    plainTitle(raw)
      .replace(/…(?=['’]s)/g, PIPED_OWNER)
      .replace(/[’‘`´ʼ]/g, "'"),
  ).slice(0, MAX_FOLDED_LENGTH);
  return folded
    .replace(
      /(?<![\p{Letter}.])(?:\p{Letter}\.)+(?:\p{Letter}(?!\p{Letter})\.?|(?<=\.\p{Letter}\.))/gu,
      (acronym) => `${acronym.replaceAll('.', '')} `,
    )
    .replace(/(?<!\p{Letter})e[- ]?mails?(?!\p{Letter})/gu, 'email')
    .replace(
      /(?<!\p{Letter})(n|no|nr|num|nro|tel|telf|tlf|cel|str|hausnr|st|ph|mob|dr|ggf|bzw|evtl|inkl|incl|cod|nasc|nac|end|compl|apt|tlm|telem|geb)\. ?/gu,
      '$1 ',
    )
    .replace(/(?<=\p{Letter}{2})\((?:e|a|o|s|es|as|os|in|innen|r|n)\)/gu, '')
    .replace(/(?<=\p{Letter}{3})(?:[:*_·](?:innen|in|r|e|es|n)|[/.·-](?:innen|in|a|as|e|es))(?![\p{Letter}-])/gu, '')
    .replace(/(?<=s)'(?= \p{Letter})/gu, POSSESSIVE)
    .replace(/(?<!\p{Letter})(co|ex|step|grand|god|half|great|bis|mit)-(?=\p{Letter})/gu, '$1')
    .replace(/#/g, ' nr ')
    .replace(/n[°º]/g, ' nr ')
    .replace(/ [-–] /g, ' — ')
    .replace(/–/g, '—');
}

/** The words of a person's name, without accents and case. */
export function nameWords(name: string): string[] {
  return fold(name)
    .split(/[^\p{Letter}\p{Number}]+/u)
    .filter((word) => word !== '');
}
