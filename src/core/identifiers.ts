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
 * number replaces an old one), then that of a complete response, then the newer, then by confidence and id. A name is that of one response;
 * others add to it only what fits it. The order of the records, whose ids differ, does not matter. `from` is the id of the record it came from.
 */
export function mergeIdentifiers(records: readonly IdentifierRecord[]): Merged {
  const merged: Merged = {};
  const [only, another] = records;
  // Nearly all records are of one response.
  if (only && !another) {
    for (const key of IDENTIFIER_KEYS) {
      const identifier = only.identifiers[key];
      if (identifier) merged[key] = { ...identifier, from: only.id };
    }
    return merged;
  }
  const named = bestName(records)?.identifiers ?? {};
  for (const key of IDENTIFIER_KEYS) {
    const giving = records.filter(({ identifiers }) => {
      const identifier = identifiers[key];
      return identifier && (!isNameKey(key) || identifiers === named || fits(key, identifier.value, named));
    });
    const winner =
      isNameKey(key) && named[key]
        ? giving.find(({ identifiers }) => identifiers === named)
        : best(giving, ({ identifiers }) => identifiers[key]?.confidence ?? 0);
    const identifier = winner?.identifiers[key];
    if (winner && identifier) merged[key] = { ...identifier, from: winner.id };
  }
  return merged;
}

/** The response whose name is shown: among equally certain ones, one with a full name. */
function bestName(records: readonly IdentifierRecord[]): IdentifierRecord | undefined {
  const confidenceOf = ({ identifiers }: IdentifierRecord): number =>
    Math.max(...NAME_KEYS.map((key) => identifiers[key]?.confidence ?? 0));
  const naming = records.filter((record) => confidenceOf(record) > 0);
  const certain = Math.max(...naming.map((record) => Math.min(confidenceOf(record), CERTAIN)));
  const first = naming.filter((record) => Math.min(confidenceOf(record), CERTAIN) === certain);
  const whole = first.filter(({ identifiers }) => identifiers.fullName);
  return best(whole.length > 0 ? whole : first, confidenceOf);
}

function best(
  records: readonly IdentifierRecord[],
  confidenceOf: (record: IdentifierRecord) => number,
): IdentifierRecord | undefined {
  const before = (a: IdentifierRecord, b: IdentifierRecord): number =>
    Math.min(confidenceOf(b), CERTAIN) - Math.min(confidenceOf(a), CERTAIN) ||
    Number(b.completed) - Number(a.completed) ||
    b.submittedAt.getTime() - a.submittedAt.getTime() ||
    confidenceOf(b) - confidenceOf(a) ||
    compare(a.id, b.id);
  return records.reduce<IdentifierRecord | undefined>(
    (winner, record) => (winner && before(record, winner) >= 0 ? winner : record),
    undefined,
  );
}

function isNameKey(key: IdentifierKey): key is (typeof NAME_KEYS)[number] {
  return NAME_KEYS.some((name) => name === key);
}

/** Whether a part of a name is a part of this full name, or a full name holds these parts. */
function fits(key: (typeof NAME_KEYS)[number], value: string, { fullName, firstName, lastName }: Identifiers): boolean {
  if (key !== 'fullName') return !fullName || isPartOf(value, fullName.value);
  return [firstName, lastName].every((part) => !part || isPartOf(part.value, value));
}

/** Names that are written without blanks between their parts. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

function isPartOf(part: string, fullName: string): boolean {
  if (UNSPACED.test(part)) return fullName.includes(part.trim());
  const wordsOf = (name: string): string[] => nameWords(name.replace(/['’]/g, ''));
  const words = new Set(wordsOf(fullName));
  return wordsOf(part).every((word) => words.has(word));
}

/** Compares by code unit: the same on every machine, unlike localeCompare. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
