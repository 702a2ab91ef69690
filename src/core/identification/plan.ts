/** The plan of a form, and its intermediate stages. */
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
  /** The title of the group or contact block that it stands in, which only a form's definition tells. */
  group?: string;
}

export interface QuestionPlan {
  key: IdentifierKey | null;
  whose: 'client' | 'other' | 'unknown';
  confidence: number;
  decidedBy: 'mapping' | 'type' | 'title' | 'ref' | 'hidden';
  /** Why, in words for people. */
  reason: string;
  /** One answer holds several identifiers, in this order: it is split if that is unambiguous. */
  parts?: readonly IdentifierKey[];
  /** "Name" alone, settled by the neighbouring questions: an answer that holds the other part, too, is the full name. */
  bare?: true;
  /** The order of a date that the title asks for. */
  dateOrder?: DateOrder;
}

export interface FormPlan {
  questions: ReadonlyMap<string, QuestionPlan | null>;
  /** Hidden fields by name. */
  hidden: ReadonlyMap<string, QuestionPlan | null>;
  /** The form's language, if its titles show it. */
  language: Language | null;
  /** The country whose words occur in the titles (Portugal or Brazil, Mexico or Spain): the likely country of its phone numbers. */
  country: CountryCode | null;
}

/** The confidence of each way of finding an identifier. */
export const CONFIDENCE = { mapping: 1, type: 0.95, title: 0.8, secondary: 0.75, ref: 0.7, hidden: 0.6 } as const;
/** A question during planning: read, not yet settled. */
export interface Draft {
  question: FormQuestion;
  reading: Reading | null;
  decidedBy: 'type' | 'title' | 'ref';
  /** The title mentions someone in a role in which people fill in forms: "Documento del paciente". */
  speaksOfClient: boolean;
}

/** A reading, settled by the form's other questions. */
export interface Settled {
  keys: readonly IdentifierKey[];
  whose: 'client' | 'other' | 'unknown';
  owner: Owner | null;
  /** Used only when nothing better is answered: a role without the word "name", a nickname. */
  lastResort: boolean;
  bare: boolean;
}
