/** Recognises what a question or a machine name asks for: whole words, five languages, no regular expression that backtracks. */
import { LRUCache } from 'lru-cache';
import { plainTitle } from './answers';
import * as vocabulary from './identifier-words';
import type { IdentifierKey } from './identifier-words';

/** What a text asks for. `bare` when it is the one word "name", which may also mean a first or a last name. */
export interface LabelMatch {
  key: IdentifierKey;
  bare: boolean;
}

const AND = '&';
const MAX_TEXT_LENGTH = 600;
/** Characters of titles, refs and names that each of the functions below remembers: those of some hundred forms. */
const MAX_REMEMBERED_LENGTH = 500_000;
/** A longer sentence is no label any more. */
const MAX_WORDS = 16;
const PERSON_NAMES: ReadonlySet<IdentifierKey> = new Set(['fullName', 'firstName', 'lastName']);

const noise = new Set(vocabulary.NOISE);
const connectors = new Set(vocabulary.CONNECTORS);
const labels = new Map<string, IdentifierKey>();
for (const key of vocabulary.IDENTIFIER_KEYS)
  for (const label of vocabulary.LABELS[key]) labels.set(phraseOf(label), key);
const decoys = new Set(vocabulary.DECOYS.map(phraseOf));
const bareNames = new Set(vocabulary.BARE_NAMES);
const before = new Set([AND, ...vocabulary.BEFORE.map(phraseOf)]);
const openings = new Set([...noise, ...vocabulary.BEFORE.map((phrase) => wordsOf(phrase)[0])]);
const beforeInNames = new Set([...before, ...vocabulary.BEFORE_IN_NAMES.map(phraseOf)]);
const after = new Set([AND, ...vocabulary.AFTER.map(phraseOf)]);
const qualifiers = new Set(vocabulary.QUALIFIERS.map(phraseOf));
const thirdParties = mentionsOf(vocabulary.THIRD_PARTIES);
const secondary = mentionsOf(vocabulary.SECONDARY);
const namedThings = mentionsOf(vocabulary.NAMED_THINGS);

/**
 * What a question asks for, or null. A title matches when one of its sentences is a label ("First name"), or a label
 * with words of asking around it ("And what is your first name, please?"). A title that merely mentions a word ("How
 * did you hear about our company?") does not match. Remarks in brackets are not looked at.
 */
export const matchTitle = remembering((title): LabelMatch | null => {
  const text = plainTitle(title).slice(0, MAX_TEXT_LENGTH);
  let found: LabelMatch | null = null;
  for (const sentence of text.replace(/[([][^()[\]]*[)\]]/g, ' ').split(/[.!?:;…—–|•¿¡]+|\s-\s/u)) {
    found = matchSentence(sentence) ?? found;
  }
  return found && PERSON_NAMES.has(found.key) && mentions(title, namedThings) ? null : found;
});

/** What a name meant for machines stands for: a field's ref or a hidden field (`clientFirstName`, `company-name`). */
export const matchName = remembering((name): LabelMatch | null =>
  matchWords(meaningful(wordsOf(splitName(name))), beforeInNames),
);

/** Whether a ref names something ("company_name", "pet-name") which is not a person. */
export const isNameOfThing = remembering((ref): boolean => {
  const last = wordsOf(splitName(ref)).at(-1);
  const match = matchName(ref);
  return last !== undefined && bareNames.has(last) && !(match && PERSON_NAMES.has(match.key));
});

/** Whether a title or machine name speaks of somebody else: manager, spouse, emergency contact, reference, friend ... */
export const isThirdParty = remembering((text) => mentions(text, thirdParties));

/** Whether an address or number is the client's, but for something else: billing, alternative ... */
export const isSecondary = remembering((text) => mentions(text, secondary));

/** Every submission of a form brings the same titles and refs, and judging one takes as long as verifying a webhook. */
function remembering<Judgement>(judge: (text: string) => Judgement): (text: string) => Judgement {
  const judged = new LRUCache<string, { judgement: Judgement }>({
    maxSize: MAX_REMEMBERED_LENGTH,
    sizeCalculation: (_, text) => text.length + 1,
  });
  return (text) => {
    const known = judged.get(text);
    if (known) return known.judgement;
    const judgement = judge(text);
    judged.set(text, { judgement });
    return judgement;
  };
}

/** Single words, and phrases with a blank at either end. */
interface Mentions {
  words: ReadonlySet<string>;
  phrases: readonly string[];
}

