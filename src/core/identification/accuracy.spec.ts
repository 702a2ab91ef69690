/** How well real forms are understood: the labelled forms of test/fixtures/identify, scored as a whole and by language. */
import {
  FORM_LANGUAGES,
  judge,
  labelledForms,
  submissionOf,
  type Verdict,
} from '../../../test/fixtures/identify/judge';
import { planForm } from './form-plan';
import { identify, questionsOf } from './identify';

const forms = FORM_LANGUAGES.flatMap((language) => labelledForms(language).map((form) => ({ language, form })));

const judged = forms.map(({ language, form }) => {
  const submission = submissionOf(form);
  const hidden = Object.keys(submission.hidden);
  const plan = planForm({ title: submission.formTitle, questions: questionsOf(submission), hidden }, {});
  const found = Object.entries(identify(submission, plan, { phoneCountry: null }));
  return {
    language,
    form,
    verdicts: judge(form.expected, Object.fromEntries(found.map(([key, { value }]) => [key, value]))),
  };
});

/** In per cent; `absent` (rightly nothing) counts for neither. */
function scoreOf(verdicts: readonly Verdict[]): { precision: number; recall: number } {
  const count = (...of: Verdict[]): number => verdicts.filter((verdict) => of.includes(verdict)).length;
  const right = count('right');
  return {
    precision: (100 * right) / (right + count('wrong', 'invented')),
    recall: (100 * right) / (right + count('wrong', 'missed')),
  };
}

const all = judged.flatMap(({ verdicts }) => verdicts);

describe('the labelled forms', () => {
  it('are 151, with every key judged', () => {
    expect(forms).toHaveLength(151);
    expect(all.length).toBeGreaterThan(2000);
  });

  it('are understood as a whole', () => {
    const { precision, recall } = scoreOf(all.map(({ verdict }) => verdict));
    expect(precision).toBeGreaterThanOrEqual(99);
    expect(recall).toBeGreaterThanOrEqual(98);
  });

  it('are mostly right in every key', () => {
    const wholly = judged.filter(({ verdicts }) =>
      verdicts.every(({ verdict }) => verdict === 'right' || verdict === 'absent'),
    );
    expect(wholly.length).toBeGreaterThanOrEqual(140);
  });

  it('have their phones found', () => {
    const phones = all.filter(({ key }) => key === 'phone').map(({ verdict }) => verdict);
    expect(scoreOf(phones).recall).toBeGreaterThanOrEqual(95);
  });

  it.each(FORM_LANGUAGES)('are understood in each language: %s', (language) => {
    const verdicts = judged.filter((form) => form.language === language).flatMap((form) => form.verdicts);
    const { precision, recall } = scoreOf(verdicts.map(({ verdict }) => verdict));
    expect(precision).toBeGreaterThanOrEqual(98.5);
    expect(recall).toBeGreaterThanOrEqual(96);
  });
});
