/** A clause that is nothing but a noun: "Company", "Contact person", "Landlord". */
import type { Reading } from './reading';
import type { Item } from './lexicon';
import type { NounPhrase } from './noun-phrases';
import { asOwner, COMPANIES, isOnTheOtherSide } from './ownership';

/** Pronouns of the addressee: the question is about "you", whoever else the title mentions. */
export const ADDRESSEE: ReadonlySet<string> = new Set([
  'you',
  'voce',
  'vc',
  'te',
  'ti',
  'vous',
  'sie',
  'dich',
  'dir',
  'ihnen',
  'usted',
  'le',
  'contigo',
  'toi',
]);

/** What may accompany the noun. */
const BESIDE_NOUNS: ReadonlySet<Item['kind']> = new Set([
  'yours',
  'ours',
  'article',
  'asking',
  'possessive',
  'secondary',
  'full',
  'comma',
  'slash',
  'and',
]);

/** "Company", "Contact person", "Landlord": a noun that makes up the entire clause asks for its name. */
export function readNounAlone(
  items: readonly Item[],
  phrases: readonly NounPhrase[],
  addressed = false,
): Reading | null {
  const phrase = phrases.find((found) => !found.unknown && !isOnTheOtherSide(found));
  if (!phrase || phrase.head.kind !== 'noun') return null;
  const own = addressed || items.some(({ text }, at) => at >= phrase.end && ADDRESSEE.has(text));
  // "Contact person for questions": what it is for changes nothing.
  const purpose = items.findIndex(({ kind }, at) => kind === 'for' && at >= phrase.end);
  if (purpose >= 0) {
    const before = phrases.filter(({ end }) => end <= purpose);
    return readNounAlone(items.slice(0, purpose), before, own);
  }
  const { noun } = phrase.head;
  // "Company / institution", "the person responsible for the shop": further nouns of a company add nothing.
  const same = phrases.filter(({ head }) => head.kind === 'noun' && (head.noun === noun || COMPANIES.has(head.noun)));
  const others = items.filter((_, at) => !same.some(({ start, end }) => at >= start && at < end));
  const plain = others.every(
    (item) =>
      BESIDE_NOUNS.has(item.kind) ||
      /^\d+$/.test(item.text) ||
      ((same.length > 1 || noun === 'organisation') && ['of', 'ofThe', 'for'].includes(item.kind)),
  );
  const onlyNouns = items.every((item) => item.kind !== 'unknown');
  const base = {
    bare: false,
    own,
    secondary: false,
    complete: plain && onlyNouns,
    alternatives: false,
    lesser: false,
    nickname: false,
  };
  const owner = asOwner(phrase);
  if (noun === 'organisation' || (noun === 'venture' && (owner.possessed || same.length > 1)))
    return base.complete
      ? { ...base, keys: ['company'], owner: { ...owner, possessed: false }, roleOnly: false }
      : null;
  if (noun === 'thing' || noun === 'animal' || noun === 'venture') return null;
  return { ...base, keys: ['fullName'], owner, roleOnly: true };
}
