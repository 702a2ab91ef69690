/** A response on its way into the database, and what is needed of a stored one. */
import type { Submission } from '../core/answers';
import type { ClientKeys } from '../core/client-assignment';
import type { Identifiers } from '../core/identifiers';
import type { ResponseVersion } from '../core/response-precedence';
import { responseSearchText } from '../core/search-text';

/** The identity of a response: form and token. */
export interface ResponseId {
  formId: string;
  token: string;
}

/** What determines the client of a response. */
export interface ResponseFacts extends ResponseId, ResponseVersion {
  identifiers: Identifiers;
  /** What may identify its client; empty for a test request. */
  keys: ClientKeys;
  /** Without keys: whether it creates its own client. */
  standsAlone: boolean;
}

/** A version that is about to be stored. */
export interface NewVersion extends ResponseFacts {
  submission: Submission;
  texts: ResponseTexts;
}

/** What is stored of a submission as JSON, and its search text: written out before anything is locked. */
export interface ResponseTexts {
  answers: string;
  hidden: string;
  variables: string;
  ending: string | null;
  outcome: string | null;
  identifiers: string;
  searchText: string;
}

/** Writes out a submission with the identifiers found in it. */
export function toTexts(submission: Submission, identifiers: Identifiers): ResponseTexts {
  const { answers, hidden, variables, ending, outcome } = submission;
  const orNull = (value: unknown): string | null =>
    value === null || value === undefined ? null : JSON.stringify(value);
  return {
    answers: JSON.stringify(answers),
    hidden: JSON.stringify(hidden),
    variables: JSON.stringify(variables),
    ending: orNull(ending),
    outcome: orNull(outcome),
    identifiers: JSON.stringify(identifiers),
    searchText: responseSearchText(answers, hidden, identifiers),
  };
}

/** The position of a stored response. */
export interface ResponsePlace extends ResponseId, ResponseVersion {
  keys: ClientKeys;
  clientId: string | null;
  pinnedClientId: string | null;
}

/** A key for maps: ids hold no control characters. */
export function responseKey({ formId, token }: ResponseId): string {
  return `${formId}\n${token}`;
}
