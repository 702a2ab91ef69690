/** A small but complete submission of an onboarding form, for the banner and the `sign` command's help. */
import { randomUUID } from 'node:crypto';

const DEFINITION = [
  { id: 'q1', ref: 'full_name', type: 'short_text', title: 'What is your *full name*?' },
  { id: 'q2', ref: 'work_email', type: 'email', title: 'Your work e-mail' },
  { id: 'q3', ref: 'phone', type: 'phone_number', title: 'Your phone number' },
  { id: 'q4', ref: 'company', type: 'short_text', title: 'Company name' },
];

const ANSWERS = [
  { type: 'text', text: 'Ada Lovelace' },
  { type: 'email', email: 'ada@example.com' },
  { type: 'phone_number', phone_number: '+12025550123' },
  { type: 'text', text: 'Analytical Engines' },
];

/** The JSON text of a new event, submitted at `now`. */
export function sampleEvent(now: Date): string {
  const submittedAt = `${now.toISOString().slice(0, 19)}Z`;
  return JSON.stringify({
    event_id: randomUUID(),
    event_type: 'form_response',
    form_response: {
      form_id: 'demo01',
      token: randomUUID().replaceAll('-', ''),
      landed_at: submittedAt,
      submitted_at: submittedAt,
      definition: { id: 'demo01', title: 'Client onboarding', fields: DEFINITION },
      answers: ANSWERS.map((answer, index) => {
        const { id, ref, type } = DEFINITION[index] ?? { id: '', ref: '', type: '' };
        return { ...answer, field: { id, ref, type } };
      }),
    },
  });
}
