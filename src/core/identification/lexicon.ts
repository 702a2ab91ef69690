/** The words of a language, compiled for lookup: longest phrase first, inflected nouns and German compounds understood. */
import { IDENTIFIER_KEYS, type IdentifierKey } from '../identifiers';
import { COMMA, fold, POSSESSIVE, SLASH, wordsOf } from './title-text';
import { english } from './vocabulary/english';
import { french } from './vocabulary/french';
import { german } from './vocabulary/german';
import { portuguese } from './vocabulary/portuguese';
import { spanish } from './vocabulary/spanish';
import type { Language, NounKind, Vocabulary } from './vocabulary/vocabulary';

/** What a word or phrase of a clause is. */
export type Item = { text: string } & (
  { kind: 'label'; key: IdentifierKey } | { kind: 'noun'; noun: NounKind } | { kind: PlainKind }
);
type PlainKind =
  | 'name'
  | 'nickname'
  | 'full'
  | 'number'
  | 'contact'
  | 'emergency'
  | 'yours'
  | 'ours'
  | 'theirs'
  | 'of'
  | 'ofThe'
  | 'for'
  | 'and'
  | 'slash'
  | 'comma'
  | 'possessive'
  | 'article'
  | 'asking'
  | 'filler'
  | 'explanation'
  | 'secondary'
  | 'decoy'
  | 'unknown';

type Meaning = { kind: 'label'; key: IdentifierKey } | { kind: 'noun'; noun: NounKind } | { kind: PlainKind };

interface Phrase {
  meaning: Meaning;
  text: string;
  /** Words. */
  length: number;
}

export interface Lexicon {
  language: Language;
  phrases: ReadonlyMap<string, Meaning>;
  /** What is followed by another word in some phrase. */
  beginnings: ReadonlySet<string>;
  /** The number of words of the longest phrase that begins with a word. */
  longest: ReadonlyMap<string, number>;
  /** Labels that are used only when no better one is answered. */
  lesser: ReadonlySet<string>;
  /** Possible base forms of an inflected noun, nearest first. */
  baseForms: (word: string) => string[];
  relationPrefixes: readonly string[];
  relationSuffixes: readonly string[];
  /** Whether words are joined without a space ("Vereinsname"). */
  compounds: boolean;
  /** Whether the owning noun precedes the label without a preposition ("spouse email"), with the last noun as the head. */
  headLast: boolean;
}

const NOUN_KINDS: readonly NounKind[] = [
  'contact',
  'guardian',
  'kin',
  'relation',
  'client',
  'dependant',
  'role',
  'organisation',
  'venture',
  'animal',
  'thing',
];

/** Reads the words of a clause as items, the longest known phrase first. */
export function itemsOf(words: readonly string[], lexicon: Lexicon): Item[] {
  const items: Item[] = [];
  for (let start = 0; start < words.length;) {
    const phrase = longestPhrase(words, start, lexicon);
    if (phrase) {
      items.push({ ...phrase.meaning, text: phrase.text });
      start += phrase.length;
    } else {
      items.push(...itemsOfWord(words[start] ?? '', lexicon));
      start += 1;
    }
  }
  return items;
}

/** Whether a language has a word, inflected or not. */
export function knows(lexicon: Lexicon, word: string): boolean {
  return lexicon.phrases.has(word) || lexicon.baseForms(word).some((form) => lexicon.phrases.has(form));
}

/** No word of a language, compounds included, is as long; taking one apart costs the square of its length. */
const MAX_WORD_LENGTH = 60;

function longestPhrase(words: readonly string[], start: number, lexicon: Lexicon): Phrase | null {
  const most = Math.min(lexicon.longest.get(words[start] ?? '') ?? 0, words.length - start);
  if (most === 0) return null;
  const slash = words.indexOf(SLASH, start);
  const plain = slash < 0 ? most : Math.min(most, slash - start);
  return (
    (most > plain ? phraseWithSlash(words, start, most, plain, lexicon) : null) ??
    plainPhrase(words, start, plain, lexicon)
  );
}

/** The longest phrase across a slash, of more than `least` words. */
function phraseWithSlash(
  words: readonly string[],
  start: number,
  most: number,
  least: number,
  { phrases }: Lexicon,
): Phrase | null {
  for (let length = most; length > least; length--) {
    const text = words.slice(start, start + length).join(' ');
    const meaning = phrases.get(text) ?? phrases.get(withAnd(text, phrases));
    if (meaning) return { meaning, text, length };
  }
  return null;
}

