/** A Typeform webhook body: bytes -> the envelope (at intake), bytes -> the complete event (when it is processed). */
import { Buffer, isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { skimJson, wanted } from './json-skim';
import { DomainError } from './problem';

/** What the intake needs to know about an event before it is stored. */
export interface Envelope {
  eventId: string;
  eventType: string;
  formId: string;
  token: string;
  submittedAt: Date | null;
}

/** One question of the form. `definition.fields` holds only the answered questions, in no reliable order. */
export interface DefinitionField {
  id: string;
  ref: string | null;
  type: string | null;
  title: string | null;
}

/** A JSON object as received. */
export type JsonObject = Record<string, unknown>;

/** A webhook event, liberally read: what was missing or of the wrong type is null or empty. */
export interface TypeformEvent extends Envelope {
  landedAt: Date | null;
  hidden: Record<string, string>;
  score: number | null;
  variables: unknown[];
  ending: { id: string | null; ref: string | null } | null;
  outcome: unknown;
  definition: { title: string | null; fields: DefinitionField[] };
  answers: JsonObject[];
  /** There are answers, but none can be read: they are not a list, or a list of something else. */
  unreadable: boolean;
}

/** Ids become primary keys: no control characters, and no lone surrogates, which all turn into the same U+FFFD. */
const ID = /^[^\p{Control}\p{Surrogate}]{1,128}$/u;
const ENVELOPE = wanted({
  event_id: null,
  event_type: null,
  form_response: wanted({ form_id: null, token: null, submitted_at: null }),
});
/** More than are kept (core/answers), so that it is known when there were more. */
const MAX_HIDDEN_READ = 1_000;
const AFTER_ZERO_TIMES = new Date('1970-01-02T00:00:00Z');
const ISO_DATE_TIME = z.regexes.datetime({ offset: true });

/**
 * Reads the identity of an event from the raw bytes of a verified body.
 * @throws DomainError `invalid_event` when the body is not UTF-8, not JSON, not an object or lacks one of the four ids;
 * the message names what is missing and never quotes the body.
 */
export function readEnvelope(bytes: Uint8Array): Envelope {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // What the skimmer cannot read, JSON.parse reads or refuses.
  return toEnvelope((isUtf8(buffer) && skimJson(buffer, ENVELOPE)) || parseObject(buffer));
}

/**
 * Reads a complete event. Only the envelope is required: key order, unknown keys and missing parts do not matter, an
 * optional part of the wrong type is dropped (Typeform's shapes have changed several times since 2016).
 * @throws DomainError `invalid_event` in the same cases as {@link readEnvelope}.
 */
export function parseTypeformEvent(bytes: Uint8Array): TypeformEvent {
  const event = parseObject(bytes);
  const envelope = toEnvelope(event);
  const response = objectOf(event.form_response);
  return {
    ...envelope,
    landedAt: instantOf(response.landed_at),
    hidden: hiddenOf(response.hidden),
    score: numberOf(objectOf(response.calculated).score),
    variables: arrayOf(response.variables),
    ending: endingOf(response.ending),
    outcome: response.outcome ?? null,
    definition: definitionOf(response.definition),
    answers: arrayOf(response.answers).filter(isObject),
    unreadable: isUnreadable(response.answers),
  };
}

function isUnreadable(answers: unknown): boolean {
  if (answers === undefined || answers === null) return false;
  return !Array.isArray(answers) || (answers.length > 0 && !answers.some(isObject));
}

function parseObject(bytes: Uint8Array): JsonObject {
  if (!isUtf8(bytes)) throw new DomainError('invalid_event', 'The body is not valid UTF-8.');
  let value: unknown;
  try {
    // A byte order mark survives decoding and JSON.parse refuses it. V8 parses without recursion: depth costs no stack.
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    // The cause is deliberately omitted: a SyntaxError quotes the body, which holds personal data.
    throw new DomainError('invalid_event', 'The body is not JSON.');
  }
  if (!isObject(value)) throw new DomainError('invalid_event', 'The body is not a JSON object.');
  return value;
}

function toEnvelope(event: JsonObject): Envelope {
  const response = objectOf(event.form_response);
  const { event_id: eventId, event_type: eventType } = event;
  const { form_id: formId, token } = response;
  if (isId(eventId) && isId(eventType) && isId(formId) && isId(token)) {
    return { eventId, eventType, formId, token, submittedAt: instantOf(response.submitted_at) };
  }
  const missing = [
    !isId(eventId) && 'event_id',
    !isId(eventType) && 'event_type',
    !isId(formId) && 'form_response.form_id',
    !isId(token) && 'form_response.token',
  ].filter(Boolean);
  throw new DomainError(
    'invalid_event',
    `Missing, or not text of 1 to 128 characters without control characters: ${missing.join(', ')}.`,
  );
}

function definitionOf(value: unknown): TypeformEvent['definition'] {
  const definition = objectOf(value);
  const fields = arrayOf(definition.fields)
    .filter(isObject)
    .flatMap((field) => {
      const id = fieldIdOf(field.id);
      if (id === null) return [];
      return [{ id, ref: stringOf(field.ref), type: stringOf(field.type), title: stringOf(field.title) }];
    });
  return { title: stringOf(definition.title), fields };
}

function hiddenOf(value: unknown): Record<string, string> {
  const hidden: Record<string, string> = {};
  const given = objectOf(value);
  for (const name of Object.keys(given).slice(0, MAX_HIDDEN_READ)) {
    const text = given[name];
    // Assigning `__proto__` would set a prototype instead of a key; no form has a hidden field of that name.
    if (name === '__proto__') continue;
    if (typeof text === 'string') hidden[name] = text;
    else if (typeof text === 'number' || typeof text === 'boolean') hidden[name] = String(text);
  }
  return hidden;
}

function endingOf(value: unknown): TypeformEvent['ending'] {
  const ending = objectOf(value);
  const id = stringOf(ending.id);
  const ref = stringOf(ending.ref);
  return id === null && ref === null ? null : { id, ref };
}

/** A field id is text, with only digits in old forms; a bare JSON number is read as such text. */
export function fieldIdOf(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : stringOf(value);
}

/** The value when it is text, else null. */
export function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The value when it is a JSON object, else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The value when it is an array, else an empty one. */
export function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for what may identify an event, a form or a response. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/**
 * ISO 8601 with an offset, and only what toISOString() writes with four digits of year. A zero time (`0001-01-01T00:00:00Z`, and the
 * first day of the Unix epoch) is how programs write "no time".
 */
function instantOf(value: unknown): Date | null {
  if (typeof value !== 'string' || value.length > 40 || !ISO_DATE_TIME.test(value)) return null;
  const instant = new Date(value);
  return instant >= AFTER_ZERO_TIMES && instant.getUTCFullYear() <= 9999 ? instant : null;
}
