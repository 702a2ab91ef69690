/** A Typeform event -> a submission: answers joined to their questions, values kept as received, everything storable. */
import { storableText, toStorable } from './storable';
import {
  arrayOf,
  type DefinitionField,
  fieldIdOf,
  type JsonObject,
  objectOf,
  stringOf,
  type TypeformEvent,
} from './typeform-event';

/** One answer with what is known about its question. `value` is what was stored under the key named by `type`. */
export interface NormalisedAnswer {
  fieldId: string;
  ref: string | null;
  title: string | null;
  fieldType: string | null;
  type: string;
  value: unknown;
}

/** One submission of a form, ready to be stored. */
export interface Submission {
  formId: string;
  formTitle: string | null;
  token: string;
  responseType: 'completed' | 'partial';
  landedAt: Date | null;
  submittedAt: Date | null;
  hidden: Record<string, string>;
  variables: unknown[];
  score: number | null;
  ending: { id: string | null; ref: string | null } | null;
  outcome: unknown;
  isTest: boolean;
  /** {@link TypeformEvent.unreadable}: nothing in it is believed to tell whose it is. */
  unreadable: boolean;
  answers: NormalisedAnswer[];
}

const MAX_TITLE_LENGTH = 2000;
/** Keys of a raw answer that are never its value. */
const ENVELOPE_KEYS = new Set(['type', 'field', 'answer_url']);

/**
 * Turns an event into a submission. Titles are joined by field id, never by position: `definition.fields` has its own
 * order. Anything but `form_response` counts as partial, so that no unknown event type can mask a complete response.
 * A test delivery of Typeform is recognised by its token, which equals the event id.
 */
export function toSubmission(event: TypeformEvent): Submission {
  const fields = new Map(event.definition.fields.map((field) => [field.id, field]));
  return {
    formId: event.formId,
    formTitle: titleOrNull(event.definition.title),
    token: event.token,
    responseType: event.eventType === 'form_response' ? 'completed' : 'partial',
    landedAt: event.landedAt,
    submittedAt: event.submittedAt,
    hidden: toStorable(event.hidden) as Record<string, string>,
    variables: toStorable(event.variables) as unknown[],
    score: event.score,
    ending: toStorable(event.ending) as Submission['ending'],
    outcome: toStorable(event.outcome),
    isTest: event.token === event.eventId,
    unreadable: event.unreadable,
    answers: event.answers.map((answer) => normaliseAnswer(answer, fields)),
  };
}

function normaliseAnswer(raw: JsonObject, fields: Map<string, DefinitionField>): NormalisedAnswer {
  const field = objectOf(raw.field);
  const fieldId = fieldIdOf(field.id) ?? '';
  const definition = fields.get(fieldId);
  const type = stringOf(raw.type) ?? 'unknown';
  return {
    fieldId: storableText(fieldId),
    ref: storableOrNull(stringOf(field.ref) ?? definition?.ref),
    title: titleOrNull(definition?.title),
    fieldType: storableOrNull(stringOf(field.type) ?? definition?.type),
    type: storableText(type),
    value: toStorable(valueOf(raw, type)),
  };
}

/** Unknown answer types survive: without a key named by the type, everything that is not envelope is the value. */
function valueOf(raw: JsonObject, type: string): unknown {
  if (Object.hasOwn(raw, type) && !ENVELOPE_KEYS.has(type)) return raw[type];
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !ENVELOPE_KEYS.has(key)));
}

function storableOrNull(text: string | null | undefined): string | null {
  return text == null ? null : storableText(text);
}

function titleOrNull(title: string | null | undefined): string | null {
  return title ? plainTitle(title) || null : null;
}

/**
 * A question's title as plain text: piping tokens (`{{field:..}}`, `{{hidden:..}}`, `{{var:..}}`, `{{answer_123}}`) become
 * "…", markdown is removed, white space collapsed. Underscores inside words stay. Cut at 2,000 characters.
 */
export function plainTitle(title: string): string {
  const plain = title
    .slice(0, MAX_TITLE_LENGTH)
    .replace(/\{\{[^{}]{1,200}\}\}/g, '…')
    .replace(/\[([^[\]]{1,300})\]\([^()\s]{1,500}\)/g, '$1')
    .replace(/[*`]+|~~+/g, '')
    .replace(/(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^[#>]+ /, '');
  return storableText(plain);
}

/** An answer as one line for people: CSV cells, search, the console. An unknown type is written as compact JSON. */
export function answerText(answer: NormalisedAnswer): string {
  const { type, value } = answer;
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  return describe(type, value, answer.fieldType === 'ranking') ?? JSON.stringify(value);
}

/** The text of the answer types that hold an object; null when the object is not shaped as expected. */
function describe(type: string, value: unknown, ranked: boolean): string | null {
  const object = objectOf(value);
  switch (type) {
    case 'choice':
      return choiceLabel(object);
    case 'choices':
      return choicesText(value, ranked);
    case 'payment':
      return paymentText(object);
    case 'multi_format':
      return stringOf(object.transcript) ?? stringOf(object.text);
    case 'signature':
      return stringOf(object.url);
    default:
      return null;
  }
}

/** The label of a `choice` answer, or what was typed under "Other" (then without a label); null when neither is present. */
export function choiceLabel(value: unknown): string | null {
  const choice = objectOf(value);
  return stringOf(choice.label) ?? stringOf(choice.other);
}

/** Several choices: `{labels, other}`, or a list of choices for a checkbox. A ranking is numbered: its order is the answer. */
function choicesText(value: unknown, ranked: boolean): string | null {
  const labels = Array.isArray(value)
    ? value.map(choiceLabel)
    : [...arrayOf(objectOf(value).labels), objectOf(value).other].map(stringOf);
  const known = labels.filter((label) => label !== null);
  if (known.length === 0) return null;
  return known.map((label, index) => (ranked ? `${index + 1}. ${label}` : label)).join('; ');
}

function paymentText(payment: JsonObject): string | null {
  const amount = stringOf(payment.amount);
  if (amount === null) return null;
  const last4 = stringOf(payment.last4);
  const parts = [
    amount,
    last4 && `card ending ${last4}`,
    stringOf(payment.name),
    payment.success === false && 'failed',
  ];
  return parts.filter(Boolean).join(', ');
}
