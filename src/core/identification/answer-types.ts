/** Which of Typeform's question and answer types can hold which identifier. */
import type { IdentifierKey } from '../identifiers';

const TEXTS = ['short_text', 'long_text', 'textfield', 'textarea', 'contact_info', 'address'];
const CHOICES = ['multiple_choice', 'dropdown', 'picture_choice', 'list'];

/** Question types by key, including the legacy types of old forms. */
const HOLDERS: Record<IdentifierKey, readonly string[]> = {
  email: ['email', ...TEXTS],
  phone: ['phone_number', 'number', ...TEXTS],
  fullName: TEXTS,
  firstName: TEXTS,
  lastName: TEXTS,
  company: TEXTS,
  birthday: ['date', ...TEXTS],
  gender: [...CHOICES, ...TEXTS],
  addressLine1: TEXTS,
  addressLine2: TEXTS,
  city: [...CHOICES, ...TEXTS],
  state: [...CHOICES, ...TEXTS],
  postalCode: ['number', ...TEXTS],
  country: [...CHOICES, ...TEXTS],
};

const KNOWN = new Set([
  ...Object.values(HOLDERS).flat(),
  'rating',
  'opinion_scale',
  'nps',
  'yes_no',
  'legal',
  'file_upload',
  'payment',
  'website',
  'calendly',
  'ranking',
  'matrix',
  'checkbox',
  'signature',
  'multi_format',
  'statement',
  'group',
]);

/** Whether a question of a type can hold an identifier; an unknown or missing type is judged by its answer. */
export function canHold(key: IdentifierKey, questionType: string | null): boolean {
  return questionType === null || !KNOWN.has(questionType) || HOLDERS[key].includes(questionType);
}

/** Types whose every answer is an identifier that Typeform validated. */
export function typedKey(questionType: string | null): IdentifierKey | null {
  if (questionType === 'email') return 'email';
  return questionType === 'phone_number' ? 'phone' : null;
}

/** Which answer types can hold an identifier. */
export function answerHolds(key: IdentifierKey, answerType: string): boolean {
  switch (answerType) {
    case 'text':
      return true;
    case 'email':
      return key === 'email';
    case 'phone_number':
      return key === 'phone';
    case 'date':
      return key === 'birthday';
    case 'number':
      return key === 'phone' || key === 'postalCode';
    case 'choice':
    case 'choices':
      return ['gender', 'city', 'state', 'country'].includes(key);
    default:
      return false;
  }
}
