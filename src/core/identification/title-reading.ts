/** A title or a machine name -> what it asks for and whose: its clauses read in the languages of the form. */
import type { Reading } from './reading';
import type { Owner } from './ownership';
import { readClause } from './clause-grammar';
import { type Item, itemsOf, lexiconOf, type Lexicon } from './lexicon';
import { type Clause, clausesOf, COMMA, SLASH } from './title-text';
import { type Language, LANGUAGES, type NounKind } from './vocabulary/vocabulary';

/** Keys whose values are recognisable: unknown words in the title do no harm. */
const SELF_EVIDENT = new Set(['email', 'phone']);
/** German and French words with a different meaning in English: never read in a language that the form is not in. */
const HOMOGRAPHS = new Set(['land', 'genre', 'ort', 'rue', 'chef', 'kind', 'staat', 'fixe', 'bar']);

interface ClauseReading {
  clause: Clause;
  items: Item[];
  reading: Reading | null;
}

/** What a title asks for in the first of the languages that understands it, or null. */
export function readTitle(clauses: readonly Clause[], languages: readonly Language[]): Reading | null {
  let partial: Reading | null = null;
  for (const language of languages) {
    const found = readClauses(clauses, lexiconOf(language));
    if (found?.complete) return found;
    partial ??= found;
  }
  return partial?.complete ? partial : (readBilingual(clauses) ?? partial);
}

/** No title asks the same in more languages. */
const MAX_VERSIONS = 6;

/** "Name / Nom", "E-mail père/email Dad": the same asked in several languages, a slash between them. */
function readBilingual(clauses: readonly Clause[]): Reading | null {
  const [clause] = clauses;
  if (!clause || clauses.length > 1 || !clause.words.includes(SLASH)) return null;
  const versions = splitAt(clause.words, SLASH);
  if (versions.length > MAX_VERSIONS) return null;
  const parts = versions.map((words) => {
    const readings = LANGUAGES.map((language) => readClause(itemsOf(words, lexiconOf(language)), lexiconOf(language)));
    return readings.find((reading) => reading?.complete) ?? null;
  });
  const [first] = parts;
  if (!first || parts.some((part) => !part || part.keys.join() !== first.keys.join() || part.bare !== first.bare))
    return null;
  return parts.find((part) => part?.owner) ?? first;
}

/** A label in a different language from the form's: only when it is the entire clause and the word has no other meaning. */
export function readForeignTitle(clauses: readonly Clause[], languages: readonly Language[]): Reading | null {
  const [only, more] = clauses.flatMap(({ words }) => words);
  if (only !== undefined && more === undefined && HOMOGRAPHS.has(only)) return null;
  const found = readTitle(clauses, languages);
  return found?.complete && !found.roleOnly && !found.lesser ? found : null;
}

/** A field's ref or a hidden field's name (`clientFirstName`, `company-name`), trusted when every part is understood. */
export function readName(name: string, languages: readonly Language[]): Reading | null {
  if (UUID.test(name)) return null;
  const spaced = name
    .slice(0, 200)
    .replace(/(\p{Lowercase})(\p{Uppercase})/gu, '$1 $2')
    .replace(/(\p{Uppercase})(?=\p{Uppercase}\p{Lowercase})/gu, '$1 ')
    .replace(/(\p{Letter})(?=\d)/gu, '$1 ')
    .replace(
      /(?<![\p{Letter}\p{Number}])(q|question|field|input|txt|text|respondent|lead|user)(?![\p{Letter}\p{Number}])(?=[^\p{Letter}]+\p{Letter})(?!\W+(?:name|id)(?!\p{Letter}))/giu,
      ' ',
    )
    .replace(/[^\p{Letter}\p{Number}]+/gu, ' ');
  return readForeignTitle(clausesOf(spaced), languages);
}

/** Whether a text has a noun of one of the kinds. */
export function namesNoun(
  clauses: readonly Clause[],
  languages: readonly Language[],
  kinds: readonly NounKind[],
): boolean {
  return languages.some((language) =>
    clauses.some(({ words }) =>
      itemsOf(words, lexiconOf(language)).some((item) => item.kind === 'noun' && kinds.includes(item.noun)),
    ),
  );
}

/** Whether a title has a noun of one of the kinds in a genitive: "Documento del paciente", "Patient's insurance". */
export function namesOwner(
  clauses: readonly Clause[],
  languages: readonly Language[],
  kinds: readonly NounKind[],
): boolean {
  return languages.some((language) =>
    clauses.some(({ words }) => {
      const items = itemsOf(words, lexiconOf(language));
      return items.some((item, at) => {
        if (item.kind !== 'noun' || !kinds.includes(item.noun)) return false;
        const before = items[at - 1]?.kind;
        return before === 'of' || before === 'ofThe' || items[at + 1]?.kind === 'possessive';
      });
    }),
  );
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-z]{12}$/i;

function readClauses(clauses: readonly Clause[], lexicon: Lexicon): Reading | null {
  const read = clauses.map((clause): ClauseReading => {
    const items = itemsOf(clause.words, lexicon);
    return { clause, items, reading: readParts(clause.words, items, lexicon) };
  });
  const chosen = choose(read);
  if (!chosen) return null;
  const emergency = read.flatMap(({ items }) => items).find(({ kind }) => kind === 'emergency');
  if (emergency && chosen.reading.owner?.kind !== 'emergency')
    return { ...chosen.reading, owner: { kind: 'emergency', possessed: false, text: emergency.text } };
  return refine(chosen, read);
}

