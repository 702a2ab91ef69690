import * as fc from 'fast-check';
import {
  completedEvent,
  EVERY_ANSWER_TYPE,
  legacyEvent,
  partialEvent,
  testDelivery,
  toBody,
} from '../../test/fixtures/typeform-events';
import { withoutHanging } from '../../test/support/without-hanging';
import { answerText, plainTitle, type Submission, toSubmission } from './answers';
import { parseTypeformEvent } from './typeform-event';

function submissionOf(event: unknown): Submission {
  return toSubmission(parseTypeformEvent(toBody(event)));
}

/** A submission with exactly these raw answers and definition fields. */
function withAnswers(answers: unknown[], fields: unknown[] = []): Submission {
  const event = completedEvent();
  return submissionOf({ ...event, form_response: { ...event.form_response, answers, definition: { fields } } });
}

describe('toSubmission', () => {
  it('keeps every answer as it came, with the title of its own question', () => {
    const { answers } = submissionOf(completedEvent());
    expect(
      answers.map(({ fieldId, ref, fieldType, type, value }) => ({ fieldId, ref, fieldType, type, value })),
    ).toEqual(
      EVERY_ANSWER_TYPE.map(({ id, ref, fieldType, type, value }) => ({ fieldId: id, ref, fieldType, type, value })),
    );
    expect(answers.map(({ title }) => title)).toEqual(EVERY_ANSWER_TYPE.map(({ title }) => plainTitle(title)));
  });

  it('takes over the rest of the event', () => {
    expect(submissionOf(completedEvent())).toMatchObject({
      formId: 'lT4Z3j',
      formTitle: 'Client onboarding',
      responseType: 'completed',
      score: 9,
      ending: { id: 'end1', ref: 'thanks' },
      hidden: { user_id: 'u-17' },
      isTest: false,
      unreadable: false,
    });
  });

  it('tells completed, partial, test and unknown events apart', () => {
    expect(submissionOf(partialEvent())).toMatchObject({ responseType: 'partial', isTest: false });
    expect(submissionOf(testDelivery())).toMatchObject({ responseType: 'completed', isTest: true });
    expect(submissionOf(completedEvent({ eventType: 'form_response_v9' })).responseType).toBe('partial');
  });

  it('reads a delivery of 2016', () => {
    expect(submissionOf(legacyEvent()).answers).toEqual([
      {
        fieldId: '12345',
        ref: null,
        title: 'What is your name?',
        fieldType: 'short_text',
        type: 'text',
        value: 'Bob Sample',
      },
      expect.objectContaining({ title: 'Hi …, which plan?', value: { label: 'Silver' } }),
      expect.objectContaining({ value: 8 }),
    ]);
  });

  it.each([
    ['no key of that name', { type: 'new', shape: 1, size: 2 }, 'new', { shape: 1, size: 2 }],
    ['no type', { text: 'kept' }, 'unknown', { text: 'kept' }],
    ['a type that is an envelope key', { type: 'field', x: 1 }, 'field', { x: 1 }],
    ['a type that is inherited', { type: 'constructor', x: 1 }, 'constructor', { x: 1 }],
    ['null under its key', { type: 'text', text: null }, 'text', null],
  ])('keeps an answer with %s', (_name, raw, type, value) => {
    const [answer] = withAnswers([{ ...raw, answer_url: 'u', field: { id: 'a' } }]).answers;
    expect(answer).toMatchObject({ fieldId: 'a', type, value, title: null, fieldType: null });
  });

  it('takes type and ref of the question from the definition when the answer lacks them', () => {
    const field = { id: 'a', ref: 'r', type: 'short_text', title: 'T' };
    const { answers } = withAnswers([{ type: 'text', text: 'x', field: { id: 'a' } }], [field]);
    expect(answers[0]).toMatchObject({ ref: 'r', fieldType: 'short_text', title: 'T' });
  });

  it('holds nothing that jsonb refuses, whatever comes in', () => {
    const raw = fc.record({ type: fc.string(), text: fc.jsonValue(), field: fc.jsonValue(), title: fc.string() });
    const nasty = fc.constantFrom('\u0000', '\uD800', 'a\u0000\uDC00');
    fc.assert(
      fc.property(fc.array(raw), nasty, (answers, text) => {
        const bad = { type: text, [text]: [text, { [text]: text }], field: { id: text, ref: text, type: text } };
        const submission = withAnswers([...answers, bad], [{ id: text, title: text, ref: text }]);
        // An escape, not a backslash of the text (which is written as two) in front of these letters.
        expect(JSON.stringify(submission)).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i);
      }),
    );
  });

  it('can be written as JSON however deep a value is nested', () => {
    const deep = '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000);
    const body = toBody(completedEvent()).toString().replace('"A friend"', deep).replace('"u-17"', '"x"');
    const submission = toSubmission(parseTypeformEvent(Buffer.from(body)));
    expect(JSON.stringify(submission)).toContain('nested deeper than 64');
  });
});

