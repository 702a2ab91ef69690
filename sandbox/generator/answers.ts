import type { Answer, Field, Form, Language } from '../model';
import type { Random } from '../random';
import { manyChoices, oneChoice, ranked, ticked } from './choice-answers';
import { personalAnswer } from './known-questions';
import type { Person } from './people';

/** The input of an answer. */
export interface AnswerContext {
  formId: string;
  language: Language;
  style: Form['payloadStyle'];
  person: Person;
  random: Random;
}

const REMARKS = [
  'Nothing to add.',
  'Please call *after* 5 pm.\nThank you!',
  'Wir freuen uns – bis bald! 🎉',
  'É possível pagar em "prestações"?',
  'Tab\there, back\\slash there, <b>markup</b> & more.',
];

type Value = [type: string, value: unknown];

/** The value of an answer, by the type of the question (facts: table of answers by type). */
const BY_TYPE: Record<string, (field: Field, context: AnswerContext) => Value> = {
  short_text: shortText,
  textfield: shortText,
  long_text: (_, { random }) => ['text', random.pick(REMARKS)],
  email: (_, { person }) => ['email', person.email],
  phone_number: (_, { person }) => ['phone_number', person.phone],
  website: (_, { person }) => ['url', person.website],
  calendly: (_, { random }) => ['url', `https://calendly.com/scheduled_events/${random.uuid()}`],
  number: (_, { random }) => ['number', random.chance(0.2) ? random.integer(1, 99) + 0.5 : random.integer(0, 5000)],
  rating: (_, { random }) => ['number', random.integer(1, 5)],
  opinion_scale: (_, { random }) => ['number', random.integer(0, 10)],
  'opinion-scale': (_, { random }) => ['number', random.integer(0, 10)],
  nps: (_, { random }) => ['number', random.integer(0, 10)],
  yes_no: (_, { random }) => ['boolean', random.chance(0.5)],
  legal: (_, { random }) => ['boolean', random.chance(0.9)],
  date: ({ title }, { person, language, random }) => [
    'date',
    personalAnswer(title, person, language) ?? `2026-${random.pick(['01', '06', '12'])}-${random.integer(10, 28)}`,
  ],
  multiple_choice: choiceOrChoices,
  picture_choice: choiceOrChoices,
  list: choiceOrChoices,
  dropdown: choiceOrChoices,
  ranking: (field, { style, random }) => ['choices', ranked(field, style, random)],
  checkbox: (field, { random }) => ['choices', ticked(field, random)],
  file_upload: (_, { random }) => [
    'file_url',
    `https://api.typeform.com/responses/files/${random.hex(64)}/contract_${random.integer(1, 99)}.pdf`,
  ],
  payment: (_, { person, random }) => [
    'payment',
    {
      amount: `${random.integer(10, 900)}.00`,
      last4: random.digits(4),
      name: `${person.firstName} ${person.lastName}`,
      ...(random.chance(0.5) ? { success: true } : {}),
    },
  ],
  multi_format: (_, { random }) => ['multi_format', { video_id: random.uuid(), transcript: random.pick(REMARKS) }],
  // Sources differ: an object or a plain URL.
  signature: (_, { formId, random }) => {
    const url = `https://api.typeform.com/forms/${formId}/signatures/${random.uuid()}.png`;
    return ['signature', random.chance(0.5) ? { url, type: 'drawn' } : url];
  },
};

/** The answer of an invented person to one question. A question type that the sandbox does not know is answered with text. */
export function answerTo(field: Field, context: AnswerContext): Answer {
  const [type, value] = (BY_TYPE[field.type] ?? shortText)(field, context);
  const answerUrl = `https://admin.typeform.com/form/${context.formId}/results#responses`;
  return {
    type,
    [type]: value,
    ...(field.type === 'long_text' && context.style === 'current' ? { answer_url: answerUrl } : {}),
    field: { id: field.id, type: field.type, ...(context.style === 'current' ? { ref: field.ref } : {}) },
  };
}

function shortText(field: Field, { person, language, random }: AnswerContext): Value {
  return ['text', personalAnswer(field.title, person, language) ?? random.pick(REMARKS)];
}

/** A form made through the API may offer no choices: then there is only text to give. */
function choiceOrChoices(field: Field, { style, random }: AnswerContext): Value {
  if (!field.properties.choices?.length) return ['text', random.pick(REMARKS)];
  if (field.properties.allow_multiple_selection) return ['choices', manyChoices(field, style, random)];
  return ['choice', oneChoice(field, style, random)];
}
