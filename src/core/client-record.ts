/** A client's record: built from its responses, with admins' corrections applied. Pure. */
import { findsClients } from './identification/identify';
import {
  type Identifier,
  type IdentifierKey,
  type IdentifierRecord,
  type Identifiers,
  mergeIdentifiers,
} from './identifiers';
import { clientSearchText } from './search-text';

/** A client's identifier, and the response (`<formId>/<token>`) it came from; null when an admin corrected it. */
export type ClientIdentifier = Identifier & { from: string | null };
export type ClientIdentifiers = Partial<Record<IdentifierKey, ClientIdentifier>>;

/** A corrected value, and when it was set (ISO 8601); null removes the identifier. */
export interface ClientCorrection {
  value: string | null;
  correctedAt: string;
  /** Of a phone: it finds the client because of this correction alone, and no longer once it is taken back. */
  givesKey?: true;
  /** The client that a merge brought it from. */
  mergedFrom?: string;
}
export type ClientCorrections = Partial<Record<IdentifierKey, ClientCorrection>>;

export interface ClientRecord {
  /** The phone that may identify it. */
  phone: string | null;
  identifiers: ClientIdentifiers;
  /** The text that a search for the client covers. */
  searchText: string;
}

/**
 * Builds a record. Of several e-mails it shows the one that identifies the client (`email`), and a placeholder address only if
 * there is no other; likewise for phones. A name joined from first and last name follows corrections of these. The order of
 * the responses does not matter.
 */
export function clientRecord(
  email: string | null,
  corrections: ClientCorrections,
  responses: readonly IdentifierRecord[],
): ClientRecord {
  const identifiersOf = responses.map(({ identifiers }) => identifiers);
  const isShown = {
    email: best('email', identifiersOf, email),
    phone: best('phone', identifiersOf, null),
  };
  const records = responses.map((response) => {
    const identifiers = { ...response.identifiers };
    if (identifiers.email && !isShown.email(identifiers.email)) delete identifiers.email;
    if (identifiers.phone && !isShown.phone(identifiers.phone)) delete identifiers.phone;
    return { ...response, identifiers };
  });
  const identifiers = corrected(mergeIdentifiers(records), corrections);
  const { phone } = identifiers;
  return {
    phone: phone && findsClients('phone', phone) ? phone.value : null,
    identifiers,
    // Newest first, so that the oldest is cut off.
    searchText: clientSearchText(
      [...responses].sort(byAge).map(({ identifiers: found }) => found),
      Object.values(corrections).flatMap(({ value }) => value ?? []),
    ),
  };
}

function byAge(a: IdentifierRecord, b: IdentifierRecord): number {
  return b.submittedAt.getTime() - a.submittedAt.getTime() || (a.id < b.id ? -1 : 1);
}

/** Whether a response says anything about a person; a placeholder address does not. */
export function saysAnything(identifiers: Identifiers): boolean {
  const { email, phone, ...others } = identifiers;
  return (
    Object.keys(others).length > 0 ||
    (email !== undefined && !standsForNobody('email', email)) ||
    (phone !== undefined && !standsForNobody('phone', phone))
  );
}

/** A well-formed e-mail or phone that belongs to no one. */
function standsForNobody(key: 'email' | 'phone', identifier: Identifier & { normalised?: false }): boolean {
  return identifier.normalised !== false && !findsClients(key, identifier);
}

/** Which of the e-mails or phones may be shown: the preferred one, else those that may identify clients, else what was typed. */
function best(
  key: 'email' | 'phone',
  all: readonly Identifiers[],
  preferred: string | null,
): (identifier: Identifier) => boolean {
  const given = all.flatMap((identifiers) => identifiers[key] ?? []);
  if (given.some(({ value }) => value === preferred)) return ({ value }) => value === preferred;
  if (given.some((identifier) => findsClients(key, identifier))) return (identifier) => findsClients(key, identifier);
  return (identifier) => !standsForNobody(key, identifier);
}

function corrected(merged: ClientIdentifiers, corrections: ClientCorrections): ClientIdentifiers {
  const result = { ...merged };
  for (const [key, correction] of Object.entries(corrections) as [IdentifierKey, ClientCorrection][]) {
    if (correction.value === null) delete result[key];
    else result[key] = byHand(correction.value);
  }
  if (joined(merged) === merged.fullName?.value && corrections.fullName === undefined) {
    const name = joined(result);
    if (name === merged.fullName?.value) return result;
    if (name === '') delete result.fullName;
    else result.fullName = byHand(name);
  }
  return result;
}

function joined({ firstName, lastName }: ClientIdentifiers): string {
  return [firstName, lastName].flatMap((part) => part?.value ?? []).join(' ');
}

function byHand(value: string): ClientIdentifier {
  return { value, source: 'admin', confidence: 1, from: null };
}
