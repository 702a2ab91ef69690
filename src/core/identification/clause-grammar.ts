/** The grammar of a clause: which identifiers it asks for and who owns them. Pure; linear in the number of words. */
import type { IdentifierKey } from '../identifiers';
import type { Item, Lexicon } from './lexicon';
import type { NounKind } from './vocabulary/vocabulary';

/** Who or what a title says the answer belongs to. */
export interface Owner {
  /** `unknown`: a noun that no list has, in the place of an owner. */
  kind: NounKind | 'emergency' | 'unknown';
  /** "your X", "their": the owner is somebody in the client's life. */
  possessed: boolean;
  text: string;
}

export interface Reading {
  /** In the order of the title; several when it asks for several in one answer. */
  keys: IdentifierKey[];
  /** Only "name": first, last or full is decided by the questions beside it. */
  bare: boolean;
  owner: Owner | null;
  /** "Your ...": the title itself says that the client's own is meant. */
  own: boolean;
  secondary: boolean;
  /** Every word of the clause was understood. Without that only an e-mail or phone is believed, whose value shows it. */
  complete: boolean;
  /** The clause names a person and asks for nothing else: "Contact person". */
  roleOnly: boolean;
  /** The keys are alternatives: "Name / Company". */
  alternatives: boolean;
}

const PERSON_NAMES: ReadonlySet<IdentifierKey> = new Set(['fullName', 'firstName', 'lastName']);
const ADDRESS_PARTS: ReadonlySet<IdentifierKey> = new Set(['city', 'state', 'postalCode', 'country', 'addressLine2']);
const PLACES: ReadonlySet<IdentifierKey> = new Set(['city', 'state', 'country', 'addressLine1', 'company']);
/** What owns something: nouns and whatever no list has. */
interface NounPhrase {
  /** The items' range, the determiner not included. */
  start: number;
  end: number;
  head: Item;
  unknown: boolean;
  determiner: 'yours' | 'theirs' | 'article' | null;
  preposition: 'of' | 'ofThe' | 'for' | null;
  possessive: boolean;
}

/** What a clause asks for, or null when it speaks of no identifier. */
export function readClause(items: readonly Item[], lexicon: Lexicon): Reading | null {
  const clause = phoneNumbers(withoutExplanation(items));
  const labels = clause.flatMap((item, at) => (item.kind === 'label' || item.kind === 'name' ? [at] : []));
  const phrases = nounPhrases(clause, lexicon);
  const emergency = clause.find(({ kind }) => kind === 'emergency');
  const alone = labels.length === 0 ? readNounAlone(clause, phrases) : null;
  if (alone) return alone;
  if (labels.length === 0) return null;

  const keys = keysOf(clause, labels);
  const first = labels[0] ?? 0;
  const last = labels.at(-1) ?? first;
  const found = ownerOf(clause, phrases, first, last, lexicon);
  const theirs = clause.find(({ kind }) => kind === 'theirs');
  const owner: Owner | null = emergency
    ? { kind: 'emergency', possessed: false, text: emergency.text }
    : theirs && !found?.owner.possessed
      ? { kind: 'relation', possessed: true, text: theirs.text }
      : (found?.owner ?? null);
  const used = new Set(found?.used ?? []);
  const strays = phrases.filter((phrase) => !used.has(phrase));
  const reading: Reading = {
    keys: keys?.keys ?? [],
    bare: keys?.bare ?? false,
    owner,
    own: clause.some(({ kind }, at) => kind === 'yours' && at < last),
    secondary: clause.some(({ kind }) => kind === 'secondary'),
    complete: keys !== null && isComplete(clause, strays),
    roleOnly: false,
    alternatives: keys?.alternatives ?? false,
  };
  return nameOfOwner(reading);
}

/** "So that we can call you" and what follows it explains; before the first label it is only skipped. */
function withoutExplanation(items: readonly Item[]): Item[] {
  const label = items.findIndex(({ kind }) => kind === 'label' || kind === 'name' || kind === 'noun');
  const cut = items.findIndex(({ kind }, at) => kind === 'explanation' && label >= 0 && at > label);
  return (cut < 0 ? items : items.slice(0, cut)).filter(({ kind }) => kind !== 'explanation');
}

