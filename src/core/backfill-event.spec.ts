import { answerText, toSubmission } from './answers';
import { type FormOutline, identify, toBackfillEvent } from './backfill-event';
import { type JsonObject, objectOf, parseTypeformEvent, readEnvelope } from './typeform-event';

const cities = [
  { id: 'c1', ref: 'lisbon', label: 'Lisbon' },
  { id: 'c2', ref: 'porto', label: 'Porto' },
];
const form: FormOutline = {
  id: 'lT4Z3j',
  title: 'Client onboarding',
  fields: [
    { id: 'f1', ref: 'name', type: 'short_text', title: '*Full name*', properties: {} },
    {
      ...{ id: 'g1', ref: 'contact', type: 'contact_info', title: 'Contact' },
      properties: {
        fields: [
          { id: 'f2', ref: 'mail', type: 'email', title: 'Email', properties: {} },
          {
            ...{ id: 'g2', ref: 'deep', type: 'group', title: 'Deeper' },
            properties: {
              fields: [
                { id: 'f3', ref: 'city', type: 'multiple_choice', title: 'City', properties: { choices: cities } },
              ],
            },
          },
        ],
      },
    },
    { id: 'f4', ref: 'unasked', type: 'number', title: 'Not answered', properties: {} },
  ],
  endings: [
    { id: 'e1', ref: 'thanks', title: 'Thank you' },
    { id: 'e2', ref: 'not-for-us', title: 'Sorry' },
  ],
};
const item = (overrides: JsonObject = {}): JsonObject => ({
  token: '0a1b2c',
  response_type: 'completed',
  landed_at: '2026-03-01T10:00:00Z',
  submitted_at: '2026-03-01T10:05:00Z',
  answers: [],
  ...overrides,
});
const answer = (id: string, type: string, value: unknown, field: JsonObject = {}): JsonObject => ({
  type,
  [type]: value,
  field: { id, ...field },
});
const read = (of: JsonObject, from = form) => {
  const { payload } = toBackfillEvent(from, of);
  return {
    body: JSON.parse(payload.toString('utf8')) as JsonObject,
    submission: toSubmission(parseTypeformEvent(payload)),
  };
};

describe('the identity of a back-filled event', () => {
  it('says form, token, completeness and time, so that the same state has the same id and body', () => {
    const event = toBackfillEvent(form, item());
    expect(event).toMatchObject({
      eventId: 'backfill:lT4Z3j:0a1b2c:completed:2026-03-01T10:05:00Z',
      eventType: 'form_response',
      formId: 'lT4Z3j',
      token: '0a1b2c',
      completed: true,
      submittedAt: new Date('2026-03-01T10:05:00Z'),
      at: new Date('2026-03-01T10:05:00Z'),
    });
    expect(toBackfillEvent(form, item())).toEqual(event);
  });

  it('differs between a partial and a complete response of the same second', () => {
    const partial = toBackfillEvent(form, item({ response_type: 'partial' }));
    expect(partial).toMatchObject({ eventType: 'form_response_partial', completed: false });
    expect(partial.eventId).not.toBe(toBackfillEvent(form, item()).eventId);
  });

  it.each([
    ['a time that stands for none', { submitted_at: '0001-01-01T00:00:00Z' }, '2026-03-01T10:00:00.000Z'],
    [
      'no submission, but the last change',
      { submitted_at: null, staged_at: '2026-03-01T10:02:00Z' },
      '2026-03-01T10:02:00.000Z',
    ],
    ['no submission', { submitted_at: undefined }, '2026-03-01T10:00:00.000Z'],
    ['no time at all', { submitted_at: undefined, landed_at: 5 }, null],
  ])('takes the best time there is: %s', (_case, overrides, at) => {
    expect(toBackfillEvent(form, item(overrides)).at?.toISOString() ?? null).toBe(at);
  });

  it.each([undefined, '', 7, 'x'.repeat(200), 'a\u0000b'])('keeps what has the token %j as it came', (token) => {
    const came = item({ token, odd: { as: 'it came' } });
    const event = toBackfillEvent(form, came);
    expect(event).toMatchObject({
      readable: false,
      formId: form.id,
      token: expect.stringMatching(/^unreadable-[0-9a-f]{32}$/),
    });
    expect(event).toEqual(toBackfillEvent(form, came));
    expect(event.token).not.toBe(toBackfillEvent(form, item({ token, odd: 'other' })).token);
    expect(identify(came)).toEqual({ token: event.token, completed: true, at: event.at });
    expect(JSON.parse(event.payload.toString('utf8'))).toMatchObject({
      form_response: JSON.parse(JSON.stringify(came)) as object,
    });
    expect(() => readEnvelope(event.payload)).toThrow(expect.objectContaining({ code: 'invalid_event' }));
  });
});

