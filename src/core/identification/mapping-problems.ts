/** Whether a form has what a mapping names: finds missing sources, and sources whose type cannot hold the identifier. Pure. */
import { IDENTIFIER_KEYS, type IdentifierKey, type IdentifierMapping } from '../identifiers';
import { canHold } from './answer-types';
import type { FormQuestion } from './plan';

export const HIDDEN = 'hidden:';

export interface MappingProblem {
  identifier: IdentifierKey;
  source: string;
  reason: string;
}

interface Sources {
  questions: readonly FormQuestion[];
  hidden: readonly string[];
}

/** What is wrong with each entry of a mapping, in the order of the keys; empty when the form has everything. */
export function mappingProblems(mapping: IdentifierMapping, form: Sources): MappingProblem[] {
  return IDENTIFIER_KEYS.flatMap((identifier) => {
    const target = mapping[identifier];
    if (typeof target !== 'string') return [];
    const source = sourceOf(target, form);
    if (source === null) return [{ identifier, source: target, reason: missing(target) }];
    const question = form.questions.find(({ id }) => id === source);
    if (!question || source.startsWith(HIDDEN) || canHold(identifier, question.type)) return [];
    return [
      { identifier, source: target, reason: `a question of the type ${question.type} cannot hold the ${identifier}` },
    ];
  });
}

function missing(target: string): string {
  return target.startsWith(HIDDEN)
    ? `the form has no hidden field "${target.slice(HIDDEN.length)}"`
    : `the form has no question with the ref or id "${target}"`;
}

/** The question id, or `hidden:<name>`, that a mapping names; null when the form has none. A ref takes precedence over an id. */
export function sourceOf(target: string, { questions, hidden }: Sources): string | null {
  if (target.startsWith(HIDDEN)) return hidden.includes(target.slice(HIDDEN.length)) ? target : null;
  const question = questions.find(({ ref }) => ref === target) ?? questions.find(({ id }) => id === target);
  return question?.id ?? null;
}