function mentionsOf(list: readonly string[]): Mentions {
  const split = list.map(wordsOf);
  return {
    words: new Set(split.filter(({ length }) => length === 1).flat()),
    phrases: split.filter(({ length }) => length > 1).map((words) => ` ${words.join(' ')} `),
  };
}

function mentions(text: string, list: Mentions): boolean {
  const words = wordsOf(splitName(plainTitle(text)));
  const line = ` ${words.join(' ')} `;
  return words.some((word) => list.words.has(word)) || list.phrases.some((phrase) => line.includes(phrase));
}

function matchSentence(sentence: string): LabelMatch | null {
  const whole = matchWords(meaningful(wordsOf(sentence)), before);
  if (whole) return whole;
  // "Nice to meet you, what is your name?": the last part counts when it asks by itself.
  const lastPart = wordsOf(sentence.slice(sentence.lastIndexOf(',') + 1));
  return openings.has(lastPart[0]) ? matchWords(meaningful(lastPart), before) : null;
}

/** Takes the longest run of words that is a label, has only words of asking before it and nothing of weight behind it. */
function matchWords(words: string[], leading: ReadonlySet<string>): LabelMatch | null {
  if (words.length > MAX_WORDS) return null;
  const starts = startsAfter(words, leading);
  const ends = endsBefore(words);
  for (let length = words.length; length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      if (!starts[start] || !ends[start + length]) continue;
      const core = words.slice(start, start + length);
      if (decoys.has(core.join(' '))) return null;
      const key = keyOf(core);
      if (key) return { key, bare: length === 1 && bareNames.has(core[0] ?? '') };
    }
  }
  return null;
}

/** starts[i]: everything before word i may stand before a label. */
function startsAfter(words: string[], leading: ReadonlySet<string>): boolean[] {
  const starts = [true];
  for (let end = 1; end <= words.length; end++) {
    starts[end] = starts.some(
      (ok, start) => ok && (leading.has(words.slice(start, end).join(' ')) || isNumber(words.slice(start, end))),
    );
  }
  return starts;
}

/** ends[i]: everything from word i on may stand behind a label. */
function endsBefore(words: string[]): boolean[] {
  const ends: boolean[] = [];
  ends[words.length] = true;
  for (let start = words.length - 1; start >= 0; start--) {
    ends[start] =
      qualifiers.has(words[start] ?? '') ||
      ends.some((ok, end) => ok && end > start && after.has(words.slice(start, end).join(' ')));
  }
  return ends;
}

/** Numbering of questions: "2) Name", ref "q3_email". */
function isNumber(words: string[]): boolean {
  return words.length === 1 && /^\d+$/.test(words[0] ?? '');
}

/**
 * Reads words as labels in a row, joined by connectors or nothing: "zip / post code" is one key, first and last name
 * together are the full name, any other mixture ("name and company") is none.
 */
function keyOf(words: string[]): IdentifierKey | null {
  const keys = new Set<IdentifierKey>();
  for (let start = 0; start < words.length;) {
    let end = words.length;
    while (end > start && !labels.has(words.slice(start, end).join(' '))) end--;
    const key = labels.get(words.slice(start, end).join(' '));
    if (key) keys.add(key);
    else if (words[start] !== AND || start === 0 || end === words.length - 1) return null;
    start = Math.max(end, start + 1);
  }
  const [first, ...others] = keys;
  if (first === undefined || others.length === 0) return first ?? null;
  return [...keys].every((key) => PERSON_NAMES.has(key)) ? 'fullName' : null;
}

/** Words of a text: compatibility forms and accents folded, lower case, "e-mail" as one word. */
function wordsOf(text: string): string[] {
  const folded = text
    .slice(0, MAX_TEXT_LENGTH)
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/(?<!\p{Letter})e[- ]?mail/gu, 'email')
    .replace(/[/,&+]/g, ' and ');
  return folded.split(/[^\p{Letter}\p{Number}]+/u).filter((word) => word !== '');
}

/** Drops the noise and writes every connector alike. */
function meaningful(words: string[]): string[] {
  return words.filter((word) => !noise.has(word)).map((word) => (connectors.has(word) ? AND : word));
}

/** Refs come in snake_case, kebab-case and camelCase, often with a number. */
function splitName(name: string): string {
  return name
    .slice(0, MAX_TEXT_LENGTH)
    .replace(/(\p{Lowercase})(\p{Uppercase})/gu, '$1 $2')
    .replace(/(\p{Uppercase})(?=\p{Uppercase}\p{Lowercase})/gu, '$1 ')
    .replace(/(\p{Letter})(?=\d)/gu, '$1 ');
}

function phraseOf(phrase: string): string {
  return meaningful(wordsOf(phrase)).join(' ');
}
