/** What the word list of a language holds. Phrases are written as people write them, with commas between. */
import type { IdentifierKey } from '../../identifiers';

export const LANGUAGES = ['en', 'pt', 'es', 'fr', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * The meaning of a noun that owns something ("X's e-mail"):
 * - `client`: a role in which people fill in forms ("applicant", "donor"); "your applicant" is someone else
 * - `contact`: the person who speaks for a company or household; "your contact person" is the client, too
 * - `guardian`, `kin`, `dependant`: who answers for a child, its mother or father, the child; which of them is the client
 *   depends on the other questions
 * - `role`: a trade or position ("chef", "teacher", "partner"): the client unless the form also asks for someone else
 * - `relation`: someone in the client's life, never the client
 * - `organisation`, `venture`: what a client works for; for a `venture`, the title must ask for its name
 * - `thing`, `animal`: has its own name, address or birthday
 */
export type NounKind =
  | 'client'
  | 'contact'
  | 'guardian'
  | 'kin'
  | 'dependant'
  | 'role'
  | 'relation'
  | 'organisation'
  | 'venture'
  | 'thing'
  | 'animal';

export interface Vocabulary {
  /** What asks for an identifier on its own: nouns, and whole questions ("when were you born"). */
  labels: Record<IdentifierKey, string>;
  /** The noun "name" alone: first, last or full name is decided by the questions beside it. */
  names: string;
  /** Asks for a preferred name: counts as a name only when no other is asked for. */
  nicknames: string;
  /** Labels that are used only when no better one is answered: "suburb" next to "city". */
  lesser: string;
  /** Words that mark a full name: "full", "complete". */
  full: string;
  /** "Number" and its abbreviations: a phone number when a phone or a contact is mentioned. */
  number: string;
  /** "Contact" as a word before or after a label. */
  contact: string;
  nouns: Record<NounKind, string>;
  /** Parts that turn an unknown word into a relation: "co", "step" in front, "mate", "friend" at the end. */
  relationPrefixes: string;
  relationSuffixes: string;
  /** In any position, it makes the question about someone else: "in case of emergency". */
  emergency: string;
  /** "Your" (and, if the language does not distinguish them, "his, her"). */
  yours: string;
  /** "Our": who it belongs to is on the side of whoever asks. */
  ours: string;
  /** "His, her, their". */
  theirs: string;
  /** "Of", without and with the article. */
  of: string;
  ofThe: string;
  for: string;
  and: string;
  articles: string;
  /** The few question words allowed around a noun that is a question on its own: "What is your company?". */
  asking: string;
  /** Asking, greeting, politeness, adjectives: words allowed around a label that do not change its owner. */
  filler: string;
  /** Starts an explanation that fills the rest of a clause: "as on your passport", "so that we can call you". */
  explanation: string;
  /** An address or number of the client with another purpose: billing, alternative ... */
  secondary: string;
  /** Expressions that contain a label but ask for something else: "marital status", "user name". */
  decoys: string;
}
