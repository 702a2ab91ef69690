/** The submissions that verify sends: of a form that exists only for its run, by invented people, at a domain reserved for examples. */
import { randomUUID } from 'node:crypto';
import { VERIFICATION_FORM } from '../../core/verification-form';

/** The form of a run. What it sent is removed with the form, so no other run may use it. */
export const formOf = (runId: string): string => `${VERIFICATION_FORM}-${runId}`;

export interface ProbeEvent {
  eventId: string;
  token: string;
  email: string;
  body: Buffer;
}

/** A new complete submission at `now`. Submissions of the same `person` become one client. */
export function probeEvent(runId: string, person: string, now: Date): ProbeEvent {
  const eventId = `verify-${randomUUID()}`;
  const token = randomUUID().replaceAll('-', '');
  const formId = formOf(runId);
  const email = `verify-${runId}-${person}@example.com`;
  const submittedAt = `${now.toISOString().slice(0, 19)}Z`;
  const name = { id: 'verify_name', ref: 'full_name', type: 'short_text' };
  const mail = { id: 'verify_email', ref: 'email', type: 'email' };
  const event = {
    event_id: eventId,
    event_type: 'form_response',
    form_response: {
      form_id: formId,
      token,
      landed_at: submittedAt,
      submitted_at: submittedAt,
      definition: {
        id: formId,
        title: 'Deployment check',
        fields: [
          { ...name, title: 'Full name' },
          { ...mail, title: 'Your e-mail' },
        ],
      },
      answers: [
        { type: 'text', text: 'Verify Example', field: name },
        { type: 'email', email, field: mail },
      ],
    },
  };
  return { eventId, token, email, body: Buffer.from(`${JSON.stringify(event)}\n`) };
}
