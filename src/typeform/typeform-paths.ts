/** Paths of Typeform's API, made from checked ids only: nothing a caller gives can lead to another endpoint. Pure. */
import { DomainError } from '../core/problem';

const FORM_ID = /^[A-Za-z0-9_-]{1,64}$/;
const TAG = /^[A-Za-z0-9_-]{1,64}$/;
const RESPONSE_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Path of a form. Throws DomainError `validation_failed` for anything that cannot be a form id. */
export function formPath(formId: string): string {
  return `/forms/${encodeURIComponent(checked(formId, FORM_ID, 'formId', 'must be the id of a form: letters and digits'))}`;
}

/** Path of a form's webhooks. */
export function webhooksPath(formId: string): string {
  return `${formPath(formId)}/webhooks`;
}

/** Path of one webhook. Tags are free text at Typeform; ours are letters, digits, `_` and `-`, up to 64 of them. */
export function webhookPath(formId: string, tag: string): string {
  const text = checked(tag, TAG, 'tag', 'must be 1 to 64 letters, digits, _ or -');
  return `${webhooksPath(formId)}/${encodeURIComponent(text)}`;
}

/** Path of the responses of a form. */
export function responsesPath(formId: string): string {
  return `${formPath(formId)}/responses`;
}

/** A list of response ids in the format of a query parameter. Throws DomainError `validation_failed`. */
export function responseIds(ids: readonly string[]): string {
  return ids.map((id) => checked(id, RESPONSE_ID, 'ids', 'must be ids of responses: letters and digits')).join(',');
}

function checked(text: string, rule: RegExp, path: string, message: string): string {
  if (rule.test(text)) return text;
  throw new DomainError('validation_failed', `${path} ${message}`, { errors: [{ path, message }] });
}
