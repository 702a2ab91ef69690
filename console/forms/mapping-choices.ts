/** Turns what is chosen beside each question into the mapping that the service keeps, and back. */
import type { Schemas } from '../api/client';

type Form = Schemas['FormView'];
export type IdentifierMapping = Form['identifierMapping'];

/** A question or a hidden field, as the mapping may name it. */
export interface Question {
  source: string;
  /** Other names of the same question. */
  alias: string | null;
  title: string;
  type: string;
  identifies: Schemas['MeaningView'] | null;
}

export function questionsOf({ fields, hidden }: Form): Question[] {
  return [
    ...fields.map(({ id, ref, title, type, identifies }) => ({
      source: ref ?? id,
      alias: ref === null ? null : id,
      title: title ?? ref ?? id,
      type: type ?? '',
      identifies,
    })),
    ...hidden.map(({ name, identifies }) => ({
      source: `hidden:${name}`,
      alias: null,
      title: name,
      type: 'hidden field',
      identifies,
    })),
  ];
}

const names = ({ source, alias }: Question, given: string | null | undefined): boolean =>
  given !== null && given !== undefined && (given === source || given === alias);

/** The identifier that the mapping takes from a question; '' when it leaves the decision to the service. */
export const chosenFor = (question: Question, mapping: IdentifierMapping): string =>
  Object.entries(mapping).find(([, source]) => names(question, source))?.[0] ?? '';

/** The mapping with another choice for one question. Each identifier comes from one question at most. */
export function choose(mapping: IdentifierMapping, question: Question, identifier: string): IdentifierMapping {
  const others = Object.entries(mapping).filter(([, source]) => !names(question, source));
  return { ...Object.fromEntries(others), ...(identifier !== '' && { [identifier]: question.source }) };
}

/** The mapping with an identifier that the form never asks for, or that is left to the service again. */
export function never(mapping: IdentifierMapping, identifier: string, isNever: boolean): IdentifierMapping {
  const others = Object.entries(mapping).filter(([key]) => key !== identifier);
  return { ...Object.fromEntries(others), ...(isNever && { [identifier]: null }) };
}
