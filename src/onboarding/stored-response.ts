/** A response on its way into the database, and what is needed of a stored one. */
import type { Submission } from '../core/answers';
import type { ClientKeys } from '../core/client-assignment';
import type { Identifiers } from '../core/identifiers';
import type { ResponseVersion } from '../core/response-precedence';

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
