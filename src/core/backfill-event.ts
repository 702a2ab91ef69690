/**
 * An item of the Responses API -> the webhook event that Typeform would have sent for it. The item has no event id and no
 * definition: titles, types and labels come from the form (typeform.md sections 1, 6 and 7). Pure.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { arrayOf, Envelope, fieldIdOf, isId, JsonObject, objectOf, readEnvelope, stringOf } from './typeform-event';

/** The form as `GET /forms/{id}` returns it; `fields` as received. */
export interface FormOutline {
  id: string;
  title: string;
  fields: readonly JsonObject[];
  /** Its endings: `thankyou_screens` of the form. */
  endings: readonly JsonObject[];
}

/** Which response an item is, and which state of it. */
export interface ItemIdentity {
  /** Of the response; for an item whose token is impossible, one made of its content, so that it is always the same. */
  token: string;
  completed: boolean;
  /** When this state of the response arose, according to Typeform; null when it does not say. */
  at: Date | null;
}

/** An event made from an item of the Responses API, with the body that is stored. */
export interface BackfillEvent extends Envelope, ItemIdentity {
  /** False for an item that is not a response as we know it: kept as it came, to be replayed once the service can read it. */
  readable: boolean;
  payload: Buffer;
}

/** Prefix of the event ids of back-filled events; Typeform's own ids contain only letters and digits. */
export const BACKFILL_EVENT_PREFIX = 'backfill:';

/** Prefix of what stands for the token of an item that has none; Typeform's tokens contain only letters and digits. */
export const UNREADABLE_PREFIX = 'unreadable-';

/** Typeform began in 2012; an earlier time (`0001-01-01T00:00:00Z`) means none. */
const FIRST_YEAR = 2012;
/** The placeholder among the ids of chosen choices for text typed under "Other". */
const OTHER = 'other';

/** Tells which response an item is without building its event. */
export function identify(item: JsonObject): ItemIdentity {
  const { submittedAt, landedAt } = timesOf(item);
  const at = submittedAt ?? landedAt;
  const completed = stringOf(item.response_type) !== 'partial';
  return { token: tokenOf(item) ?? substituteOf(item), completed, at: at === undefined ? null : new Date(at) };
}

/**
 * Builds the event. Its id consists of form, token, completeness and time, so that the same state of a response is
 * stored only once, no matter how often it is found.
 */
export function toBackfillEvent(form: FormOutline, item: JsonObject): BackfillEvent {
  const identity = identify(item);
  const { token, completed, at } = identity;
  const { submittedAt, landedAt } = timesOf(item);
  const readable = tokenOf(item) !== null;
  const eventId = `${BACKFILL_EVENT_PREFIX}${form.id}:${token}:${completed ? 'completed' : 'partial'}:${submittedAt ?? landedAt ?? 'unknown'}`;
  const eventType = completed ? 'form_response' : 'form_response_partial';
  const response = readable
    ? formResponse(form, item, { token, submittedAt, landedAt })
    : { ...item, form_id: form.id };
  // JSON omits undefined members.
  const payload = Buffer.from(
    JSON.stringify({ event_id: eventId, event_type: eventType, form_response: response }),
    'utf8',
  );
  // What can be read is read back, so that it is what the intake would have seen.
  const envelope = readable ? readEnvelope(payload) : { eventId, eventType, formId: form.id, token, submittedAt: at };
  return { ...envelope, ...identity, readable, payload };
}

/** The token, if it can be one; null otherwise. */
export function tokenOf({ token }: JsonObject): string | null {
  return typeof token === 'string' && isId(token) ? token : null;
}

/** Stands for the token of an item without a possible one. */
function substituteOf(item: JsonObject): string {
  return `${UNREADABLE_PREFIX}${createHash('sha256').update(JSON.stringify(item)).digest('hex').slice(0, 32)}`;
}

function timesOf(item: JsonObject): { submittedAt?: string; landedAt?: string } {
  return { submittedAt: timeOf(item.submitted_at) ?? timeOf(item.staged_at), landedAt: timeOf(item.landed_at) };
}

