/** The plan of a form, and what it is made of on the way. */
import type { IdentifierKey } from '../identifiers';
import type { CountryCode } from './countries';
import type { DateOrder } from './date-order';
import type { Owner } from './ownership';
import type { Reading } from './reading';
import type { Language } from './vocabulary/vocabulary';

/** A question that can be answered: the leaf, when a form nests questions in groups. */
export interface FormQuestion {
  id: string;
  ref: string | null;
  title: string | null;
  type: string | null;
}

export interface QuestionPlan {
  key: IdentifierKey | null;
  whose: 'client' | 'other' | 'unknown';
  confidence: number;
  decidedBy: 'mapping' | 'type' | 'title' | 'ref' | 'hidden';
  /** Why, in words for people. */
  reason: string;
  /** One answer holds several identifiers, in this order: it is split where that can be done surely. */
  parts?: readonly IdentifierKey[];
  /** "Name" alone, settled by the questions beside it: an answer that holds the other part too is the whole name. */
  bare?: true;
  /** The order of a date that the title asks for. */
  dateOrder?: DateOrder;
}

export interface FormPlan {
  questions: ReadonlyMap<string, QuestionPlan | null>;
  /** Hidden fields by name. */
  hidden: ReadonlyMap<string, QuestionPlan | null>;
  /** The form's language where its titles tell it. */
  language: Language | null;
  /** The country whose words the titles hold (Portugal's or Brazil's, Mexico's or Spain's): where its phone numbers are. */
  country: CountryCode | null;
}

/** How sure each way of finding an identifier is, in the order of design section 5. */
export const CONFIDENCE = { mapping: 1, type: 0.95, title: 0.8, secondary: 0.75, ref: 0.7, hidden: 0.6 } as const;
/** A question as the plan is made: read, not yet settled. */
export interface Draft {
  question: FormQuestion;
  reading: Reading | null;
  decidedBy: 'type' | 'title' | 'ref';
  /** The title speaks of somebody in a role in which people fill forms in: "Documento del paciente". */
  speaksOfClient: boolean;
}

/** What the other questions of the form made of a reading. */
export interface Settled {
  keys: readonly IdentifierKey[];
  whose: 'client' | 'other' | 'unknown';
  owner: Owner | null;
  /** Taken only when nothing better is answered: a role without the word "name", a nickname. */
  lastResort: boolean;
  bare: boolean;
}
