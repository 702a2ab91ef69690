/** The grammar of a clause: which identifiers it asks for and who owns them. Pure; linear in the number of words. */
import type { IdentifierKey } from '../identifiers';
import { companiesInRow, isLabel, isNominal, readyItems } from './clause-items';
import type { Item, Lexicon } from './lexicon';
import { readNounAlone } from './noun-alone';
import { type NounPhrase, nounPhrases } from './noun-phrases';
import { type Owner, ownerOf } from './ownership';
import type { Reading } from './reading';

const PERSON_NAMES: ReadonlySet<IdentifierKey> = new Set(['fullName', 'firstName', 'lastName']);
const ADDRESS_PARTS: ReadonlySet<IdentifierKey> = new Set(['city', 'state', 'postalCode', 'country', 'addressLine2']);
const PLACES: ReadonlySet<IdentifierKey> = new Set(['city', 'state', 'country', 'addressLine1', 'company']);
/** "Person" with a word that says which ("pflegebedürftige Person") is someone the client talks about. */
const PERSON = /^person|^pessoa|^individu/;
/** What a clause asks for, or null when it mentions no identifier. */
export function readClause(items: readonly Item[], lexicon: Lexicon): Reading | null {
  const clause = companiesInRow(readyItems(items));
  const labels = clause.flatMap((item, at) => (isLabel(item) ? [at] : []));
  const phrases = nounPhrases(clause, lexicon);
  const alone = labels.length === 0 ? readNounAlone(clause, phrases) : null;
  if (alone) return alone;
  if (labels.length === 0) return null;

  const keys = keysOf(clause, labels);
  const first = labels[0] ?? 0;
  const last = labels.at(-1) ?? first;
  const found = ownerOf(clause, phrases, first, last, lexicon);
  const used = new Set(found?.used ?? []);
  const strays = phrases.filter((phrase) => !used.has(phrase));
  const reading: Reading = {
    keys: keys?.keys ?? [],
    bare: keys?.bare ?? false,
    owner: somebody(clause, found),
    own: clause.some(({ kind }, at) => kind === 'yours' && at < last),
    secondary: clause.some(({ kind }) => kind === 'secondary'),
    complete: keys !== null && isComplete(clause, strays),
    roleOnly: false,
    alternatives: keys?.alternatives ?? false,
    lesser: labels.every((at) => lexicon.lesser.has(clause[at]?.text ?? '')),
    nickname: clause.some(({ kind }) => kind === 'nickname'),
  };
  return nameOfOwner(reading);
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
    const genitive =
      index > 0 &&
      between.some(({ kind }) => kind === 'of' || kind === 'ofThe') &&
      !between.some((other) => isNominal(other) || other.kind === 'and' || other.kind === 'slash');
    const adjacent = index > 0 && between.every(({ kind }) => kind === 'filler');
    if (between.some(({ kind }) => kind === 'slash')) alternatives = true;
    const key = item.kind === 'label' ? item.key : 'fullName';
    const previous = keys.at(-1);
    if (genitive) {
      // "Name of the city" asks for the city; "city of birth" for none of our identifiers.
      if (previous === key) continue;
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

/** The owner that was found, unless the clause mentions an emergency, "their" or a particular person. */
function somebody(clause: readonly Item[], found: { owner: Owner; used: NounPhrase[] } | null): Owner | null {
  const emergency = clause.find(({ kind }) => kind === 'emergency');
  if (emergency) return { kind: 'emergency', possessed: false, text: emergency.text };
  const described =
    clause.some(({ kind }) => kind === 'unknown') || found?.used.some(({ start, end }) => end - start > 1);
  if (found && PERSON.test(found.owner.text) && clause.some((item) => item.kind === 'noun' && item.noun === 'client'))
    return { ...found.owner, kind: 'client' };
  if (found && described && PERSON.test(found.owner.text)) return { ...found.owner, kind: 'relation' };
  const theirs = clause.find(({ kind }) => kind === 'theirs');
  if (theirs && !found?.owner.possessed) return { kind: 'relation', possessed: true, text: theirs.text };
  return found?.owner ?? null;
}

/** "Our accountant" is somebody, and "our company" the client's in a form in the first person; "our name" is not asked for. */
function isOfOurs(item: Item | undefined): boolean {
  return isNominal(item) || (item?.kind === 'label' && item.key === 'company');
}

/** Every word was understood, and nothing else is named next to the label. */
function isComplete(items: readonly Item[], strays: readonly NounPhrase[]): boolean {
  if (items.some(({ kind }, at) => kind === 'decoy' || (kind === 'ours' && !isOfOurs(items[at + 1])))) return false;
  return strays.every(
    ({ unknown, head }) => !unknown && head.kind === 'noun' && (head.noun === 'client' || head.noun === 'contact'),
  );
}

/** The name of a company is the company; that of a thing or an unknown owner is no one's. */
function nameOfOwner(reading: Reading): Reading {
  const { owner, keys } = reading;
  const [key, other] = keys;
  if (!owner || key !== 'fullName' || (other !== undefined && (other !== 'company' || reading.alternatives)))
    return reading;
  if (owner.kind !== 'organisation' && owner.kind !== 'venture') return reading;
  return { ...reading, keys: ['company'], bare: false };
}