describe('plainTitle', () => {
  it.each([
    ["Hi {{field:01ABC-x}}, what's *your* name? \n", "Hi …, what's your name?"],
    ['{{hidden:x}} {{var:score}} {{answer_123}}', '… … …'],
    ['**Bold**, _italic_ and `code` ~~gone~~', 'Bold, italic and code gone'],
    ['Your user_id', 'Your user_id'],
    ['See [our terms](https://example.com/terms)', 'See our terms'],
    ['# Heading\n\ntext', 'Heading text'],
    ['5 {curly} (braces)', '5 {curly} (braces)'],
    ['   ', ''],
  ])('%j becomes %j', (title, expected) => {
    expect(plainTitle(title)).toBe(expected);
  });

  it.each(['{{', '[', '[a](', '_', '*', '~~', '{{a', ' _', '((', '#'])('does not hang on a megabyte of %j', (unit) => {
    withoutHanging(() => plainTitle(unit.repeat(1_000_000 / unit.length)));
  });
});

describe('answerText', () => {
  it('writes every answer type for people', () => {
    const texts = submissionOf(completedEvent()).answers.map((answer) => [answer.ref, answerText(answer)]);
    expect(Object.fromEntries(texts)).toEqual({
      first_name: 'Alice',
      last_name: 'Example',
      company: 'Example & Sons Ltd',
      story: 'We make samples.\nSince 1999.',
      mail: 'Alice@Example.com',
      tel: '+12025550123',
      site: 'https://example.com',
      slot: 'https://example.com/slot',
      plan: 'Gold',
      heard: 'A friend',
      logo: 'Round',
      country: 'Portugal',
      services: 'Design; Hosting; Copywriting',
      rank: '1. Growth; 2. Savings',
      boxes: 'New client; Urgent',
      brief: 'https://api.typeform.com/responses/files/a/brief.pdf',
      has_company: 'yes',
      terms: 'yes',
      staff: '42',
      stars: '5',
      tour: '7',
      nps: '9',
      birth: '1990-05-17',
      start: '2026-03-01',
      fee: '100.00, card ending 4242, A Example',
      hello: 'Hello there',
      sign: 'https://example.com/sign.png',
      future: '{"shape":"cube","layers":[1,2]}',
    });
  });

  it.each([
    ['boolean', false, 'no'],
    ['choice', { label: 'Silver' }, 'Silver'],
    ['choice', { id: 'c1' }, '{"id":"c1"}'],
    ['choices', { labels: [], other: 'Mine' }, 'Mine'],
    ['choices', {}, '{}'],
    ['payment', { amount: '5.00', success: false }, '5.00, failed'],
    ['payment', { total: 5 }, '{"total":5}'],
    ['signature', 'https://example.com/s.png', 'https://example.com/s.png'],
    ['multi_format', { video_id: 'v' }, '{"video_id":"v"}'],
    ['text', null, ''],
  ])('writes %s %j as %j', (type, value, expected) => {
    expect(answerText({ fieldId: 'a', ref: null, title: null, fieldType: null, type, value })).toBe(expected);
  });

  it('gives a text for any value of any type', () => {
    const type = fc.constantFrom('choice', 'choices', 'payment', 'multi_format', 'signature', 'new');
    fc.assert(
      fc.property(type, fc.jsonValue(), (name, value) => {
        const answer = { fieldId: 'a', ref: null, title: null, fieldType: 'ranking', type: name, value };
        expect(typeof answerText(answer)).toBe('string');
      }),
    );
  });
});
