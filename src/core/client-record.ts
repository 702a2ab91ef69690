/** What a client's record says: put together from its responses, with admins' corrections laid over it. Pure. */
import { findsClients } from './identification/identify';
import {
  type Identifier,
  type IdentifierKey,
  type IdentifierRecord,
  type Identifiers,
  mergeIdentifiers,
} from './identifiers';
import { clientSearchText } from './search-text';

/** A client's identifier, and the response (`<formId>/<token>`) it came from; null when an admin corrected it by hand. */
export type ClientIdentifier = Identifier & { from: string | null };
export type ClientIdentifiers = Partial<Record<IdentifierKey, ClientIdentifier>>;

/** A value corrected by hand, and when (ISO 8601); null takes the identifier away. */
export interface ClientCorrection {
  value: string | null;
  correctedAt: string;
  /** Of a phone: it finds the client because of this correction alone, and no longer once it is taken back. */
  givesKey?: true;
}
export type ClientCorrections = Partial<Record<IdentifierKey, ClientCorrection>>;

export interface ClientRecord {
  /** The phone it may be found by. */
  phone: string | null;
  identifiers: ClientIdentifiers;
  /** What a search for the client looks through. */
  searchText: string;
}

/**
 * Puts a record together. Of several e-mails it shows the one the client is found by (`email`), and one that finds nobody only where
 * there is no other; likewise of phones. A name joined of first and last name follows when one of these is corrected. The order of
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
    // The newest first: what is cut off is the oldest.
    searchText: clientSearchText(
      [...responses].sort(byAge).map(({ identifiers: found }) => found),
      Object.values(corrections).flatMap(({ value }) => value ?? []),
    ),
  };
}

function byAge(a: IdentifierRecord, b: IdentifierRecord): number {
  return b.submittedAt.getTime() - a.submittedAt.getTime() || (a.id < b.id ? -1 : 1);
}

/** Whether a response says anything of a person; an address that stands for nobody says nothing. */
export function saysAnything(identifiers: Identifiers): boolean {
  const { email, phone, ...others } = identifiers;
  return (
    Object.keys(others).length > 0 ||
    (email !== undefined && !standsForNobody('email', email)) ||
    (phone !== undefined && !standsForNobody('phone', phone))
  );
}

/** Written in a form that could find a client, and yet nobody's. */
function standsForNobody(key: 'email' | 'phone', identifier: Identifier & { normalised?: false }): boolean {
  return identifier.normalised !== false && !findsClients(key, identifier);
}

/** Which of the e-mails or phones may be shown: the preferred one, else those that find clients, else what was typed. */
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