function formResponse(
  form: FormOutline,
  item: JsonObject,
  { token, submittedAt, landedAt }: { token: string; submittedAt?: string; landedAt?: string },
): JsonObject {
  const fields = new Map(allFields(form.fields).map((field) => [fieldIdOf(field.id), field]));
  const answers = arrayOf(item.answers).map((answer) => toWebhookAnswer(objectOf(answer), fields));
  const answered = new Set(answers.map((answer) => fieldIdOf(objectOf(answer.field).id)));
  return {
    form_id: form.id,
    token,
    landed_at: landedAt,
    submitted_at: submittedAt,
    hidden: item.hidden,
    calculated: item.calculated,
    variables: item.variables,
    definition: {
      id: form.id,
      title: form.title,
      // As in every delivery seen: the answered questions only.
      fields: [...fields.values()].filter((field) => answered.has(fieldIdOf(field.id))).map(definitionField),
    },
    answers,
    ending: item.ending ?? endingOf(form, item),
    outcome: item.outcome,
  };
}

/** The Responses API names the ending by its ref (`thankyou_screen_ref`); deliveries give its id as well. */
function endingOf(form: FormOutline, item: JsonObject): JsonObject | undefined {
  const ref = stringOf(item.thankyou_screen_ref);
  if (ref === null) return undefined;
  return { id: form.endings.find((ending) => ending.ref === ref)?.id, ref };
}

/** Every field, including those inside groups, contact_info, address and matrix: answers name the inner ones. */
function allFields(fields: readonly unknown[]): JsonObject[] {
  return fields
    .map(objectOf)
    .flatMap((field) => [field, ...allFields(arrayOf(objectOf(field.properties).fields))])
    .filter((field) => fieldIdOf(field.id) !== null);
}

function definitionField({ id, ref, type, title, properties }: JsonObject): JsonObject {
  const { allow_multiple_selection: several, allow_other_choice: other, choices } = objectOf(properties);
  return {
    ...{ id, ref, type, title, properties: {} },
    ...(several === true ? { allow_multiple_selections: true } : {}),
    ...(other === true ? { allow_other_choice: true } : {}),
    choices,
  };
}

/** An answer in the webhooks' format: ref and type of its question, labels of its choices, no "other" among the ids. */
function toWebhookAnswer(answer: JsonObject, fields: ReadonlyMap<string | null, JsonObject>): JsonObject {
  const field = objectOf(answer.field);
  const known = fields.get(fieldIdOf(field.id)) ?? {};
  const choices = arrayOf(objectOf(known.properties).choices).map(objectOf);
  return {
    ...answer,
    field: { ...field, type: field.type ?? known.type, ref: field.ref ?? known.ref },
    ...(answer.type === 'choice' ? { choice: labelled(answer.choice, choices) } : {}),
    ...(answer.type === 'choices' ? { choices: withLabels(answer.choices, choices) } : {}),
  };
}

/** One choice with its label, which the form knows when only id or ref came. */
function labelled(chosen: unknown, choices: readonly JsonObject[]): unknown {
  const choice = objectOf(chosen);
  if (choice.label !== undefined || choice.other !== undefined) return chosen;
  const known = choices.find(({ id, ref }) => same(id, choice.id) || same(ref, choice.ref));
  return known ? { id: known.id, ref: known.ref, ...choice, label: known.label } : chosen;
}

/** Several choices: `{ids, labels, refs, other}`, or for a checkbox a list of choices. */
function withLabels(chosen: unknown, choices: readonly JsonObject[]): unknown {
  if (Array.isArray(chosen)) return chosen.map((choice) => labelled(choice, choices));
  const { ids, labels, refs, ...rest } = objectOf(chosen);
  const chosenIds = withoutOther(ids, choices, 'id');
  const chosenRefs = withoutOther(refs, choices, 'ref');
  const found = (chosenIds ?? chosenRefs ?? []).flatMap((key) =>
    choices.filter(({ id, ref }) => same(chosenIds ? id : ref, key)).map(({ label }) => label),
  );
  return {
    ...(chosenIds ? { ids: chosenIds } : {}),
    ...(labels !== undefined ? { labels } : found.length > 0 ? { labels: found } : {}),
    ...(chosenRefs ? { refs: chosenRefs } : {}),
    ...rest,
  };
}

function withoutOther(keys: unknown, choices: readonly JsonObject[], name: 'id' | 'ref'): unknown[] | undefined {
  if (!Array.isArray(keys)) return undefined;
  const isRealChoice = choices.some((choice) => same(choice[name], OTHER));
  return arrayOf(keys).filter((key) => key !== OTHER || isRealChoice);
}

function same(known: unknown, given: unknown): boolean {
  const text = fieldIdOf(known);
  return text !== null && text === fieldIdOf(given);
}

/** The text of a time, unless it is one that means none. */
function timeOf(value: unknown): string | undefined {
  const text = stringOf(value);
  return text !== null && new Date(text).getUTCFullYear() >= FIRST_YEAR ? text : undefined;
}
