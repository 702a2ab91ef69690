/** Titles that name somebody else by themselves: an emergency contact, and the one person whom a group of questions is about. */
import { type Item, itemsOf, lexiconOf } from './lexicon';
import { ADDRESSEE } from './noun-alone';
import { nounPhrases } from './noun-phrases';
import { asOwner, type Owner } from './ownership';
import { type Clause, fold } from './title-text';
import type { Language } from './vocabulary/vocabulary';

/**
 * "Emergency" in languages whose labels are not read. There the type alone says that a question asks for a phone number, and an emergency
 * contact's would find the wrong client.
 */
const EMERGENCY_ELSEWHERE = new RegExp(
  `(?<!\\p{Script=Latin})(?:${fold(
    `emergenza|noodgeval|noodcontact|noodnummer|nagłych|nagły|nödfall|nödkontakt|nødstilfelle|nødsituasjon|nødkontakt|nødsfald|hätätap|hätäyht|acil|
     nouzov|tísňov|vészhelyzet|urgență|спешн|экстренн|екстрен|ανάγκης|חירום|طوارئ|اضطراری|आपातकाल|ฉุกเฉิน|khẩn cấp|darurat|kecemasan|緊急|紧急|비상|긴급`,
  ).replace(/\s*\n\s*/g, '')})`,
  'u',
);

/** The words of a title that say that it is about an emergency, unless it speaks to the client ("how do we reach you in an emergency"). */
export function emergencyIn(clauses: readonly Clause[], languages: readonly Language[]): string | null {
  if (clauses.some(({ words }) => words.some((word) => ADDRESSEE.has(word)))) return null;
  for (const language of languages)
    for (const { words } of clauses) {
      const found = itemsOf(words, lexiconOf(language)).find(({ kind }) => kind === 'emergency');
      if (found) return found.text;
    }
  const text = clauses.map(({ words }) => words.join(' ')).join(' ');
  return EMERGENCY_ELSEWHERE.exec(text)?.[0] ?? null;
}

/** People in the client's life; which of a parent and a child is the client depends on the other questions. */
const OTHERS: ReadonlySet<Owner['kind']> = new Set(['relation', 'animal', 'guardian', 'kin', 'dependant']);
/** What a heading may hold besides the one it names: "Your spouse's details", "Contact d'urgence". */
const IN_HEADINGS: ReadonlySet<Item['kind']> = new Set([
  'noun',
  'emergency',
  'contact',
  'yours',
  'article',
  'possessive',
  'of',
  'ofThe',
  'number',
]);
const DETAILS = /^(?:\d+|information|info|details?|data|datos|dados|informations?|coordonnees|angaben|daten)$/;

/** Who else a heading is about, when it names one person and nothing more: "Emergency contact", "Your spouse", "Director 2". */
export function otherNamedBy(clauses: readonly Clause[], languages: readonly Language[]): Owner | null {
  const [clause, more] = clauses;
  if (!clause || more) return null;
  for (const language of languages) {
    const lexicon = lexiconOf(language);
    const items = itemsOf(clause.words, lexicon);
    if (!items.every(({ kind, text }) => IN_HEADINGS.has(kind) || DETAILS.test(text))) continue;
    const emergency = items.find(({ kind }) => kind === 'emergency');
    if (emergency) return { kind: 'emergency', possessed: false, text: emergency.text };
    const [phrase, another] = nounPhrases(items, lexicon);
    if (!phrase || another) continue;
    const owner = asOwner(phrase);
    if (OTHERS.has(owner.kind)) return owner;
  }
  return null;
}
