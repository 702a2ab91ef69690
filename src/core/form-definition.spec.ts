import { type Submission } from './answers';
import { formOfSubmission, readDefinition, withQuestions } from './form-definition';

const field = (id: string, type: string, more: object = {}) => ({
  id,
  ref: `${id}_ref`,
  type,
  title: `*${id}?*`,
  ...more,
});
const nesting = (...fields: object[]) => ({ properties: { fields } });

it('has the questions that can be answered, wherever they are nested, in the order of the form', () => {
  const { title, questions, hidden } = readDefinition({
    title: '_Sign up_ now',
    fields: [
      field('hello', 'statement'),
      field('a', 'short_text'),
      field('g', 'group', nesting(field('c', 'contact_info', nesting(field('b', 'email'))), field('d', 'date'))),
      field('empty', 'group'),
      field('m', 'matrix', nesting(field('row', 'multiple_choice'))),
    ],
    hidden: ['plan', 'plan', 'utm'],
  });
  expect(title).toBe('Sign up now');
  expect(questions.map(({ id, type }) => `${id} ${type}`)).toEqual([
    'a short_text',
    'b email',
    'd date',
    'row multiple_choice',
  ]);
  expect(questions.map(({ group }) => group)).toEqual([undefined, 'c?', 'g?', 'm?']);
  expect(questions[0]).toEqual({ id: 'a', ref: 'a_ref', title: 'a?', type: 'short_text' });
  expect(hidden).toEqual(['plan', 'utm']);
});

it('takes whatever comes: numeric ids, no ref, no title, fields without id, text that cannot be stored', () => {
  const { title, questions } = readDefinition({
    title: '',
    fields: [
      { id: 7, type: 'email' },
      { type: 'email' },
      { id: 'x\u0000', ref: 'r\u0000', title: 'T\u0000', type: 'n' },
    ],
    hidden: [],
  });
  expect(title).toBeNull();
  expect(questions).toEqual([
    { id: '7', ref: null, title: null, type: 'email' },
    { id: 'x\uFFFD', ref: 'r\uFFFD', title: 'T\uFFFD', type: 'n' },
  ]);
});

const question = (id: string, title: string | null, type: string | null = 'short_text') => ({
  id,
  ref: null,
  title,
  type,
});
const submission = (
  answers: [id: string, title: string | null][],
  hidden: Record<string, string> = {},
): Submission => ({
  formId: 'f',
  formTitle: 'As sent',
  token: 't',
  responseType: 'completed',
  landedAt: null,
  submittedAt: null,
  hidden,
  variables: [],
  score: null,
  ending: null,
  outcome: null,
  isTest: false,
  unreadable: false,
  truncated: false,
  answers: answers.map(([fieldId, title]) => ({
    fieldId,
    ref: null,
    title,
    fieldType: 'short_text',
    type: 'text',
    value: 'v',
  })),
});

describe('the form that a submission is read by', () => {
  const definition = { title: 'Now', questions: [question('a', 'First'), question('b', 'Second')], hidden: ['plan'] };

  it('is the definition, with the titles the respondent saw, and questions it lacks behind', () => {
    const form = formOfSubmission(
      definition,
      submission(
        [
          ['gone', 'Old one'],
          ['b', 'Second, then'],
          ['a', null],
        ],
        { x: '1' },
      ),
    );
    expect(form).toEqual({
      title: 'Now',
      questions: [question('a', 'First'), question('b', 'Second, then'), question('gone', 'Old one')],
      hidden: ['plan', 'x'],
    });
  });

  it('has a question that was made anew under its ref as it was when the submission was sent', () => {
    const named = (id: string, title: string) => ({ ...question(id, title), ref: 'town' });
    const form = { title: null, questions: [named('new', 'Town'), question('z', 'Z')], hidden: [] };
    const older = submission([]);
    older.answers = [{ fieldId: 'old', ref: 'town', title: 'City', fieldType: 'short_text', type: 'text', value: 'v' }];
    expect(formOfSubmission(form, older).questions).toEqual([named('old', 'City'), question('z', 'Z')]);
  });

  it('without a definition, is what it brought itself, its hidden fields in one order', () => {
    const form = formOfSubmission(null, submission([['b', 'B']], { z: '1', a: '2' }));
    expect(form).toEqual({ title: 'As sent', questions: [question('b', 'B')], hidden: ['a', 'z'] });
  });
});

it('a definition is kept as it is where nothing else is known', () => {
  const definition = { title: null, questions: [question('a', 'A')], hidden: [] };
  expect(withQuestions(definition, { title: 'T', questions: [], hidden: [] })).toEqual({ ...definition, title: 'T' });
});
