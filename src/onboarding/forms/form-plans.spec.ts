import type { AppConfig } from '../../config/app-config';
import type { NormalisedAnswer, Submission } from '../../core/answers';
import { FormPlans, type FormSettings } from './form-plans';

const plans = (defaultPhoneCountry: string | null = null) => new FormPlans({ defaultPhoneCountry } as AppConfig);
const question = (id: string, title: string, type: string) => ({ id, ref: null, title, type });
const form = (settings: Partial<FormSettings> = {}): FormSettings => ({
  definition: null,
  identifierMapping: {},
  phoneCountry: null,
  ...settings,
});
const submission = (...answers: [id: string, title: string, type: string, value: string][]): Submission => ({
  formId: 'f',
  formTitle: null,
  token: 't',
  responseType: 'completed',
  landedAt: null,
  submittedAt: null,
  hidden: {},
  variables: [],
  score: null,
  ending: null,
  outcome: null,
  isTest: false,
  unreadable: false,
  truncated: false,
  answers: answers.map(([fieldId, title, fieldType, value]): NormalisedAnswer => {
    return { fieldId, ref: null, title, fieldType, type: fieldType === 'email' ? 'email' : 'text', value };
  }),
});

const OWN = question('own', 'Your e-mail', 'email');
const PARTNER = question('partner', 'Partner: e-mail', 'email');
const partnerOnly = submission(['partner', 'Partner: e-mail', 'email', 'p@example.com']);

it('reads a submission by its own questions and those of the definition', () => {
  const definition = { title: null, questions: [OWN, PARTNER], hidden: [] };
  expect(plans().identify(form(), partnerOnly)).toMatchObject({ email: { value: 'p@example.com' } });
  expect(plans().identify(form({ definition }), partnerOnly)).toEqual({});
});

it('reads numbers in the country of the form, else in that of the installation', () => {
  const national = submission(['n', 'Phone', 'short_text', '030 123456']);
  expect(plans('DE').identify(form(), national)).toMatchObject({ phone: { value: '+4930123456' } });
  expect(plans('US').identify(form({ phoneCountry: 'DE' }), national)).toMatchObject({
    phone: { value: '+4930123456' },
  });
});

it('shows of a definition what it means by itself, whatever submissions brought', () => {
  const definition = { title: null, questions: [PARTNER], hidden: ['email'] };
  const seen = { title: null, questions: [OWN], hidden: ['phone'] };
  const { fields, hidden } = plans().meanings(form({ definition }), seen);
  expect(fields.map(({ id, identifies }) => [id, identifies?.whose])).toEqual([
    ['partner', 'client'],
    ['own', 'client'],
  ]);
  expect(hidden.map(({ name, identifies }) => [name, identifies?.key])).toEqual([
    ['email', 'email'],
    ['phone', 'phone'],
  ]);
});
