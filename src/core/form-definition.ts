/** A form's questions according to Typeform's definition, and their meaning for one submission. Pure. */
import { plainTitle, type Submission } from './answers';
import { type FormQuestion } from './identification/plan';
import { questionsOf } from './identification/identify';
import { storableText } from './storable';
import { arrayOf, fieldIdOf, type JsonObject, objectOf, stringOf } from './typeform-event';

/** A form's title, questions and hidden fields. */
export interface FormOutline {
  title: string | null;
  questions: readonly FormQuestion[];
  /** Names of hidden fields. */
  hidden: readonly string[];
}

/** Far more than any form has; a bound on what is stored. */
const MAX_QUESTIONS = 1_000;
const MAX_HIDDEN = 200;
/** Shown to respondents, never answered. */
const NO_QUESTIONS = new Set(['statement', 'group']);

/**
 * Reads a form as `GET /forms/{id}` returns it. Groups, contact_info, address and matrix nest their questions in `properties.fields`;
 * answers name the inner ones, so only these are questions, each with the title of the innermost group that has one. Titles become plain
 * text, as they do in submissions.
 */
export function readDefinition(form: {
  title: string;
  fields: readonly JsonObject[];
  hidden: readonly string[];
}): FormOutline {
  return {
    title: plainTitle(form.title) || null,
    questions: form.fields.flatMap((field) => leavesOf(field, null)).slice(0, MAX_QUESTIONS),
    hidden: [...new Set(form.hidden.map(storableText))].slice(0, MAX_HIDDEN),
  };
}

function leavesOf(field: JsonObject, group: string | null): FormQuestion[] {
  const nested = arrayOf(objectOf(field.properties).fields).map(objectOf);
  const title = plainTitle(stringOf(field.title) ?? '') || null;
  if (nested.length > 0) return nested.flatMap((inner) => leavesOf(inner, title ?? group));
  const id = fieldIdOf(field.id);
  const type = stringOf(field.type);
  if (id === null || (type !== null && NO_QUESTIONS.has(type))) return [];
  const ref = stringOf(field.ref);
  return [
    {
      id: storableText(id),
      ref: ref === null ? null : storableText(ref),
      title,
      type: type === null ? null : storableText(type),
      ...(group === null ? {} : { group }),
    },
  ];
}

/**
 * The form for reading one submission: the stored definition and the submission's own questions, as they were when it was
 * sent. Questions seen only in other submissions do not count, so that the order of arrival has no influence.
 */
export function formOfSubmission(definition: FormOutline | null, submission: Submission): FormOutline {
  // A stored object has its keys in a different order from the event: sorted, both are the same form.
  const names = Object.keys(submission.hidden).sort();
  const own = { title: submission.formTitle, questions: questionsOf(submission), hidden: names };
  return definition ? withQuestions(definition, own) : own;
}

/**
 * A definition, completed with other knowledge of its questions and followed by the questions that it lacks. A question with
 * a different id but the ref of one in the definition is that question before its owner recreated it: it takes its place.
 */
export function withQuestions(definition: FormOutline, more: FormOutline): FormOutline {
  const ids = new Set(definition.questions.map(({ id }) => id));
  const given = new Map(more.questions.map((question) => [question.id, question]));
  const strangers = more.questions.filter(({ id }) => !ids.has(id));
  const byRef = new Map(strangers.flatMap((question) => (question.ref === null ? [] : [[question.ref, question]])));
  const replaced = definition.questions.map((question) => {
    const same = given.get(question.id);
    return same ? overlaid(question, same) : (question.ref !== null && byRef.get(question.ref)) || question;
  });
  const placed = new Set(replaced.map(({ id }) => id));
  return {
    title: definition.title ?? more.title,
    questions: [...replaced, ...strangers.filter(({ id }) => !placed.has(id))],
    hidden: [...definition.hidden, ...more.hidden.filter((name) => !definition.hidden.includes(name))],
  };
}

function overlaid(question: FormQuestion, { ref, title, type }: FormQuestion): FormQuestion {
  return { ...question, ref: ref ?? question.ref, title: title ?? question.title, type: type ?? question.type };
}