/** The longest phrase without a slash, one word after the other for as long as any phrase begins so. */
function plainPhrase(
  words: readonly string[],
  start: number,
  most: number,
  { phrases, beginnings }: Lexicon,
): Phrase | null {
  let found: Phrase | null = null;
  let text = '';
  for (let length = 1; length <= most; length++) {
    text = length === 1 ? (words[start] ?? '') : `${text} ${words[start + length - 1] ?? ''}`;
    const meaning = phrases.get(text);
    if (meaning) found = { meaning, text, length };
    if (!beginnings.has(text)) break;
  }
  return found;
}

/** A slash or ampersand inside a phrase counts as its language's "and": "first & last name". */
function withAnd(text: string, phrases: ReadonlyMap<string, Meaning>): string {
  for (const and of ['and', 'e', 'y', 'et', 'und']) {
    const candidate = text.replaceAll(SLASH, and);
    if (phrases.has(candidate)) return candidate;
  }
  return text.replaceAll(`${SLASH} `, '');
}

function itemsOfWord(word: string, lexicon: Lexicon): Item[] {
  if (word.length > MAX_WORD_LENGTH) return [{ kind: 'unknown', text: word }];
  if (word === COMMA) return [{ kind: 'comma', text: word }];
  if (word === SLASH) return [{ kind: 'slash', text: word }];
  if (word === POSSESSIVE) return [{ kind: 'possessive', text: word }];
  if (/^\d+$/.test(word)) return [{ kind: 'filler', text: word }];
  const inflected = inflectedNoun(word, lexicon);
  if (inflected) return [inflected];
  return (lexicon.compounds ? compound(word, lexicon) : null) ?? [relationByForm(word, lexicon)];
}

/** Labels have plurals, too ("addresses"); any other word counts only as it is written. */
function inflectedNoun(word: string, { baseForms, phrases }: Lexicon): Item | null {
  for (const form of baseForms(word)) {
    const meaning = phrases.get(form);
    if (meaning?.kind === 'noun' || meaning?.kind === 'label' || meaning?.kind === 'emergency')
      return { ...meaning, text: word };
  }
  return null;
}

/** "co-founder", "stepmother", "roommate", "Mitbewohner": a relation that need not be listed. */
function relationByForm(word: string, { relationPrefixes, relationSuffixes, phrases, baseForms }: Lexicon): Item {
  const rest = relationPrefixes.filter((prefix) => word.startsWith(prefix)).map((prefix) => word.slice(prefix.length));
  const isPerson = rest.some((part) => [part, ...baseForms(part)].some((form) => isPersonNoun(phrases.get(form))));
  const forms = [word, ...baseForms(word)];
  const ends = relationSuffixes.some((suffix) =>
    forms.some((form) => form.length > suffix.length && form.endsWith(suffix)),
  );
  return isPerson || ends ? { kind: 'noun', noun: 'relation', text: word } : { kind: 'unknown', text: word };
}

function isPersonNoun(meaning: Meaning | undefined): boolean {
  return meaning?.kind === 'noun' && !['organisation', 'venture', 'thing', 'animal'].includes(meaning.noun);
}

/** The shortest front and end of a compound, so that no word is found in another by chance. */
const MIN_FRONT = 3;
const MIN_END = 4;
const LINKS = ['', 's', 'n', 'en', 'es', 'e', 'er'];

/** "Vereinsname" -> "Verein", "Name": the longest end that is a label, a number or a noun; what precedes it may be unknown. */
function compound(word: string, lexicon: Lexicon): Item[] | null {
  for (let at = MIN_FRONT; at <= word.length - MIN_END; at++) {
    const end = wordMeaning(word.slice(at), lexicon);
    if (!end || !['label', 'name', 'number', 'noun'].includes(end.kind)) continue;
    const front = frontOf(word.slice(0, at), lexicon);
    if (end.kind === 'noun') return [headNoun(end.noun, front, word)];
    return [
      { ...(front ?? { kind: 'unknown' }), text: word.slice(0, at) },
      { ...end, text: word.slice(at) },
    ];
  }
  return null;
}

/** A compound noun has the kind of its end, unless its front is a relation or thing ("Notfallkontakt"). */
function headNoun(noun: NounKind, front: Meaning | null, text: string): Item {
  if (front?.kind === 'emergency') return { kind: 'emergency', text };
  return { kind: 'noun', noun, text };
}

function wordMeaning(word: string, { phrases, baseForms }: Lexicon): Meaning | null {
  for (const form of [word, ...baseForms(word)]) {
    const meaning = phrases.get(form);
    if (meaning) return meaning;
  }
  return null;
}

function frontOf(front: string, { phrases }: Lexicon): Meaning | null {
  for (const link of LINKS) {
    if (!front.endsWith(link)) continue;
    const base = front.slice(0, front.length - link.length);
    const meaning = phrases.get(base) ?? phrases.get(`${base}e`);
    if (meaning) return meaning;
  }
  return null;
}

