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
  /** Which of the {@link AREAS} its first phone numbers are in. */
  area: number;
  tokens: number;
  /** When the oldest of its versions that arrive in time was submitted. */
  since: Date;
}

/** One of 100 numbers of an area, or of the areas behind it. */
function phoneOf(area: number, index: number): string {
  return `+1${AREAS[(area + Math.floor(index / 100)) % AREAS.length]}5550${100 + (index % 100)}`;
}

export const FORMS_OF_A_CROWD = 3;
export const formsOf = ({ name }: Crowd): string[] =>
  Array.from({ length: FORMS_OF_A_CROWD }, (_, index) => `${name}-${index}`);

/** `count` events, from the `first` on; the same seed draws the same. */
export function drawEvents(
  crowd: Crowd,
  { seed, count, first = 0 }: { seed: number; count: number; first?: number },
): FixtureEvent[] {
  // About five responses an e-mail address, and eight a phone.
  const emails = Array.from(
    { length: Math.ceil(crowd.tokens / 5) },
    (_, index) => `p${index}@${crowd.name}.example.com`,
  );
  const phones = Array.from({ length: Math.ceil(crowd.tokens / 8) }, (_, index) => phoneOf(crowd.area, index));
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
