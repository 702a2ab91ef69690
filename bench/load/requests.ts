/** Requests rendered and signed before the clock starts, so that this does not affect the measurement. */
import { sign } from '../../src/core/signature';
import { completedEvent, EVERY_ANSWER_TYPE, Question } from '../../test/fixtures/typeform-events';

export const SIGNING_SECRET = 'benchmark-signing-secret-of-more-than-32-characters';
export const WEBHOOK_PATH = '/webhooks/typeform';

/** A webhook as it goes over the wire, with the id of its event. */
export interface RenderedRequest {
  eventId: string;
  bytes: Buffer;
}

/** Requests by their place: all rendered before, or each when it is asked for. */
export interface RequestSource {
  readonly length: number;
  at(index: number): RenderedRequest | undefined;
}

/** The questions of an ordinary onboarding form: a body of about 3.5 KB. */
const QUESTION_REFS = [
  'first_name',
  'last_name',
  'company',
  'story',
  'mail',
  'tel',
  'plan',
  'country',
  'terms',
  'birth',
];
const FORM_ID = 'bench01';

/** Placeholder for values that differ between events, always eight digits, so that every body has the same size. */
const NUMBER = '#number#';

/** Creates distinct signed webhooks, each from a different person with their own e-mail and phone. */
export class RequestRenderer {
  private readonly parts: readonly string[];

  /** `now` is when the submissions were made. */
  constructor(now: Date) {
    const submittedAt = `${now.toISOString().slice(0, 19)}Z`;
    const event = completedEvent({
      eventId: `01JBENCH0000000000${NUMBER}`,
      token: `bench0000000000000000000${NUMBER}`,
      formId: FORM_ID,
      landedAt: submittedAt,
      submittedAt,
      questions: EVERY_ANSWER_TYPE.filter(({ ref = '' }) => QUESTION_REFS.includes(ref)).map(asOfAnotherPerson),
    });
    this.parts = `${JSON.stringify(event)}\n`.split(NUMBER);
  }

  /** Renders `count` requests, numbered from `first`: every number is another event. */
  render(first: number, count: number): RenderedRequest[] {
    return Array.from({ length: count }, (_, index) => this.renderOne(first + index));
  }

  /** The same, each rendered when it is sent: for more than fit into memory. Costs the sender some microseconds each. */
  renderLater(first: number, count: number): RequestSource {
    return { length: count, at: (index) => this.renderOne(first + index) };
  }

  private renderOne(number: number): RenderedRequest {
    const digits = String(20_000_000 + number);
    const body = Buffer.from(this.parts.join(digits));
    const head =
      `POST ${WEBHOOK_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Typeform Webhooks\r\n` +
      `Content-Type: application/json\r\nTypeform-Signature: ${sign(SIGNING_SECRET, body)}\r\n` +
      `Content-Length: ${body.length}\r\n\r\n`;
    return { eventId: `01JBENCH0000000000${digits}`, bytes: Buffer.concat([Buffer.from(head), body]) };
  }
}

function asOfAnotherPerson(question: Question): Question {
  if (question.type === 'email') return { ...question, value: `person${NUMBER}@example.com` };
  // The lengths of German numbers vary, so eight digits after the area code are a possible number.
  if (question.type === 'phone_number') return { ...question, value: `+4930${NUMBER}` };
  return question;
}
