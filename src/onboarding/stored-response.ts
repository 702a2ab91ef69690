/** The state of a response on its way into the database, and what is needed of one that is there. */
import type { Submission } from '../core/answers';
import type { ClientKeys } from '../core/client-assignment';
import type { Identifiers } from '../core/identifiers';
import type { ResponseVersion } from '../core/response-precedence';

/** A response is told apart by form and token. */
export interface ResponseId {
  formId: string;
  token: string;
}

/** What decides about the client of a response. */
export interface ResponseFacts extends ResponseId, ResponseVersion {
  identifiers: Identifiers;
  /** What may find its client; none for a test request. */
  keys: ClientKeys;
  /** Without keys: whether it makes a client of its own. */
  standsAlone: boolean;
}

/** A version that is about to be stored. */
export interface NewVersion extends ResponseFacts {
  submission: Submission;
}

/** Where a stored response stands. */
export interface ResponsePlace extends ResponseId, ResponseVersion {
  keys: ClientKeys;
  clientId: string | null;
  pinnedClientId: string | null;
}

/** A key for maps: ids hold no control characters. */
export function responseKey({ formId, token }: ResponseId): string {
  return `${formId}\n${token}`;
}