/** The first entry wins when a phrase has two meanings. */
function compile(language: Language, vocabulary: Vocabulary): Lexicon {
  const phrases = new Map<string, Meaning>();
  const beginnings = new Set<string>();
  const longest = new Map<string, number>();
  const add = (list: string, meaning: Meaning): void => {
    for (const words of phrasesOf(list)) {
      const text = words.join(' ');
      if (text === '' || phrases.has(text)) continue;
      phrases.set(text, meaning);
      for (let length = 1; length < words.length; length++) beginnings.add(words.slice(0, length).join(' '));
      const first = words[0] ?? '';
      longest.set(first, Math.max(longest.get(first) ?? 0, words.length + 2));
    }
  };
  add(vocabulary.decoys, { kind: 'decoy' });
  add(vocabulary.nicknames, { kind: 'nickname' });
  for (const key of IDENTIFIER_KEYS) add(vocabulary.labels[key], { kind: 'label', key });
  add(vocabulary.names, { kind: 'name' });
  add(vocabulary.full, { kind: 'full' });
  add(vocabulary.number, { kind: 'number' });
  add(vocabulary.emergency, { kind: 'emergency' });
  for (const noun of NOUN_KINDS) add(vocabulary.nouns[noun], { kind: 'noun', noun });
  for (const kind of ['contact', 'yours', 'ours', 'theirs', 'and', 'ofThe', 'of', 'for'] as const)
    add(vocabulary[kind], { kind });
  add(vocabulary.explanation, { kind: 'explanation' });
  add(vocabulary.secondary, { kind: 'secondary' });
  add(vocabulary.articles, { kind: 'article' });
  add(vocabulary.asking, { kind: 'asking' });
  add(vocabulary.filler, { kind: 'filler' });
  return {
    language,
    phrases,
    beginnings,
    longest,
    lesser: new Set(phrasesOf(vocabulary.lesser).map((words) => words.join(' '))),
    baseForms: BASE_FORMS[language],
    relationPrefixes: wordsOf(vocabulary.relationPrefixes),
    relationSuffixes: wordsOf(vocabulary.relationSuffixes),
    compounds: language === 'de',
    headLast: language === 'en' || language === 'de',
  };
}

/** The words of each phrase of a list. Folded as a whole, which costs less and comes to the same. */
function phrasesOf(list: string): string[][] {
  return fold(list)
    .split(',')
    .map((phrase) => wordsOf(phrase));
}

/** Endings of gender and number, replaced by those of the listed form. */
const BASE_FORMS: Readonly<Record<Language, (word: string) => string[]>> = {
  en: endings(['s', ''], ['es', ''], ['ies', 'y']),
  pt: endings(
    ['s', ''],
    ['a', 'o'],
    ['as', 'o'],
    ['es', ''],
    ['ora', 'or'],
    ['oras', 'or'],
    ['eira', 'eiro'],
    ['ais', 'al'],
    ['oes', 'ao'],
    ['a', ''],
  ),
  es: endings(
    ['s', ''],
    ['a', 'o'],
    ['as', 'o'],
    ['es', ''],
    ['ora', 'or'],
    ['oras', 'or'],
    ['ona', 'on'],
    ['a', ''],
    ['a', 'e'],
  ),
  fr: endings(
    ['s', ''],
    ['x', ''],
    ['e', ''],
    ['es', ''],
    ['trice', 'teur'],
    ['trices', 'teur'],
    ['euse', 'eur'],
    ['ienne', 'ien'],
    ['ere', 'er'],
    ['ive', 'if'],
    ['aux', 'al'],
    ['esse', 'e'],
  ),
  de: endings(
    ['s', ''],
    ['n', ''],
    ['e', ''],
    ['en', ''],
    ['es', ''],
    ['er', ''],
    ['em', ''],
    ['in', ''],
    ['innen', ''],
    ['nen', ''],
    ['n', 'r'],
    ['en', 'er'],
    ['em', 'er'],
    ['e', 'er'],
  ),
};

function endings(...rules: [string, string][]): (word: string) => string[] {
  return (word) =>
    rules
      .filter(([from]) => word.length > from.length + 2 && word.endsWith(from))
      .map(([from, to]) => word.slice(0, word.length - from.length) + to);
}

const VOCABULARIES: Readonly<Record<Language, Vocabulary>> = {
  en: english,
  pt: portuguese,
  es: spanish,
  fr: french,
  de: german,
};

const compiled = new Map<Language, Lexicon>();

/** The lexicon of a language, compiled when it is first asked for: most processes that load this module never read a title. */
export function lexiconOf(language: Language): Lexicon {
  let lexicon = compiled.get(language);
  if (!lexicon) {
    lexicon = compile(language, VOCABULARIES[language]);
    compiled.set(language, lexicon);
  }
  return lexicon;
}