/** "Contact number", "Nº de contacto": a number is a phone's when a contact is spoken of and nothing else has a number. */
function phoneNumbers(items: Item[]): Item[] {
  const number = items.findIndex(({ kind }) => kind === 'number');
  if (number < 0 || items.some(({ kind }) => kind === 'label' || kind === 'name')) return items;
  const nearContact = items.some(
    (item, at) =>
      Math.abs(at - number) <= 2 &&
      (item.kind === 'contact' || (item.kind === 'noun' && /^conta[ck]?to?s?$|^kontakt/.test(item.text))),
  );
  if (!nearContact) return items;
  return items
    .filter((item) => item.kind !== 'contact' && !(item.kind === 'noun' && /^conta[ck]?to?s?$/.test(item.text)))
    .map((item) => (item.kind === 'number' ? { kind: 'label', key: 'phone', text: item.text } : item));
}

/** Runs of nouns and unknown words, each with what stands before and behind it. */
function nounPhrases(items: readonly Item[], { headLast }: Lexicon): NounPhrase[] {
  const phrases: NounPhrase[] = [];
  for (let start = 0; start < items.length;) {
    let end = start;
    while (isNominal(items[end])) end++;
    if (end === start) {
      start++;
      continue;
    }
    const run = items.slice(start, end);
    const nouns = run.filter(({ kind }) => kind === 'noun');
    const head = (headLast ? nouns.at(-1) : nouns[0]) ?? (headLast ? run.at(-1) : run[0]);
    if (head) {
      const possessive = items[end]?.kind === 'possessive';
      phrases.push({ start, end, head, unknown: nouns.length === 0, possessive, ...leadOf(items, start) });
    }
    start = end;
  }
  return phrases;
}

function isNominal(item: Item | undefined): boolean {
  return item !== undefined && (item.kind === 'noun' || item.kind === 'unknown');
}

/** Determiner and preposition before a noun phrase; adjectives between are skipped. */
function leadOf(items: readonly Item[], start: number): Pick<NounPhrase, 'determiner' | 'preposition'> {
  let determiner: NounPhrase['determiner'] = null;
  for (let at = start - 1; at >= 0 && start - at <= 5; at--) {
    const kind = items[at]?.kind;
    if (kind === 'of' || kind === 'ofThe' || kind === 'for') return { determiner, preposition: kind };
    if (kind === 'yours' || kind === 'theirs') determiner ??= kind;
    else if (kind === 'article') determiner ??= 'article';
    else if (kind !== 'filler' && kind !== 'secondary' && kind !== 'full') break;
  }
  return { determiner, preposition: null };
}

/** The owner of the labels: the genitive before them, else the phrase that belongs to them behind, else the noun beside them. */
function ownerOf(
  items: readonly Item[],
  phrases: readonly NounPhrase[],
  first: number,
  last: number,
  lexicon: Lexicon,
): { owner: Owner; used: NounPhrase[] } | null {
  const before = phrases.filter(({ end }) => end <= first);
  const behind = phrases.filter(({ start }) => start > first);
  const genitive = before.filter(({ possessive }) => possessive).at(-1);
  if (genitive) return { owner: asOwner(genitive), used: before };

  const following = chainHead(behind, last, items, lexicon);
  if (following && owns(following, lexicon)) return { owner: asOwner(following), used: behind };

  const beside = before.filter(({ unknown, preposition }) => !unknown && preposition !== 'for').at(-1);
  if (beside) return { owner: asOwner(beside), used: before };
  return null;
}

/** "Name of your company's manager": in a chain of genitives the last noun is meant; of several phrases behind, the first. */
function chainHead(
  behind: readonly NounPhrase[],
  last: number,
  items: readonly Item[],
  { headLast }: Lexicon,
): NounPhrase | undefined {
  const known = behind.find(({ unknown }) => !unknown);
  const nearest = behind.find(({ start }) => start > last) ?? behind[0];
  let head = nearest?.unknown && known && !nearest.preposition && !nearest.determiner ? known : nearest;
  while (headLast && head?.possessive) {
    const next = behind[behind.indexOf(head) + 1];
    if (!next || items.slice(head.end, next.start).some(({ kind }) => kind === 'and' || kind === 'comma')) break;
    head = { ...next, determiner: head.determiner, preposition: head.preposition };
  }
  return head;
}

/** A known noun behind a label owns it, whatever stands between; an unknown word only in a genitive ("of your X", "do X"). */
function owns({ unknown, determiner, preposition, head }: NounPhrase, { language }: Lexicon): boolean {
  if (!unknown)
    return preposition !== 'for' || head.kind !== 'noun' || !['thing', 'organisation', 'venture'].includes(head.noun);
  if (preposition === 'for') return false;
  if (preposition === 'ofThe') return true;
  if (determiner === 'yours') return preposition === 'of' || language === 'de';
  return preposition === 'of' && determiner === 'article';
}

