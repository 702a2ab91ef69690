/** Whose a clause says the answer is: ownership by grammar, so that a relation that no list knows is an owner too. */
import { isLabel } from './clause-items';
import type { Item, Lexicon } from './lexicon';
import type { NounPhrase } from './noun-phrases';
import type { NounKind } from './vocabulary/vocabulary';

/** Who or what a title says the answer belongs to. */
export interface Owner {
  /** `unknown`: a noun that no list has, in the place of an owner. */
  kind: NounKind | 'emergency' | 'unknown';
  /** "your X", "their": the owner is somebody in the client's life. */
  possessed: boolean;
  text: string;
}

/** Roles of which a second one is somebody else than the client. */
const ANOTHER_PERSON: ReadonlySet<NounKind> = new Set(['client', 'contact', 'guardian', 'role']);
/** Kinds of persons whom a client calls "your". */
const PERSONAL: ReadonlySet<NounKind> = new Set(['client', 'guardian', 'kin', 'dependant', 'role', 'relation']);

/** The owner of the labels: the genitive before them, else the phrase that belongs to them behind, else the noun beside them. */
export function ownerOf(
  items: readonly Item[],
  phrases: readonly NounPhrase[],
  first: number,
  last: number,
  lexicon: Lexicon,
): { owner: Owner; used: NounPhrase[] } | null {
  const before = phrases.filter(({ end }) => end <= first);
  const behind = phrases.filter(({ start }) => start > first);
  const genitive = before.filter(({ possessive }) => possessive).at(-1);
  if (genitive) return { owner: ofSomebodys(asOwner(genitive), before), used: before };

  const following = chainHead(behind, last, items, lexicon);
  if (
    following &&
    owns(following, lexicon, following.start - items.findLastIndex((item, at) => at < following.start && isLabel(item)))
  )
    return {
      owner: ofSomebodys(asOwner(following), behind),
      used: behind.filter((phrase) => !phrase.unknown || phrase.start === following.start),
    };

  const comma = items.findLastIndex(({ kind }, at) => kind === 'comma' && at < first);
  const known = before.filter(({ start, unknown, preposition }) => !unknown && preposition !== 'for' && start > comma);
  // "Veterinarian / clinic name": of two owners with a slash between them the one who is not the client counts.
  const beside =
    known.find(({ head, end }) => items[end]?.kind === 'slash' && head.kind === 'noun' && head.noun === 'relation') ??
    known.at(-1);
  if (beside) return { owner: asOwner(beside), used: before };
  return null;
}

/** "The teacher of your child": whoever belongs to somebody of the client's is somebody else too. */
function ofSomebodys(owner: Owner, chain: readonly NounPhrase[]): Owner {
  const somebodys = chain.some(
    ({ determiner, head }) => determiner === 'yours' && head.kind === 'noun' && PERSONAL.has(head.noun),
  );
  return somebodys
    ? { ...owner, kind: owner.kind === 'dependant' || owner.kind === 'kin' ? owner.kind : 'relation' }
    : owner;
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
function owns(
  { unknown, determiner, preposition, head }: NounPhrase,
  { language }: Lexicon,
  distance: number,
): boolean {
  // "Where should we email your claim reference?": in English what follows without a preposition is an object.
  if (language === 'en' && determiner === 'yours' && preposition === null && distance === 2) return false;
  if (!unknown)
    return preposition !== 'for' || head.kind !== 'noun' || !['thing', 'organisation', 'venture'].includes(head.noun);
  if (preposition === 'for') return false;
  if (preposition === 'ofThe') return true;
  if (determiner === 'yours') return preposition === 'of' || language === 'de';
  return preposition === 'of' && determiner === 'article';
}

export function asOwner({ head, unknown, determiner, possessive, further }: NounPhrase): Owner {
  const possessed = determiner === 'yours' || determiner === 'theirs';
  if (further && head.kind === 'noun' && ANOTHER_PERSON.has(head.noun))
    return { kind: 'relation', possessed, text: head.text };
  if (head.kind === 'noun') return { kind: head.noun, possessed, text: head.text };
  return {
    kind: unknown && possessed && (possessive || determiner !== null) ? 'relation' : 'unknown',
    possessed,
    text: head.text,
  };
}
