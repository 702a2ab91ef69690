/** What identifies a client: the keys, a found identifier, an explicit mapping, and the best of several responses. */

/** What identifies a client, in the order in which it is shown. */
export const IDENTIFIER_KEYS = [
  'email',
  'phone',
  'fullName',
  'firstName',
  'lastName',
  'company',
  'birthday',
  'gender',
  'addressLine1',
  'addressLine2',
  'city',
  'state',
  'postalCode',
  'country',
] as const;
export type IdentifierKey = (typeof IDENTIFIER_KEYS)[number];

/**
 * One identifier: its value, `field:<id>` or `hidden:<name>`, and its confidence (0..1). The value is canonical unless
 * `normalised` is false: then it is as typed, because our canonical form is stricter than Typeform's or less specific.
 */
export interface Identifier {
  value: string;
  source: string;
  confidence: number;
  normalised?: false;
}

export type Identifiers = Partial<Record<IdentifierKey, Identifier>>;

/** A form's explicit mapping: identifier -> field ref, field id or `hidden:<name>`; null: the form does not ask for it. */
export type IdentifierMapping = Partial<Record<IdentifierKey, string | null>>;

/** The identifiers of one response of a client, for {@link mergeIdentifiers}. */
export interface IdentifierRecord {
  identifiers: Identifiers;
  submittedAt: Date;
  completed: boolean;
  id: string;
}

/**
 * Chooses per key the best identifier of a client's responses: the more certain one, then that of a complete response, then the
 * newer, then the smaller id. The order of the records does not matter. `from` is the id of the record it came from.
 */
export function mergeIdentifiers(
  records: IdentifierRecord[],
): Partial<Record<IdentifierKey, Identifier & { from: string }>> {
  const merged: Partial<Record<IdentifierKey, Identifier & { from: string }>> = {};
  const [only] = records;
  for (const key of IDENTIFIER_KEYS) {
    // Nearly all records are of one response.
    if (only && records.length === 1) {
      const identifier = only.identifiers[key];
      if (identifier) merged[key] = { ...identifier, from: only.id };
      continue;
    }
    const [winner] = records
      .flatMap((record) => {
        const identifier = record.identifiers[key];
        return identifier ? [{ record, identifier }] : [];
      })
      .sort(
        (a, b) =>
          b.identifier.confidence - a.identifier.confidence ||
          Number(b.record.completed) - Number(a.record.completed) ||
          b.record.submittedAt.getTime() - a.record.submittedAt.getTime() ||
          compare(a.record.id, b.record.id) ||
          compare(a.identifier.value, b.identifier.value) ||
          compare(a.identifier.source, b.identifier.source),
      );
    if (winner) merged[key] = { ...winner.identifier, from: winner.record.id };
  }
  return merged;
}

/** Compares by code unit: the same on every machine, unlike localeCompare. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
