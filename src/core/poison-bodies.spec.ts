/** A body made to be expensive costs its own share: what is kept and what is read of it is bounded, whatever it holds. */
import * as fc from 'fast-check';
import { poisonBodies } from '../../test/fixtures/poison-bodies';
import { toSubmission } from './answers';
import { formOfSubmission } from './form-definition';
import { planForm } from './identification/form-plan';
import { identify } from './identification/identify';
import { clausesOf } from './identification/title-text';
import { responseSearchText } from './search-text';
import { parseTypeformEvent, readEnvelope } from './typeform-event';

/** Large enough that each of the bounds is reached. */
const BODY_BYTES = 64 * 1024;
/** Of processor time, which a busy machine does not change much: ten times what the most expensive body takes; without bounds it was minutes. */
const RUNAWAY_MS = 2_000;
/** The answers, and hidden fields, variables and outcome. */
const MAX_RECORD_BYTES = 1_500 * 1024;

function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function recordOf(body: Buffer) {
  const submission = toSubmission(parseTypeformEvent(body));
  const plan = planForm(formOfSubmission(null, submission));
  const identifiers = identify(submission, plan, { phoneCountry: null });
  responseSearchText(submission.answers, submission.hidden, identifiers);
  return submission;
}

function bytesOf({ answers, hidden, variables, outcome }: ReturnType<typeof toSubmission>): number {
  const texts: string[] = [];
  JSON.stringify([answers, hidden, variables, outcome], (key, value: unknown) => {
    texts.push(key, typeof value === 'string' ? value : '');
    return value;
  });
  return Buffer.byteLength(texts.join(''));
}

describe('a body made to be expensive', () => {
  it('is a record of bounded size at a bounded cost, and says what was left out', () => {
    for (const { name, body } of poisonBodies(BODY_BYTES)) {
      let submission: ReturnType<typeof toSubmission> | undefined;
      const spentMs = processorMs(() => {
        readEnvelope(body);
        submission = recordOf(body);
      });
      const kept = submission && { answers: submission.answers.length, bytes: bytesOf(submission) };
      // One comparison for each body, with its name.
      expect({ name, runaway: spentMs > RUNAWAY_MS, tooLarge: !kept || kept.bytes > MAX_RECORD_BYTES }).toEqual({
        name,
        runaway: false,
        tooLarge: false,
      });
      expect(kept?.answers).toBeLessThanOrEqual(1_000);
    }
  });
});

describe('what a form is read for', () => {
  it('stops at a number of words: questions behind it are decided by their type alone', () => {
    const filler = Array.from({ length: 60 }, (_, index) => ({
      id: `q${index}`,
      ref: null,
      title: 'one two three '.repeat(100),
      type: 'short_text',
    }));
    const last = [
      { id: 'name', ref: null, title: 'Your full name', type: 'short_text' },
      { id: 'mail', ref: null, title: 'Your e-mail', type: 'email' },
    ];
    const planOf = (questions: typeof filler) => planForm({ title: null, questions, hidden: [] }).questions;
    expect(planOf([...last, ...filler]).get('name')?.key).toBe('fullName');
    const behind = planOf([...filler, ...last]);
    expect(behind.get('name')).toBeNull();
    expect(behind.get('mail')?.key).toBe('email');
  });

  it('reads all titles of a long form', () => {
    const questions = Array.from({ length: 200 }, (_, index) => ({
      id: `q${index}`,
      ref: null,
      title: `Which of the following do you want us to look after first? (${index})`,
      type: 'short_text',
    }));
    const last = { id: 'name', ref: null, title: 'Your full name', type: 'short_text' };
    const plan = planForm({ title: 'Welcome', questions: [...questions, last], hidden: [] });
    expect(plan.questions.get('name')?.key).toBe('fullName');
  });

  it('makes a bounded number of words of any title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 1, max: 500 }), (unit, times) => {
        const clauses = clausesOf(unit.repeat(times));
        expect(clauses.reduce((count, { words }) => count + words.length, 0)).toBeLessThanOrEqual(2_500);
      }),
    );
  });
});

describe('toSubmission', () => {
  const event = (answers: unknown[]): Buffer =>
    Buffer.from(
      JSON.stringify({
        event_id: 'e',
        event_type: 'form_response',
        form_response: { form_id: 'f', token: 't', answers },
      }),
    );
  const texts = (...values: string[]) =>
    values.map((text, index) => ({ type: 'text', text, field: { id: `${index}` } }));

  it('keeps 1,000 answers, and says when there were more', () => {
    const many = (count: number) => toSubmission(parseTypeformEvent(event(texts(...Array<string>(count).fill('x')))));
    expect(many(1_000)).toMatchObject({ truncated: false, answers: { length: 1_000 } });
    expect(many(1_001)).toMatchObject({ truncated: true, answers: { length: 1_000 } });
  });

  it('cuts an answer off at 256 KB, so that those behind it have room', () => {
    const { answers, truncated } = toSubmission(parseTypeformEvent(event(texts('ä'.repeat(200_000), 'b'))));
    expect(truncated).toBe(true);
    expect(Buffer.byteLength(answers[0]?.value as string)).toBeLessThanOrEqual(256 * 1024);
    expect((answers[0]?.value as string).length).toBeGreaterThan(128_000);
    expect(answers[1]?.value).toBe('b');
  });

  it('leaves a long answer whole', () => {
    const long = 'A story that goes on. '.repeat(2_000);
    expect(toSubmission(parseTypeformEvent(event(texts(long))))).toMatchObject({
      truncated: false,
      answers: [{ value: long }],
    });
  });
});
