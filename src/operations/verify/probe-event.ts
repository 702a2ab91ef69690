/** The submissions that verify sends: of a form kept for it, by people who do not exist, at a domain reserved for examples. */
import { randomUUID } from 'node:crypto';

/** No form of Typeform has such an id. */
export const VERIFY_FORM_ID = 'onboarding-verify';

export interface ProbeEvent {
  eventId: string;
  token: string;
  email: string;
  body: Buffer;
}

/** What the e-mails of a run have in common, to find its clients by. */
export const emailsOf = (runId: string): string => `verify-${runId}`;

/** A new complete submission at `now`. `person` tells the people of a run apart: the same one, the same client. */
export function probeEvent(runId: string, person: string, now: Date): ProbeEvent {
  const eventId = `verify-${randomUUID()}`;
  const token = randomUUID().replaceAll('-', '');
  const email = `${emailsOf(runId)}-${person}@example.com`;
  const submittedAt = `${now.toISOString().slice(0, 19)}Z`;
  const name = { id: 'verify_name', ref: 'full_name', type: 'short_text' };
  const mail = { id: 'verify_email', ref: 'email', type: 'email' };
  const event = {
    event_id: eventId,
    event_type: 'form_response',
    form_response: {
      form_id: VERIFY_FORM_ID,
      token,
      landed_at: submittedAt,
      submitted_at: submittedAt,
      definition: {
        id: VERIFY_FORM_ID,
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
