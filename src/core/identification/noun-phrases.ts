/** The noun phrases of a clause: what may own something, with its determiner, preposition and genitive. */
import { isNominal } from './clause-items';
import type { Item, Lexicon } from './lexicon';

/** Possible owners: nouns and unlisted words. */
export interface NounPhrase {
  /** The items' range, without the determiner. */
  start: number;
  end: number;
  head: Item;
  unknown: boolean;
  determiner: 'yours' | 'ours' | 'theirs' | 'article' | null;
  preposition: 'of' | 'ofThe' | 'for' | null;
  possessive: boolean;
  /** "Applicant 2", "second parent": not the first one. */
  further: boolean;
  /** "Site contact": other words say which one. */
  described: boolean;
}

/** Runs of nouns and unknown words, each with what precedes and follows it. */
export function nounPhrases(items: readonly Item[], { headLast }: Lexicon): NounPhrase[] {
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
      phrases.push({
        start,
        end,
        head,
        unknown: nouns.length === 0,
        possessive,
        further: isFurther(items, start, end),
        described: headLast && !isNumber(items[end]) && run.some((item) => item !== head && !isOfClient(item)),
        ...leadOf(items, start),
      });
    }
    start = end;
  }
  return phrases;
}

/** "Second", "other" in the five languages. */
const ORDINAL =
  /^(?:second|other|another|additional|extra|alternate|alternative|backup|segund[oa]|otr[oa]s?|outr[oa]s?|autres?|deuxieme|seconde|(?:zweite|weitere|andere|zusatzliche)[rnms]?)$/;

function isFurther(items: readonly Item[], start: number, end: number): boolean {
  return (
    /^[2-9]$/.test(items[end]?.text ?? '') ||
    items.slice(Math.max(start - 1, 0), end).some(({ text }) => ORDINAL.test(text))
  );
}

/** "UK contact number": a number of the client's, not of a contact. */
function isNumber(item: Item | undefined): boolean {
  return item?.kind === 'number' || /^(?:number|no|nummer|nr)$/.test(item?.text ?? '');
}

/** "Company contact", "client contact": the one who speaks for the client. */
function isOfClient(item: Item): boolean {
  return item.kind === 'noun' && ['organisation', 'venture', 'client', 'contact'].includes(item.noun);
}

/** Determiner and preposition before a noun phrase; adjectives between are skipped. */
function leadOf(items: readonly Item[], start: number): Pick<NounPhrase, 'determiner' | 'preposition'> {
  let determiner: NounPhrase['determiner'] = null;
  for (let at = start - 1; at >= 0 && start - at <= 5; at--) {
    const kind = items[at]?.kind;
    if (kind === 'of' || kind === 'ofThe' || kind === 'for') return { determiner, preposition: kind };
    if (kind === 'yours' || kind === 'ours' || kind === 'theirs') determiner ??= kind;
    else if (kind === 'article') determiner ??= 'article';
    else if (kind !== 'filler' && kind !== 'secondary' && kind !== 'full') break;
  }
  return { determiner, preposition: null };
}
