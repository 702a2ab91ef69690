import fc from 'fast-check';
import { renderBody } from '../delivery/payload';
import { buildForm, initialForms, TEMPLATES } from '../forms/form-templates';
import { leafFields } from '../forms/leaf-fields';
import { LANGUAGES, type Answer, type Submission } from '../model';
import { inventSubmission, type SubmissionRequest } from './submissions';

const submittedAtMs = Date.UTC(2026, 5, 1, 12);
const EVERY_TYPE = buildForm('every_type', 'en', '1', 0);

function invent(change: Partial<SubmissionRequest> = {}): Submission {
  return inventSubmission({ form: EVERY_TYPE, seed: 'a', type: 'completed', submittedAtMs, ...change });
}

const anyForm = fc
  .tuple(fc.constantFrom(...TEMPLATES), fc.constantFrom(...LANGUAGES), fc.string())
  .map(([template, language, seed]) => buildForm(template, language, seed, 0));

/** Answers of many submissions of the form with every question type. */
const manyAnswers = Array.from({ length: 60 }, (_, seed) => invent({ seed: String(seed), answerAll: true })).flatMap(
  ({ answers }) => answers,
);
const ofType = (type: string) => manyAnswers.filter((answer) => answer.field.type === type);
const valueOf = (answer: Answer) => answer[answer.type];

