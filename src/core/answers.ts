/** A Typeform event -> a submission: answers joined to their questions, values kept as received, everything storable. */
import { LRUCache } from 'lru-cache';
import { storableText, toStorable } from './storable';
import { StorageRoom } from './storage-room';
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
  /** Something did not fit into a record and is only in the event's body. */
  truncated: boolean;
  answers: NormalisedAnswer[];
}

const MAX_TITLE_LENGTH = 2000;
/** As many as a form may have questions (core/form-definition): ten times those of a long one. */
const MAX_ANSWERS = 1_000;
/**
 * What a record may hold, in bytes. A long answer is a few kilobytes, a whole response of a hundred questions some 20 KB with its
 * titles. A record is read and written whole with each change of its client, hundreds of them at a time.
 */
const MAX_ANSWERS_BYTES = 512 * 1024;
const MAX_ANSWER_BYTES = 256 * 1024;
/** Hidden fields, variables and the outcome, each. */
const MAX_EXTRAS_BYTES = 256 * 1024;
/** As many hidden fields as a form's row remembers. */
const MAX_HIDDEN = 200;
/** Keys of a raw answer that are never its value. */
const ENVELOPE_KEYS = new Set(['type', 'field', 'answer_url']);

/**
 * Turns an event into a submission. Titles are joined by field id, never by position: `definition.fields` has its own
 * order. Anything but `form_response` counts as partial, so that no unknown event type can mask a complete response.
 * A test delivery of Typeform is recognised by its token, which equals the event id. A submission is of bounded size, however
 * large its event: `truncated` says that there was more.
 */
export function toSubmission(event: TypeformEvent): Submission {
  const rooms = {
    hidden: new StorageRoom(MAX_EXTRAS_BYTES),
    variables: new StorageRoom(MAX_EXTRAS_BYTES),
    outcome: new StorageRoom(MAX_EXTRAS_BYTES),
    answers: new StorageRoom(MAX_ANSWERS_BYTES),
  };
  const hidden = Object.keys(event.hidden);
  const submission = {
    formId: event.formId,
    formTitle: titleOrNull(event.definition.title),
    token: event.token,
    responseType: event.eventType === 'form_response' ? ('completed' as const) : ('partial' as const),
    landedAt: event.landedAt,
    submittedAt: event.submittedAt,
    hidden: toStorable(firstHidden(event.hidden, hidden), rooms.hidden) as Record<string, string>,
    variables: toStorable(event.variables, rooms.variables) as unknown[],
    score: event.score,
    ending: toStorable(event.ending, rooms.outcome) as Submission['ending'],
    outcome: toStorable(event.outcome, rooms.outcome),
    isTest: event.token === event.eventId,
    unreadable: event.unreadable,
    answers: normaliseAnswers(event, rooms.answers),
  };
  const more = hidden.length > MAX_HIDDEN || event.answers.length > submission.answers.length;
  return { ...submission, truncated: more || Object.values(rooms).some(({ overflowed }) => overflowed) };
}

function firstHidden(hidden: Record<string, string>, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.slice(0, MAX_HIDDEN).map((name) => [name, hidden[name]]));
}

/** The answers from the first on for which there is room, each up to a size of its own. */
function normaliseAnswers({ answers, definition }: TypeformEvent, room: StorageRoom): NormalisedAnswer[] {
  const fields = new Map(definition.fields.map((field) => [field.id, field]));
  const titles = new Map<string, string | null>();
  const kept: NormalisedAnswer[] = [];
  for (const raw of answers.slice(0, MAX_ANSWERS)) {
    const own = room.part(MAX_ANSWER_BYTES);
    if (!own.hasElement()) break;
    const field = objectOf(raw.field);
    const fieldId = fieldIdOf(field.id) ?? '';
    const asked = fields.get(fieldId);
    // A title is read once, however many answers it has.
    const title = titles.get(fieldId) ?? titleOrNull(asked?.title);
    titles.set(fieldId, title);
    kept.push(normaliseAnswer(raw, field, { fieldId, asked, title }, own));
    room.close(own, MAX_ANSWER_BYTES);
  }
  return kept;
}

function normaliseAnswer(
  raw: JsonObject,
  field: JsonObject,
  { fieldId, asked, title }: { fieldId: string; asked: DefinitionField | undefined; title: string | null },
  room: StorageRoom,
): NormalisedAnswer {
  const type = stringOf(raw.type) ?? 'unknown';
  return {
    fieldId: storable(fieldId, room),
    ref: storableOrNull(stringOf(field.ref) ?? asked?.ref, room),
    title: title === null ? null : room.fitting(title),
    fieldType: storableOrNull(stringOf(field.type) ?? asked?.type, room),
    type: storable(type, room),
    value: toStorable(valueOf(raw, type), room),
  };
}

/** Unknown answer types survive: without a key named by the type, everything that is not envelope is the value. */
function valueOf(raw: JsonObject, type: string): unknown {
  if (Object.hasOwn(raw, type) && !ENVELOPE_KEYS.has(type)) return raw[type];
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !ENVELOPE_KEYS.has(key)));
}

function storable(text: string, room: StorageRoom): string {
  return storableText(room.fitting(text));
}

function storableOrNull(text: string | null | undefined, room: StorageRoom): string | null {
  return text == null ? null : storable(text, room);
}

/** Each submission of a form repeats its titles. */
const MAX_REMEMBERED_TITLES = 2_000;
const MAX_REMEMBERED_LENGTH = 500;
const rememberedTitles = new LRUCache<string, string>({ max: MAX_REMEMBERED_TITLES });

function titleOrNull(title: string | null | undefined): string | null {
  if (!title) return null;
  const known = rememberedTitles.get(title);
  if (known !== undefined) return known || null;
  const plain = plainTitle(title);
  if (title.length <= MAX_REMEMBERED_LENGTH) rememberedTitles.set(title, plain);
  return plain || null;
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
