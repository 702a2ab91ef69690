/** What the word list of a language holds. Phrases are written as people write them, with commas between. */
import type { IdentifierKey } from '../../identifiers';

export const LANGUAGES = ['en', 'pt', 'es', 'fr', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * What a noun stands for when it owns something ("X's e-mail"):
 * - `client`: a role in which people fill forms in ("applicant", "donor"); "your applicant" is somebody else
 * - `contact`: who speaks for a company or household; also "your contact person" is the client
 * - `guardian`, `kin`, `dependant`: who answers for a child, its mother or father, the child; which of them is the client
 *   depends on the other questions
 * - `role`: a trade or position ("chef", "teacher", "partner"): the client unless the form asks for somebody beside it
 * - `relation`: somebody of the client's life, never the client
 * - `organisation`, `venture`: what a client works for; of the second kind the title must ask for its name
 * - `thing`, `animal`: has a name, an address or a birthday of its own
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
  /** What asks for an identifier by itself: nouns, and whole questions ("when were you born"). */
  labels: Record<IdentifierKey, string>;
  /** The noun "name" alone: first, last or full name is decided by the questions beside it. */
  names: string;
  /** Asks how somebody wants to be called: a name only where no other is asked for. */
  nicknames: string;
  /** Of the labels, those that are taken only when no better one is answered: "suburb" beside "city". */
  lesser: string;
  /** Makes a name a full one: "full", "complete". */
  full: string;
  /** "Number" and its abbreviations: a phone's when a phone or a contact is spoken of. */
  number: string;
  /** "Contact" as a word before or behind a label. */
  contact: string;
  nouns: Record<NounKind, string>;
  /** Parts of words that make a relation of an unknown one: "co", "step" in front, "mate", "friend" at the end. */
  relationPrefixes: string;
  relationSuffixes: string;
  /** Wherever it stands, the question is about somebody else: "in case of emergency". */
  emergency: string;
  /** "Your" (and, where a language does not tell them apart, "his, her"). */
  yours: string;
  /** "His, her, their". */
  theirs: string;
  /** "Of", without and with the article. */
  of: string;
  ofThe: string;
  for: string;
  and: string;
  articles: string;
  /** The few words of asking that may stand around a noun which names its own question: "What is your company?". */
  asking: string;
  /** Asking, greeting, politeness, adjectives: what may stand around a label and does not change whose it is. */
  filler: string;
  /** From here on the rest of a clause only explains: "as on your passport", "so that we can call you". */
  explanation: string;
  /** An address or number of the client that serves something else: billing, alternative ... */
  secondary: string;
  /** Expressions that hold the word of a label and ask for something else: "marital status", "user name". */
  decoys: string;
}
