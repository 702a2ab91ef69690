/** What identifies a client: the keys, a found identifier, an explicit mapping, and the best of several responses. */
import { nameWords } from './identification/title-text';

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

/** From here on an answer is certain: the question asks for just this, or Typeform checked it. */
const CERTAIN = 0.8;
const NAME_KEYS = ['fullName', 'firstName', 'lastName'] as const satisfies readonly IdentifierKey[];

type Merged = Partial<Record<IdentifierKey, Identifier & { from: string }>>;

/**
 * Chooses per key the best identifier of a client's responses: the more certain one (all that are certain enough count alike, so that a new
 * number replaces an old one), then that of a complete response, then the newer. A name is one response's: nobody is
 * shown with the first name of one and the last name of another. The order of the records does not matter. `from` is the id of the record
 * it came from.
 */
export function mergeIdentifiers(records: readonly IdentifierRecord[]): Merged {
  const merged: Merged = {};
  const named = bestOf(
    records.filter(({ identifiers }) => identifiers.fullName),
    ({ identifiers }) => Math.max(...NAME_KEYS.map((key) => identifiers[key]?.confidence ?? 0)),
    ({ identifiers }) => identifiers.fullName,
  );
  for (const key of IDENTIFIER_KEYS) {
    const ofName = named && NAME_KEYS.some((name) => name === key);
    const winner =
      ofName && named.identifiers[key]
        ? named
        : bestOf(
            records.filter(({ identifiers }) => identifiers[key]),
            ({ identifiers }) => identifiers[key]?.confidence ?? 0,
            ({ identifiers }) => identifiers[key],
          );
    const identifier = winner?.identifiers[key];
    if (!winner || !identifier) continue;
    if (ofName && winner !== named && !isPartOf(identifier.value, named.identifiers.fullName?.value ?? '')) continue;
    merged[key] = { ...identifier, from: winner.id };
  }
  return merged;
}

function bestOf(
  records: readonly IdentifierRecord[],
  confidenceOf: (record: IdentifierRecord) => number,
  identifierOf: (record: IdentifierRecord) => Identifier | undefined,
): IdentifierRecord | undefined {
  const certainty = (record: IdentifierRecord): number => Math.min(confidenceOf(record), CERTAIN);
  // Nearly all records are of one response.
  if (records.length < 2) return records[0];
  return [...records].sort(
    (a, b) =>
      certainty(b) - certainty(a) ||
      Number(b.completed) - Number(a.completed) ||
      b.submittedAt.getTime() - a.submittedAt.getTime() ||
      confidenceOf(b) - confidenceOf(a) ||
      compare(a.id, b.id) ||
      compare(identifierOf(a)?.value ?? '', identifierOf(b)?.value ?? '') ||
      compare(identifierOf(a)?.source ?? '', identifierOf(b)?.source ?? ''),
  )[0];
}

/** Whether all words of a first or last name are among those of the full name. */
function isPartOf(part: string, fullName: string): boolean {
  const words = new Set(nameWords(fullName));
  return nameWords(part).every((word) => words.has(word));
}

/** Compares by code unit: the same on every machine, unlike localeCompare. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
