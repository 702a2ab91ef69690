/** Who a submission is about: identifiers found in its answers and hidden fields, each with its source and a confidence. */
import { choiceLabel, type NormalisedAnswer, type Submission } from './answers';
import { canonicalValue, isPlausible } from './identifier-values';
import { IDENTIFIER_KEYS, type IdentifierKey } from './identifier-words';
import { isNameOfThing, isSecondary, isThirdParty, type LabelMatch, matchName, matchTitle } from './label-match';

export { IDENTIFIER_KEYS, type IdentifierKey } from './identifier-words';

/** One identifier: canonical value, `field:<id>` or `hidden:<name>`, and how sure it is (0..1). */
export interface Identifier {
  value: string;
  source: string;
  confidence: number;
}

export type Identifiers = Partial<Record<IdentifierKey, Identifier>>;

/** A form's explicit mapping: identifier -> field ref, field id or `hidden:<name>`. */
export type IdentifierMapping = Partial<Record<IdentifierKey, string>>;

/** How sure each way of finding an identifier is; the order is that of design section 5. */
const CONFIDENCE = { mapping: 1, answerType: 0.95, hidden: 0.9, title: 0.8, secondary: 0.75, ref: 0.7 };
/** A full name put together from first and last name is a little less sure than the less sure of the two. */
const DERIVED = 0.9;

/** A found identifier before one is chosen per key. `labelled`: its own title says so too ("Your e-mail"). */
interface Candidate extends Identifier {
  key: IdentifierKey;
  bare: boolean;
  labelled: boolean;
}

/** Answer types whose value can be the identifier. */
const ANSWER_TYPES: Record<IdentifierKey, readonly string[]> = {
  email: ['email', 'text'],
  phone: ['phone_number', 'text'],
  fullName: ['text'],
  firstName: ['text'],
  lastName: ['text'],
  company: ['text'],
  birthday: ['date', 'text'],
  gender: ['choice', 'text'],
  addressLine1: ['text'],
  addressLine2: ['text'],
  city: ['choice', 'text'],
  state: ['choice', 'text'],
  postalCode: ['text', 'number'],
  country: ['choice', 'text'],
};

/**
 * Finds the identifiers of a submission (design section 5): explicit mapping, else answer type, else hidden field, else
 * the words of title or ref. Within one confidence, a title that says so wins ("Your e-mail"), then the first answer.
 * What belongs to somebody else (manager, spouse, emergency contact, reference, friend ...) is never used unless mapped:
 * a client recorded under a manager's address would be merged with every colleague. A mapped field serves its key only.
 * A full name is joined from first and last name when none was asked for; it is never split.
 */
export function extractIdentifiers(submission: Submission, mapping: IdentifierMapping = {}): Identifiers {
  const mapped = mappedCandidates(submission, mapping);
  const claimed = new Set(mapped.map((candidate) => candidate.source));
  const guessed = [...answerCandidates(submission.answers), ...hiddenCandidates(submission.hidden)];
  const candidates = [...mapped, ...guessed.filter((candidate) => !claimed.has(candidate.source))];

  const best = new Map<IdentifierKey, Candidate>();
  for (const candidate of candidates) {
    const rival = best.get(candidate.key);
    if (!rival || isBetter(candidate, rival)) best.set(candidate.key, candidate);
  }
  settleBareName(best);
  joinName(best);

  const found: Identifiers = {};
  for (const key of IDENTIFIER_KEYS) {
    const identifier = best.get(key);
    if (identifier) {
      found[key] = { value: identifier.value, source: identifier.source, confidence: identifier.confidence };
    }
  }
  return found;
}

function isBetter(candidate: Candidate, rival: Candidate): boolean {
  if (candidate.confidence !== rival.confidence) return candidate.confidence > rival.confidence;
  return candidate.labelled && !rival.labelled;
}

function mappedCandidates({ answers, hidden }: Submission, mapping: IdentifierMapping): Candidate[] {
  return IDENTIFIER_KEYS.flatMap((key) => {
    const target = mapping[key];
    if (typeof target !== 'string') return [];
    const name = target.startsWith('hidden:') ? target.slice('hidden:'.length) : null;
    if (name !== null) {
      const text = Object.hasOwn(hidden, name) ? hidden[name] : undefined;
      return candidatesOf(key, text, { source: target, confidence: CONFIDENCE.mapping });
    }
    const answer = answers.find(({ ref }) => ref === target) ?? answers.find(({ fieldId }) => fieldId === target);
    if (!answer) return [];
    return candidatesOf(key, textOf(answer), { source: `field:${answer.fieldId}`, confidence: CONFIDENCE.mapping });
  });
}