/** The entire clause, or, if it is not understood, the last understood part between its commas. */
function readParts(words: readonly string[], items: readonly Item[], lexicon: Lexicon): Reading | null {
  const whole = readClause(items, lexicon);
  if (whole?.complete || !words.includes(COMMA)) return whole;
  const parts = splitAt(words, COMMA).map((part) => readClause(itemsOf(part, lexicon), lexicon));
  const complete = parts.filter((part) => part?.complete).at(-1);
  // "E-Mail der Person, die dich empfohlen hat": what follows the comma says which person.
  if (complete?.owner?.kind === 'role' && whole?.owner?.kind === 'relation') return { ...complete, owner: whole.owner };
  const evident = parts.filter((part) => part?.keys.some((key) => SELF_EVIDENT.has(key))).at(-1);
  return complete ?? evident ?? whole;
}

function splitAt(words: readonly string[], separator: string): string[][] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === separator) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}

/** The clause that asks: the last one understood outside brackets, else in brackets, else the last that mentions a key. */
function choose(read: readonly ClauseReading[]): { at: number; reading: Reading } | null {
  const found = read.flatMap(({ reading, clause }, at) =>
    reading ? [{ at, reading, bracket: clause.opening === 'bracket' }] : [],
  );
  const asked = found.filter(({ reading }) => !reading.roleOnly && reading.keys.length > 0);
  const complete = asked.filter(({ reading }) => reading.complete);
  return (
    complete.filter(({ bracket }) => !bracket).at(-1) ??
    asked
      .filter(
        ({ bracket, reading }) => !bracket && (reading.owner || reading.keys.some((key) => SELF_EVIDENT.has(key))),
      )
      .at(-1) ??
    complete.find(({ at }) => read.slice(0, at).every(namesPersonOrNothing)) ??
    asked.filter(({ bracket }) => !bracket).at(-1) ??
    found.filter(({ reading }) => reading.roleOnly).at(-1) ??
    null
  );
}

/** "Person reporting the incident (name)": the owner of what a bracket asks for is named by the words before it, or unknown. */
function namesPersonOrNothing({ reading, items }: ClauseReading): boolean {
  return (
    reading?.roleOnly === true || items.every(({ kind }) => kind !== 'unknown' && kind !== 'noun' && kind !== 'decoy')
  );
}

/** Headings before and remarks after the asking clause: they may name its owner or say which part is meant. */
function refine({ at, reading }: { at: number; reading: Reading }, read: readonly ClauseReading[]): Reading {
  const opening = read[at]?.clause.opening;
  const before = read.slice(0, at).filter(({ clause }) => clause.opening !== 'bracket');
  const heading = opening === 'heading' || opening === 'bracket' ? before.at(-1) : undefined;
  const remarks = read.slice(at + 1).filter(({ clause }) => clause.opening !== 'sentence');
  let refined = reading;
  for (const { reading: remark, clause, items } of remarks) {
    const key = remark?.complete && !remark.roleOnly && remark.keys.length === 1 ? remark.keys[0] : undefined;
    if (clause.opening === 'bracket' && key && isPartOf(key, reading) && !isExplained(items))
      refined = { ...refined, keys: [key], bare: false };
  }
  // A bracket may follow a heading: "Buyer 2 (spouse): name".
  const beside = heading ? read.slice(read.indexOf(heading) + 1, at) : [];
  const owners = [heading, ...beside, ...remarks].flatMap((other) => {
    const found = other && ownerOnly(other, opening === 'bracket');
    return found ? [found] : [];
  });
  const owner = owners.find(({ kind }) => kind === 'relation' || kind === 'emergency') ?? owners[0];
  if (!owner || refined.owner || (refined.own && !owner.possessed)) return refined;
  return withOwner(refined, owner);
}

/** "(incl. postcode)" extends what is asked for. */
function isExplained(items: readonly Item[]): boolean {
  return items.some(({ kind }) => kind === 'explanation');
}

function isPartOf(key: string, { keys, bare }: Reading): boolean {
  if (keys[0] === 'addressLine1')
    return ['addressLine1', 'addressLine2', 'city', 'state', 'postalCode', 'country'].includes(key);
  return keys[0] === 'fullName' && bare && (key === 'firstName' || key === 'lastName');
}

function withOwner(reading: Reading, owner: Owner): Reading {
  const company = owner.kind === 'organisation' || owner.kind === 'venture';
  if (reading.keys[0] === 'fullName' && reading.bare && company)
    return { ...reading, keys: ['company'], bare: false, owner };
  return { ...reading, owner };
}

/** The owner that a heading or remark names when it contains nothing else: "Emergency contact - Phone", "Name (of your dog)". */
function ownerOnly({ items, reading }: ClauseReading, loosely: boolean): Owner | null {
  const nominal = items.every(
    ({ kind, text }) => kind === 'noun' || kind === 'unknown' || kind === 'article' || /^\d+$/.test(text),
  );
  if (reading?.roleOnly && reading.owner && (reading.complete || loosely || nominal)) return reading.owner;
  const nouns = items.filter((item) => item.kind === 'noun');
  const other = items.filter(
    ({ kind }) => !['noun', 'yours', 'article', 'of', 'ofThe', 'for', 'filler', 'number'].includes(kind),
  );
  const [noun] = nouns;
  if (!noun || other.length > 0 || nouns.length > 2) return null;
  const possessed = items.some(({ kind }) => kind === 'yours');
  return noun.kind === 'noun' ? { kind: noun.noun, possessed, text: noun.text } : null;
}