describe('the definition', () => {
  it('holds exactly the answered questions, those inside of groups included', () => {
    const answers = [
      answer('f3', 'choice', { label: 'Porto' }),
      answer('f2', 'email', 'a@example.com'),
      answer('f1', 'text', 'Ada'),
    ];
    const { body } = read(item({ answers }));
    const definition = objectOf(objectOf(body.form_response).definition);
    expect(definition).toMatchObject({
      id: 'lT4Z3j',
      title: 'Client onboarding',
      fields: [
        { id: 'f1', title: '*Full name*' },
        { id: 'f2', type: 'email' },
        { id: 'f3', ref: 'city', choices: cities },
      ],
    });
    expect(definition.fields).toHaveLength(3);
  });

  it('gives answers their titles, types and refs, and leaves those of deleted questions as they came', () => {
    const answers = [
      answer('f2', 'email', 'a@example.com'),
      answer('gone', 'text', 'kept', { type: 'long_text', ref: 'old' }),
    ];
    expect(read(item({ answers })).submission.answers).toEqual([
      { fieldId: 'f2', ref: 'mail', title: 'Email', fieldType: 'email', type: 'email', value: 'a@example.com' },
      { fieldId: 'gone', ref: 'old', title: null, fieldType: 'long_text', type: 'text', value: 'kept' },
    ]);
  });

  it('joins numeric ids', () => {
    const old: FormOutline = {
      id: '4711',
      title: '',
      fields: [{ id: '123', title: 'Old', type: 'textfield' }],
      endings: [],
    };
    const answers = [{ type: 'text', text: 'x', field: { id: 123 } }];
    expect(read(item({ answers }), old).submission.answers).toMatchObject([{ fieldId: '123', title: 'Old' }]);
  });
});

describe('choices', () => {
  const textOf = (type: string, value: unknown) =>
    read(item({ answers: [answer('f3', type, value)] })).submission.answers.map(answerText)[0];

  it.each([
    ['labels that came stay', 'choices', { ids: ['c1'], labels: ['Lisboa'] }, 'Lisboa'],
    ['labels of ids', 'choices', { ids: ['c2', 'c1'] }, 'Porto; Lisbon'],
    ['labels of refs', 'choices', { refs: ['lisbon'] }, 'Lisbon'],
    ['a list', 'choices', [{ id: 'c1' }, { label: 'Else' }], 'Lisbon; Else'],
    ['one by id', 'choice', { id: 'c2' }, 'Porto'],
    ['one by ref', 'choice', { ref: 'porto' }, 'Porto'],
    ['one with its label', 'choice', { label: 'As it came' }, 'As it came'],
    ['a typed one', 'choice', { other: 'Faro' }, 'Faro'],
    ['an unknown one', 'choice', { id: 'c9' }, '{"id":"c9"}'],
    [
      'a typed one among others',
      'choices',
      { ids: ['c1', 'other'], labels: ['Lisbon'], other: 'Faro' },
      'Lisbon; Faro',
    ],
  ])('%s', (_case, type, value, text) => {
    expect(textOf(type, value)).toBe(text);
  });

  it('"other" is no id, unless the form has such a choice', () => {
    const valueOf = (from: FormOutline) =>
      read(item({ answers: [answer('f', 'choices', { ids: ['other'], labels: [], other: 'x' })] }), from).submission
        .answers[0]?.value;
    expect(valueOf(form)).toEqual({ ids: [], labels: [], other: 'x' });
    const choices = [{ id: 'other', label: 'Other' }];
    expect(valueOf({ ...form, fields: [{ id: 'f', properties: { choices } }] })).toMatchObject({ ids: ['other'] });
  });
});

it('keeps hidden fields, score, variables and whatever else there is', () => {
  const variables = [{ key: 'score', type: 'number', number: 4 }];
  const of = item({ hidden: { utm: 'x' }, calculated: { score: 4 }, variables, ending: { id: 'e', ref: 'thanks' } });
  expect(read(of).submission).toMatchObject({
    ...{ hidden: { utm: 'x' }, score: 4, variables, ending: { id: 'e', ref: 'thanks' } },
    ...{ formTitle: 'Client onboarding', responseType: 'completed', isTest: false },
    landedAt: new Date('2026-03-01T10:00:00Z'),
  });
});

it('finds the ending by its ref, and takes over the outcome', () => {
  const outcome = { id: 'o', title: 'Gold' };
  expect(read(item({ thankyou_screen_ref: 'not-for-us', outcome })).submission).toMatchObject({
    ...{ ending: { id: 'e2', ref: 'not-for-us' }, outcome },
  });
  expect(read(item({ thankyou_screen_ref: 'deleted since' })).submission.ending).toEqual({
    id: null,
    ref: 'deleted since',
  });
  expect(read(item()).submission.ending).toBeNull();
});

it.each([null, 'x', 7, [null], [[]], [{ field: null }]])('survives answers that are none: %j', (answers) => {
  expect(() => read(item({ answers }))).not.toThrow();
});