function answerCandidates(answers: NormalisedAnswer[]): Candidate[] {
  return answers.flatMap((answer) => {
    const names = [answer.title, answer.ref].filter((name) => name !== null);
    if (names.some(isThirdParty)) return [];
    const label = labelOf(answer);
    const source = `field:${answer.fieldId}`;
    const typed = answer.type === 'email' ? 'email' : answer.type === 'phone_number' ? 'phone' : null;
    if (typed) {
      const confidence = names.some(isSecondary) ? CONFIDENCE.secondary : CONFIDENCE.answerType;
      return candidatesOf(typed, textOf(answer), { source, confidence, labelled: label?.key === typed });
    }
    if (!label || !canAnswer(answer, label.key)) return [];
    const { key, bare, confidence } = label;
    return candidatesOf(key, textOf(answer), { source, confidence, bare });
  });
}

/** The title decides before the ref, except when it only says "Name" and the ref names a thing ("company_name"). */
function labelOf({ title, ref }: NormalisedAnswer): (LabelMatch & { confidence: number }) | null {
  const byTitle = title === null ? null : matchTitle(title);
  if (byTitle && !(byTitle.bare && ref !== null && isNameOfThing(ref)))
    return { ...byTitle, confidence: CONFIDENCE.title };
  const byRef = ref === null ? null : matchName(ref);
  return byRef && { ...byRef, confidence: CONFIDENCE.ref };
}

/** Whether a kind of answer fits: no rating is a postal code; a long text is an address at most, otherwise a story. */
function canAnswer({ type, fieldType }: NormalisedAnswer, key: IdentifierKey): boolean {
  if (!ANSWER_TYPES[key].includes(type)) return false;
  if (type === 'number') return fieldType === 'number';
  return fieldType !== 'long_text' || key === 'addressLine1';
}

function hiddenCandidates(hidden: Record<string, string>): Candidate[] {
  return Object.entries(hidden).flatMap(([name, text]) => {
    const label = matchName(name);
    if (!label) return [];
    return candidatesOf(label.key, text, { source: `hidden:${name}`, confidence: CONFIDENCE.hidden, bare: label.bare });
  });
}

/** The candidate of a text, if its value is one; a guess must be plausible as well. */
function candidatesOf(
  key: IdentifierKey,
  text: string | null | undefined,
  found: { source: string; confidence: number; bare?: boolean; labelled?: boolean },
): Candidate[] {
  const value = text == null ? null : canonicalValue(key, text);
  if (value === null) return [];
  if (found.confidence < CONFIDENCE.mapping && !isPlausible(key, value)) return [];
  return [{ bare: false, labelled: false, ...found, key, value }];
}

function textOf({ type, value }: NormalisedAnswer): string | null {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value;
  return type === 'choice' ? choiceLabel(value) : null;
}

/**
 * "Name" beside "Surname" asks for the first name ("Nome" and "Sobrenome", "Nombre" and "Apellidos"), beside "First name"
 * for the last ("Prénom" and "Nom", "Vorname" and "Name"), unless its answer holds the other one: then it is the whole.
 */
function settleBareName(best: Map<IdentifierKey, Candidate>): void {
  const name = best.get('fullName');
  const first = best.get('firstName');
  const last = best.get('lastName');
  const other = first ?? last;
  if (!name?.bare || !other || (first && last)) return;
  if (name.value.toLowerCase().includes(other.value.toLowerCase())) return;
  best.delete('fullName');
  best.set(first ? 'lastName' : 'firstName', name);
}

function joinName(best: Map<IdentifierKey, Candidate>): void {
  const first = best.get('firstName');
  const last = best.get('lastName');
  if (best.has('fullName') || !first || !last) return;
  const confidence = Math.round(Math.min(first.confidence, last.confidence) * DERIVED * 100) / 100;
  best.set('fullName', { ...first, key: 'fullName', value: `${first.value} ${last.value}`, confidence });
}

/** The identifiers of one response of a client, for {@link mergeIdentifiers}. */
export interface IdentifierRecord {
  identifiers: Identifiers;
  submittedAt: Date;
  completed: boolean;
  id: string;
}

/**
 * Chooses per key the best identifier of a client's responses: the surer one, then that of a complete response, then the
 * newer, then the smaller id. The order of the records does not matter. `from` is the id of the record it came from.
 */
export function mergeIdentifiers(
  records: IdentifierRecord[],
): Partial<Record<IdentifierKey, Identifier & { from: string }>> {
  const merged: Partial<Record<IdentifierKey, Identifier & { from: string }>> = {};
  for (const key of IDENTIFIER_KEYS) {
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
