/** Who owns the answer according to a clause: ownership by grammar, so that an unlisted relation is an owner, too. */
import { isLabel } from './clause-items';
import type { Item, Lexicon } from './lexicon';
import type { NounPhrase } from './noun-phrases';
import type { NounKind } from './vocabulary/vocabulary';

/** Who or what a title says the answer belongs to. */
export interface Owner {
  /** `unknown`: an unlisted noun in the position of an owner. */
  kind: NounKind | 'emergency' | 'unknown';
  /** "your X", "their": the owner is someone in the client's life. */
  possessed: boolean;
  text: string;
}

/** What a client works for. */
export const COMPANIES: ReadonlySet<NounKind> = new Set(['organisation', 'venture']);
/** Roles whose second holder is not the client. */
const ANOTHER_PERSON: ReadonlySet<NounKind> = new Set(['client', 'contact', 'guardian', 'role']);
/** Kinds of people that a form refers to with "your". */
const PERSONAL: ReadonlySet<NounKind> = new Set(['client', 'guardian', 'kin', 'dependant', 'role', 'relation']);

/** The owner of the labels: the genitive before them, else the phrase after them, else the noun next to them. */
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
  const known = before.filter(
    (phrase) => !phrase.unknown && phrase.preposition !== 'for' && !isOnTheOtherSide(phrase) && phrase.start > comma,
  );
  // "Veterinarian / clinic name": of two owners separated by a slash, the one who is not the client counts.
  const beside =
    known.find(({ head, end }) => items[end]?.kind === 'slash' && head.kind === 'noun' && head.noun === 'relation') ??
    known.at(-1);
  if (beside) return { owner: asOwner(beside), used: before };
  return null;
}

/** "The teacher of your child": a person related to someone in the client's life is not the client either. */
function ofSomebodys(owner: Owner, chain: readonly NounPhrase[]): Owner {
  const somebodys = chain.some(
    ({ determiner, head }) => determiner === 'yours' && head.kind === 'noun' && PERSONAL.has(head.noun),
  );
  return somebodys
    ? { ...owner, kind: owner.kind === 'dependant' || owner.kind === 'kin' ? owner.kind : 'relation' }
    : owner;
}

/** "Name of your company's manager": in a chain of genitives the last noun counts; of several following phrases, the first. */
function chainHead(
  behind: readonly NounPhrase[],
  last: number,
  items: readonly Item[],
  { headLast }: Lexicon,
): NounPhrase | undefined {
  const known = behind.find(({ unknown }) => !unknown);
  const nearest = behind.find(({ start }) => start > last) ?? behind[0];
  const first = nearest?.unknown && known && !nearest.preposition && !nearest.determiner ? known : nearest;
  if (!headLast || !first) return first;
  let head = first;
  // Every step goes one phrase on, so a chain ends, however long it is.
  for (const next of behind.slice(behind.indexOf(first) + 1)) {
    if (!head.possessive || items.slice(head.end, next.start).some(({ kind }) => kind === 'and' || kind === 'comma'))
      break;
    head = { ...next, determiner: first.determiner, preposition: first.preposition };
  }
  return head;
}

/** "Our accountant" works for whoever asks; "our company" is the client's, in a form in the first person. */
export function isOnTheOtherSide({ determiner, head }: NounPhrase): boolean {
  return determiner === 'ours' && !(head.kind === 'noun' && COMPANIES.has(head.noun));
}

/** A known noun after a label owns it, regardless of the words between; an unknown word only in a genitive ("of your X", "do X"). */
function owns(phrase: NounPhrase, { language }: Lexicon, distance: number): boolean {
  const { unknown, determiner, preposition, head } = phrase;
  if (isOnTheOtherSide(phrase)) return false;
  // "What e-mail should we send your invoice to?": a thing of yours has an address only where it is said to ("of your ...").
  if (
    !unknown &&
    determiner === 'yours' &&
    head.kind === 'noun' &&
    head.noun === 'thing' &&
    preposition !== 'of' &&
    preposition !== 'ofThe'
  )
    return false;
  // "Where should we email your claim reference?": in English, a noun that follows without a preposition is an object.
  if (language === 'en' && determiner === 'yours' && preposition === null && distance === 2) return false;
  if (!unknown)
    return preposition !== 'for' || head.kind !== 'noun' || (head.noun !== 'thing' && !COMPANIES.has(head.noun));
  if (preposition === 'for') return false;
  if (preposition === 'ofThe') return true;
  if (determiner === 'yours') return preposition === 'of' || language === 'de';
  return preposition === 'of' && determiner === 'article';
}

export function asOwner({ head, unknown, determiner, possessive, further, described }: NounPhrase): Owner {
  const possessed = determiner === 'yours' || determiner === 'theirs';
  if (further && head.kind === 'noun' && ANOTHER_PERSON.has(head.noun))
    return { kind: 'relation', possessed, text: head.text };
  // "Site contact", "trusted contact": one among others, like a trade.
  if (head.kind === 'noun' && head.noun === 'contact' && described) return { kind: 'role', possessed, text: head.text };
  if (head.kind === 'noun') return { kind: head.noun, possessed, text: head.text };
  return {
    kind: unknown && possessed && (possessive || determiner !== null) ? 'relation' : 'unknown',
    possessed,
    text: head.text,
  };
}
