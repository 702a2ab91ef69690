/** Events that just happened: unique ids and the current time, unless a test says otherwise. */
import { randomBytes } from 'node:crypto';
import { completedEvent, EventOverrides, FixtureEvent, partialEvent, question } from '../fixtures/typeform-events';

export const newId = (): string => randomBytes(13).toString('hex');

/** A time relative to now, as Typeform writes times. */
export function minutesAgo(minutes: number): string {
  return `${new Date(Date.now() - minutes * 60_000).toISOString().slice(0, 19)}Z`;
}

/** A complete response with new ids. */
export function newEvent(overrides: EventOverrides = {}): FixtureEvent {
  return completedEvent({ eventId: newId(), token: newId(), submittedAt: minutesAgo(1), ...overrides });
}

/** A partial response with new ids. */
export function newPartial(overrides: EventOverrides = {}): FixtureEvent {
  return partialEvent({ eventId: newId(), token: newId(), submittedAt: minutesAgo(1), ...overrides });
}

/** The token of an event's response. */
export const tokenOf = (event: FixtureEvent): string => String(event.form_response.token);

export const askEmail = (value: string) => question('mail', 'Your e-mail', 'email', 'email', value);
export const askPhone = (value: string) => question('tel', 'Your phone', 'phone_number', 'phone_number', value);
export const askName = (value: string) => question('name', 'Full name', 'short_text', 'text', value);

/** A body of nearly 1 MiB is so many empty answers: as JSON the cheapest, as objects the most expensive. */
const EMPTY_ANSWERS = 340_000;

export function largeEvent(): FixtureEvent {
  const event = newEvent({ questions: [askEmail('large@example.com')] });
  const answers = Array.from({ length: EMPTY_ANSWERS }, () => ({}));
  return { ...event, form_response: { ...event.form_response, answers } };
}