function asOwner({ head, unknown, determiner, possessive }: NounPhrase): Owner {
  const possessed = determiner === 'yours' || determiner === 'theirs';
  if (head.kind === 'noun') return { kind: head.noun, possessed, text: head.text };
  return {
    kind: unknown && possessed && (possessive || determiner !== null) ? 'relation' : 'unknown',
    possessed,
    text: head.text,
  };
}

/** The keys of the labels of a clause: several names are one full name, an address with its parts is one address. */
function keysOf(
  items: readonly Item[],
  labels: readonly number[],
): { keys: IdentifierKey[]; bare: boolean; alternatives: boolean } | null {
  let keys: IdentifierKey[] = [];
  let bare = true;
  let alternatives = false;
  for (const [index, at] of labels.entries()) {
    const item = items[at];
    if (!item) continue;
    const between = items.slice((labels[index - 1] ?? at) + 1, at);
    const genitive = index > 0 && between.some(({ kind }) => kind === 'of' || kind === 'ofThe');
    const adjacent = index > 0 && between.every(({ kind }) => kind === 'filler');
    if (between.some(({ kind }) => kind === 'slash')) alternatives = true;
    const key = item.kind === 'label' ? item.key : 'fullName';
    const previous = keys.at(-1);
    if (genitive) {
      // "Name of the city" asks for the city; "city of birth" for nothing of ours.
      if (previous !== 'fullName' || !PLACES.has(key)) return null;
      keys[keys.length - 1] = key;
      bare = false;
    } else if (item.kind === 'name' && adjacent && previous && PLACES.has(previous)) {
      bare = false;
    } else {
      if (item.kind === 'label') bare = false;
      if (!keys.includes(key)) keys.push(key);
    }
  }
  if (items.some(({ kind }) => kind === 'full')) bare = false;
  if (keys.length > 1 && keys.every((key) => PERSON_NAMES.has(key)))
    return { keys: ['fullName'], bare: false, alternatives: false };
  if (keys.includes('addressLine1') && keys.every((key) => key === 'addressLine1' || ADDRESS_PARTS.has(key)))
    keys = ['addressLine1'];
  return keys.length > 0 ? { keys, bare, alternatives } : null;
}

/** No word is left that was not understood, and nothing names another thing beside the label. */
function isComplete(items: readonly Item[], strays: readonly NounPhrase[]): boolean {
  if (items.some(({ kind }) => kind === 'decoy')) return false;
  return strays.every(
    ({ unknown, head }) => !unknown && head.kind === 'noun' && (head.noun === 'client' || head.noun === 'contact'),
  );
}

/** The name of a company is the company; that of a thing or an unknown owner is nobody's. */
function nameOfOwner(reading: Reading): Reading {
  const { owner, keys } = reading;
  if (!owner || keys.length !== 1 || keys[0] !== 'fullName') return reading;
  if (owner.kind !== 'organisation' && owner.kind !== 'venture') return reading;
  return { ...reading, keys: ['company'], bare: false };
}

/** "Company", "Contact person", "Landlord": a noun that is the whole clause asks for its name. */
function readNounAlone(items: readonly Item[], phrases: readonly NounPhrase[]): Reading | null {
  const phrase = phrases.find(({ unknown }) => !unknown);
  if (!phrase || phrase.head.kind !== 'noun') return null;
  const others = items.filter((_, at) => at < phrase.start || at >= phrase.end);
  const plain = others.every(({ kind }) =>
    ['yours', 'article', 'asking', 'possessive', 'secondary', 'full', 'comma', 'slash', 'and', 'number'].includes(kind),
  );
  const onlyNouns = items.slice(phrase.start, phrase.end).every(({ kind }) => kind === 'noun');
  const { noun } = phrase.head;
  const base = { bare: false, own: false, secondary: false, complete: plain && onlyNouns, alternatives: false };
  const owner = asOwner(phrase);
  if (noun === 'organisation') {
    return base.complete ? { ...base, keys: ['company'], owner, roleOnly: false } : null;
  }
  if (noun === 'thing' || noun === 'animal' || noun === 'venture') return null;
  return { ...base, keys: ['fullName'], owner, roleOnly: true };
}
