/** Responses as rows of a table: its columns, and the content of each cell. Pure. */
import { answerText, type NormalisedAnswer } from '../../core/answers';
import { IDENTIFIER_KEYS } from '../../core/identifiers';
import { objectOf, stringOf } from '../../core/typeform-event';
import type { FormResponse } from '../form-response.entity';
import type { FormField } from '../onboarding-form.entity';

/** A cell: text, a number, a boolean, or nothing. */
export type Cell = string | number | boolean | null;

/** A column: its unique heading and how its cell is read from a response. */
export interface Column {
  heading: string;
  cell: (response: FormResponse) => Cell;
}

/** Columns that every export has, before the answers. */
const RESPONSE_COLUMNS: Column[] = [
  { heading: 'formId', cell: ({ formId }) => formId },
  { heading: 'token', cell: ({ token }) => token },
  { heading: 'responseType', cell: ({ responseType }) => responseType },
  { heading: 'test', cell: ({ test }) => test },
  { heading: 'landedAt', cell: ({ landedAt }) => landedAt?.toISOString() ?? null },
  { heading: 'submittedAt', cell: ({ submittedAt }) => submittedAt?.toISOString() ?? null },
  { heading: 'receivedAt', cell: ({ receivedAt }) => receivedAt.toISOString() },
  { heading: 'clientId', cell: ({ clientId }) => clientId },
  ...IDENTIFIER_KEYS.map((key): Column => ({
    heading: key,
    cell: ({ identifiers }) => identifiers[key]?.value ?? null,
  })),
  { heading: 'score', cell: ({ score }) => score },
  { heading: 'variables', cell: ({ variables }) => variables.map(variableText).join('\n') },
  { heading: 'ending', cell: ({ ending }) => ending?.ref ?? ending?.id ?? null },
  {
    heading: 'hidden',
    cell: ({ hidden }) =>
      Object.entries(hidden)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
  },
];

/** `{key, type, <type>: value}` as `key=value`. */
function variableText(variable: unknown): string {
  const { key, type, ...values } = objectOf(variable);
  const value = values[stringOf(type) ?? ''];
  return `${stringOf(key) ?? ''}=${typeof value === 'string' ? value : JSON.stringify(value ?? null)}`;
}

const ALL_ANSWERS: Column = {
  heading: 'answers',
  cell: ({ answers }) =>
    answers.map((answer) => `${answer.title ?? answer.ref ?? answer.fieldId}: ${answerText(answer)}`).join('\n'),
};

/**
 * The columns of an export. With the questions of one form (`fields`), each question has its own column, headed by its title;
 * questions with the same title are numbered. Without (`null`), all answers share one column.
 */
export function exportColumns(fields: readonly FormField[] | null): Column[] {
  if (fields === null) return [...RESPONSE_COLUMNS, ALL_ANSWERS];
  const taken = new Set(RESPONSE_COLUMNS.map(({ heading }) => heading));
  return [
    ...RESPONSE_COLUMNS,
    ...fields.map(({ id, ref, title }) => ({
      heading: uniqueHeading(title ?? ref ?? id, taken),
      cell: (response: FormResponse) => answerCell(response.answers.find(({ fieldId }) => fieldId === id)),
    })),
  ];
}

/** Numbers and yes/no keep their type; everything else is the text a person would read. */
function answerCell(answer: NormalisedAnswer | undefined): Cell {
  if (!answer) return null;
  const { value } = answer;
  return typeof value === 'number' || typeof value === 'boolean' ? value : answerText(answer);
}

function uniqueHeading(wanted: string, taken: Set<string>): string {
  let heading = wanted;
  for (let number = 2; taken.has(heading); number += 1) heading = `${wanted} (${number})`;
  taken.add(heading);
  return heading;
}