describe('inventSubmission', () => {
  it('gives the same bytes for the same seed, other bytes for another', () => {
    fc.assert(
      fc.property(anyForm, fc.string(), fc.string(), (form, a, b) => {
        // As text: Jest compares buffers byte by byte.
        const body = (seed: string) => renderBody(invent({ form, seed }), 'E').toString('latin1');
        expect(body(a)).toBe(body(a));
        if (a !== b) expect(body(a)).not.toBe(body(b));
      }),
    );
  });

  it('answers questions of the form only, and shows exactly the answered ones', () => {
    fc.assert(
      fc.property(anyForm, fc.string(), (form, seed) => {
        const { answers, fields } = invent({ form, seed });
        const leaves = leafFields(form.fields).map(({ id }) => id);
        expect(fields.map(({ id }) => id)).toEqual(answers.map(({ field }) => field.id));
        expect(leaves).toEqual(expect.arrayContaining(answers.map(({ field }) => field.id)));
        for (const answer of answers) expect(answer).toHaveProperty([answer.type]);
      }),
    );
  });

  it('invents nobody real: example.com e-mails, 555 numbers', () => {
    fc.assert(
      fc.property(anyForm, fc.string(), (form, seed) => {
        for (const answer of invent({ form, seed }).answers) {
          if (answer.type === 'email') expect(answer.email).toMatch(/^[a-z]+\.[a-z]+\.\d+@example\.com$/);
          if (answer.type === 'phone_number') expect(answer.phone_number).toMatch(/^\+1\d{3}55501\d{2}$/);
          if (answer.type === 'date') expect(answer.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        }
      }),
    );
  });

  it('covers every answer type', () => {
    expect([...new Set(manyAnswers.map(({ type }) => type))].sort()).toEqual(
      [
        ...['boolean', 'choice', 'choices', 'date', 'email', 'file_url', 'multi_format', 'number', 'payment'],
        ...['phone_number', 'signature', 'text', 'url'],
      ].sort(),
    );
  });

  it('covers every question type that takes an answer', () => {
    const asked = new Set(leafFields(EVERY_TYPE.fields).map(({ type }) => type));
    expect(new Set(manyAnswers.map(({ field }) => field.type))).toEqual(asked);
    expect(asked.size).toBe(22);
  });

  it('types "Other" alone for one choice, beside or without the lists for several', () => {
    const one = ofType('multiple_choice').filter(({ type }) => type === 'choice');
    const several = ofType('multiple_choice').filter(({ type }) => type === 'choices');
    expect(one.map(valueOf)).toContainEqual({ other: expect.any(String) });
    expect(one.map(valueOf)).toContainEqual({
      id: expect.any(String),
      label: expect.any(String),
      ref: expect.any(String),
    });
    expect(several.map(valueOf)).toContainEqual(expect.objectContaining({ other: expect.any(String) }));
    for (const { ids, labels, refs } of several.map(valueOf) as Record<string, string[]>[]) {
      expect([ids?.length, refs?.length]).toEqual([labels?.length, labels?.length]);
    }
  });

  it('ranks every choice, in different orders', () => {
    const orders = ofType('ranking').map((answer) => (valueOf(answer) as { labels: string[] }).labels);
    expect(new Set(orders.map(String)).size).toBe(6);
    for (const labels of orders) expect([...labels].sort()).toEqual(['Price', 'Quality', 'Speed']);
  });

  it('gives signatures as an object and as a plain URL, checkboxes as an array', () => {
    expect(new Set(ofType('signature').map((answer) => typeof valueOf(answer)))).toEqual(new Set(['object', 'string']));
    expect(ofType('checkbox').every((answer) => Array.isArray(valueOf(answer)))).toBe(true);
  });

  it('leaves out optional questions, never required ones', () => {
    const submissions = Array.from({ length: 40 }, (_, seed) => invent({ seed: String(seed) }));
    const leaves = leafFields(EVERY_TYPE.fields);
    const required = leaves.filter(({ validations }) => validations?.required).map(({ id }) => id);
    expect(required).not.toHaveLength(0);
    expect(submissions.some(({ answers }) => answers.length < leaves.length)).toBe(true);
    for (const { fields } of submissions) expect(fields.map(({ id }) => id)).toEqual(expect.arrayContaining(required));
  });

  it('leaves out the hidden fields of some, unless everything is answered', () => {
    const withHidden = (answerAll: boolean) =>
      Array.from({ length: 30 }, (_, seed) => invent({ seed: String(seed), answerAll }).hidden !== undefined);
    expect(new Set(withHidden(false))).toEqual(new Set([true, false]));
    expect(new Set(withHidden(true))).toEqual(new Set([true]));
  });

  it('sends some dropdowns without their choices', () => {
    const dropdowns = Array.from({ length: 30 }, (_, seed) => invent({ seed: String(seed), answerAll: true })).map(
      ({ fields }) => fields.find(({ type }) => type === 'dropdown')?.properties.choices === undefined,
    );
    expect(new Set(dropdowns)).toEqual(new Set([true, false]));
  });

  it('makes a partial the beginning of the completed submission of the same seed', () => {
    fc.assert(
      fc.property(anyForm, fc.string(), (form, seed) => {
        const partial = invent({ form, seed, type: 'partial', submittedAtMs: submittedAtMs - 60_000 });
        const completed = invent({ form, seed });
        expect(partial.token).toBe(completed.token);
        expect(partial.answers.length).toBeGreaterThan(0);
        expect(partial.answers).toEqual(completed.answers.slice(0, partial.answers.length));
        expect(partial.hidden).toEqual(completed.hidden);
      }),
    );
  });

  it('sends canned values on a test delivery: token without a respondent, landed when submitted', () => {
    const test = invent({ isTest: true });
    expect(test.token).toMatch(/^[0-9A-Z]{26}$/);
    expect(test.landedAtMs).toBe(test.submittedAtMs);
    const values = test.answers.map(valueOf);
    expect(values).toEqual(expect.arrayContaining(['Lorem ipsum dolor', 42, true, { label: 'Barcelona' }]));
    expect(test.answers.filter(({ type }) => type === 'text').every(({ text }) => text === 'Lorem ipsum dolor')).toBe(
      true,
    );
  });

  it('uses the bare labels of 2016 in old forms', () => {
    const old = invent({ form: buildForm('legacy', 'en', '1', 0), answerAll: true });
    expect(old.token).toMatch(/^[0-9a-f]{32}$/);
    expect(old.answers.find(({ type }) => type === 'choice')?.choice).toEqual({ label: expect.any(String) });
    expect(JSON.stringify(old.answers)).not.toContain('"ref"');
  });
});

describe('initialForms', () => {
  const forms = initialForms('1', 0);
  const titles = forms.flatMap((form) => leafFields(form.fields).map(({ title }) => title)).join('|');

  it('has the onboarding form in five languages, every question type, and an old form', () => {
    expect(forms.map(({ language }) => language)).toEqual(['en', 'pt', 'es', 'fr', 'de', 'en', 'en']);
    expect(new Set(forms.map(({ id }) => id)).size).toBe(7);
  });

  it.each([
    ['markdown', /\*Company name\*/],
    ['line breaks', /\n/],
    ['trailing blanks', / {2}\|/],
    ['piping of fields', /\{\{field:/],
    ['piping of hidden fields', /\{\{hidden:/],
    ['piping of variables', /\{\{var:/],
    ['old piping', /\{\{answer_123\}\}/],
  ])('has titles with %s', (_, pattern) => {
    expect(titles).toMatch(pattern);
  });

  it.each(LANGUAGES)('invents names with the letters of %s', (language) => {
    const form = forms.find((each) => each.language === language)!;
    const text = Array.from({ length: 40 }, (_, seed) => JSON.stringify(invent({ form, seed: String(seed) }).answers));
    const expected = { en: /O'Brien/, pt: /[ãç]/, es: /ñ/, fr: /[éèêç]/, de: /[üöß]/ };
    expect(text.join()).toMatch(expected[language]);
  });
});
