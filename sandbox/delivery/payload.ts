import { createHmac } from 'node:crypto';
import type { Field, Submission } from '../model';
import { Random } from '../random';
import { toIsoSeconds } from '../time/simulated-clock';

export type EventType = 'form_response' | 'form_response_partial';

/** The event type of a submission; undefined for one that was only started, for which no webhook fires. */
export function eventTypeOf(submission: Submission): EventType | undefined {
  if (submission.type === 'started') return undefined;
  return submission.type === 'completed' ? 'form_response' : 'form_response_partial';
}

/**
 * The id of the event that one webhook gets for a submission: a ULID, 10 alphanumerics in the old style, and on test
 * deliveries the token itself. Every webhook gets its own (Typeform's documentation calls it the webhook's unique id).
 */
export function eventIdOf(submission: Submission, tag: string, attempt: number): string {
  if (submission.isTest) return submission.token;
  const { formId, seed, type, submittedAtMs, answers } = submission;
  const random = new Random('event', formId, seed, type, submittedAtMs, answers.length, tag, attempt);
  return submission.payloadStyle === 'legacy' ? random.alphanumeric(10) : random.ulid(submittedAtMs);
}

/** The exact bytes of a delivery: compact JSON and a trailing newline (facts: signature). */
export function renderBody(submission: Submission, eventId: string): Buffer {
  const envelope = { event_id: eventId, event_type: eventTypeOf(submission), form_response: formResponse(submission) };
  return Buffer.from(`${JSON.stringify(envelope)}\n`, 'utf8');
}

/** `Typeform-Signature`: `sha256=` and the base64 HMAC-SHA256 of the body's bytes (Typeform's documentation). */
export function sign(body: Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`;
}

function formResponse(submission: Submission): Record<string, unknown> {
  const legacy = submission.payloadStyle === 'legacy';
  const ending = submission.endings[0];
  return {
    form_id: submission.formId,
    token: submission.token,
    ...(legacy ? {} : { response_url: responseUrl(submission), landed_at: toIsoSeconds(submission.landedAtMs) }),
    submitted_at: toIsoSeconds(submission.submittedAtMs),
    hidden: submission.hidden,
    ...(legacy ? { calculated: null } : scored(submission)),
    definition: {
      id: submission.formId,
      title: submission.formTitle,
      fields: submission.fields.map((field) => definitionField(field, legacy)),
      ...(legacy ? {} : { endings: submission.endings }),
      ...(submission.hidden ? { hidden: Object.keys(submission.hidden) } : {}),
    },
    answers: submission.answers,
    ...(!legacy && ending && submission.type === 'completed' ? { ending: { id: ending.id, ref: ending.ref } } : {}),
    ...(submission.outcome ? { outcome: submission.outcome } : {}),
  };
}

function responseUrl({ formId, token }: Submission): string {
  return `https://admin.typeform.com/form/${formId}/results?responseId=${token}#responses`;
}

function scored({ score, variables }: Submission): Record<string, unknown> {
  return { ...(score === undefined ? {} : { calculated: { score } }), ...(variables ? { variables } : {}) };
}

/** A field as deliveries show it: flags only when true, choices next to it, `properties` empty; no refs in the old style. */
function definitionField({ id, ref, type, title, properties }: Field, legacy: boolean): Record<string, unknown> {
  return {
    id,
    ...(legacy ? {} : { ref }),
    type,
    title,
    properties: {},
    ...(properties.allow_multiple_selection ? { allow_multiple_selections: true } : {}),
    ...(properties.allow_other_choice ? { allow_other_choice: true } : {}),
    ...(properties.choices
      ? { choices: properties.choices.map((choice) => (legacy ? { id: choice.id, label: choice.label } : choice)) }
      : {}),
  };
}
