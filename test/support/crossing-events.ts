/** Events whose clients cross: versions of few responses in any order, with few e-mails and phones. Drawn by a seed. */
import fc from 'fast-check';
import { type FixtureEvent, question } from '../fixtures/typeform-events';
import { askEmail, askName, askPhone, newEvent, newPartial } from './events';

/** Area codes; 555-01xx is nobody's number in any of them. */
const AREAS = [202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229];
const NAMES = ['Ana', 'Ben', 'Cleo', null];

/** What makes a set of events independent of every other one. */
export interface Crowd {
  /** Part of every id, form and e-mail. */
  name: string;
  /** Which of the {@link AREAS} its phone numbers are in. */
  area: number;
  tokens: number;
  /** When the oldest of its versions that arrive in time was submitted. */
  since: Date;
}

export const FORMS_OF_A_CROWD = 3;
export const formsOf = ({ name }: Crowd): string[] =>
  Array.from({ length: FORMS_OF_A_CROWD }, (_, index) => `${name}-${index}`);

/** `count` events, from the `first` on; the same seed draws the same. */
export function drawEvents(
  crowd: Crowd,
  { seed, count, first = 0 }: { seed: number; count: number; first?: number },
): FixtureEvent[] {
  const emails = Array.from({ length: 12 }, (_, index) => `p${index}@${crowd.name}.example.com`);
  const phones = Array.from({ length: 8 }, (_, index) => `+1${AREAS[crowd.area % AREAS.length]}5550${100 + index}`);
  const version = fc.record({
    token: fc.integer({ min: 0, max: crowd.tokens - 1 }),
    older: fc.boolean(),
    complete: fc.boolean(),
    email: fc.constantFrom(...emails, 'none@none.com', null, null, null),
    phone: fc.constantFrom(...phones, null, null, null),
    name: fc.constantFrom(...NAMES),
  });
  const [versions = []] = fc.sample(fc.array(version, { minLength: count, maxLength: count, size: 'max' }), {
    seed,
    numRuns: 1,
  });
  return versions.map(({ token, older, complete, email, phone, name }, offset) => {
    const index = first + offset;
    const questions = [
      ...(email === null ? [] : [askEmail(email)]),
      ...(phone === null ? [] : [askPhone(phone)]),
      ...(name === null ? [] : [askName(name)]),
      question('q', 'Anything else?', 'short_text', 'text', `version ${index}`),
    ];
    // A second for each version, so that none is as new as another; the older ones arrive late.
    const second = index - (older ? 1_000_000 : 0);
    const overrides = {
      eventId: `${crowd.name}-${index}`,
      formId: `${crowd.name}-${token % FORMS_OF_A_CROWD}`,
      token: `t${token}`,
      questions,
      submittedAt: `${new Date(crowd.since.getTime() + second * 1_000).toISOString().slice(0, 19)}Z`,
    };
    return complete ? newEvent(overrides) : newPartial(overrides);
  });
}
