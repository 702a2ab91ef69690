import { leafFields } from '../forms/leaf-fields';
import type { Field, Form, Submission, Variable } from '../model';
import { Random } from '../random';
import { answerTo } from './answers';
import { cannedAnswer } from './canned-answers';
import { inventPerson } from './people';

export interface SubmissionRequest {
  form: Form;
  /** The same seed, form and times give the same submission, byte for byte. */
  seed: string;
  type: Submission['type'];
  isTest?: boolean;
  submittedAtMs: number;
  /** Answers every question and fills the hidden fields; otherwise about one optional question in seven is left out, never all. */
  answerAll?: boolean;
}

const BROWSERS = [
  { user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Example/1.0', platform: 'other', browser: 'default' },
  { user_agent: 'Mozilla/5.0 (iPhone) Example/1.0', platform: 'mobile', browser: 'touch' },
];

/** Invents one submission. Pure: no clock, no state. A partial of a seed holds the first answers of its completed one. */
export function inventSubmission(request: SubmissionRequest): Submission {
  const { form, seed, isTest = false } = request;
  const random = new Random('submission', form.id, seed);
  const submittedAtMs = Math.floor(request.submittedAtMs / 1000) * 1000;
  const token = isTest ? random.ulid(submittedAtMs) : form.payloadStyle === 'legacy' ? random.hex(32) : random.token();
  const landedAtMs = isTest ? submittedAtMs : submittedAtMs - random.integer(20, 600) * 1000;
  const context = {
    formId: form.id,
    language: form.language,
    style: form.payloadStyle,
    person: inventPerson(random, form.language),
    random,
  };
  const questions = leafFields(form.fields);
  const kept = questions.filter(
    (field) => field.validations?.required || !random.chance(0.15) || request.answerAll || isTest,
  );
  // Without any answer there is no partial response.
  const asked = kept.length > 0 ? kept : questions.slice(0, 1);
  const answers = asked.map((field) => answerTo(field, context));
  const fields = asked.map((field) => asSeen(field, random));
  const answered = answeredCount(request, answers.length);
  const hidden = inventHidden(request, random);
  const { score, variables } = inventVariables(form, random);
  return {
    formId: form.id,
    formTitle: form.title,
    seed,
    payloadStyle: form.payloadStyle,
    token,
    type: request.type,
    isTest,
    landedAtMs,
    submittedAtMs,
    fields: fields.slice(0, answered),
    answers: (isTest ? answers.map(cannedAnswer) : answers).slice(0, answered),
    hidden,
    score,
    variables,
    endings: form.thankyou_screens,
    outcome: inventOutcome(request),
    metadata: {
      ...random.pick(BROWSERS),
      referer: `https://form.typeform.com/to/${form.id}`,
      network_id: random.hex(10),
    },
  };
}

/** Started: nothing answered yet. Partial: stopped somewhere between the first and the last question. */
function answeredCount({ type, form, seed, submittedAtMs }: SubmissionRequest, all: number): number {
  if (type === 'completed') return all;
  if (type === 'started') return 0;
  return new Random('progress', form.id, seed, submittedAtMs).integer(1, Math.max(1, all - 1));
}

/** A dropdown's choices are missing from some deliveries. */
function asSeen(field: Field, random: Random): Field {
  if (field.type !== 'dropdown' || random.chance(0.5)) return field;
  return { ...field, properties: { ...field.properties, choices: undefined } };
}

function inventHidden({ form, answerAll }: SubmissionRequest, random: Random): Record<string, string> | undefined {
  if (form.hidden.length === 0 || (random.chance(0.3) && !answerAll)) return undefined;
  return Object.fromEntries(form.hidden.map((name) => [name, `${name}-${random.integer(1000, 9999)}`]));
}

/** A generator of its own: what else is invented does not depend on whether the form has logic. */
function inventOutcome({ form, seed, type, isTest }: SubmissionRequest): Submission['outcome'] {
  if (form.logic.length === 0 || type !== 'completed' || isTest) return undefined;
  const random = new Random('outcome', form.id, seed);
  return { id: random.alphanumeric(12), title: random.pick(['Basic', 'Premium']) };
}

function inventVariables(form: Form, random: Random): { score?: number; variables?: Variable[] } {
  const variables = Object.entries(form.variables).map(([key, initial]): Variable =>
    typeof initial === 'number'
      ? { key, type: 'number', number: initial + random.integer(0, 100) }
      : { key, type: 'text', text: random.pick(['basic', 'premium', initial]) },
  );
  if (variables.length === 0) return {};
  const score = variables.find((variable) => variable.key === 'score' && variable.type === 'number');
  return { variables, ...(score?.type === 'number' ? { score: score.number } : {}) };
}
