/** Applies an admin's mapping to the guesses of a plan. */
import { IDENTIFIER_KEYS, type IdentifierKey, type IdentifierMapping } from '../identifiers';
import { dateOrderIn } from './date-order';
import { HIDDEN, sourceOf } from './mapping-problems';
import { CONFIDENCE, type FormQuestion, type QuestionPlan } from './plan';

/** A mapped source serves its key and nothing else; a key mapped to a source of this form, or to null, is not guessed anywhere else. */
export function applyMapping(
  mapping: IdentifierMapping,
  form: { questions: readonly FormQuestion[]; hidden: readonly string[] },
  questions: Map<string, QuestionPlan | null>,
  hidden: Map<string, QuestionPlan | null>,
): void {
  const plans = [questions, hidden];
  const mapped = IDENTIFIER_KEYS.filter((key) => mapping[key] !== undefined);
  for (const key of mapped) {
    const target = mapping[key] ?? null;
    const source = target === null ? null : sourceOf(target, form);
    if (target !== null && source === null) continue;
    for (const plan of plans) {
      for (const [id, guess] of plan) if (guess?.decidedBy !== 'mapping') plan.set(id, without(key, guess, target));
    }
  }
  for (const key of mapped) {
    const target = mapping[key] ?? null;
    const source = target === null ? null : sourceOf(target, form);
    if (source === null) continue;
    const plan = source.startsWith(HIDDEN) ? hidden : questions;
    const id = source.startsWith(HIDDEN) ? source.slice(HIDDEN.length) : source;
    const title = form.questions.find((question) => question.id === id)?.title ?? '';
    const dateOrder = key === 'birthday' ? dateOrderIn(title) : null;
    const before = plan.get(id);
    const parts = before?.decidedBy === 'mapping' && before.key ? [...(before.parts ?? [before.key]), key] : null;
    plan.set(id, {
      key: parts?.[0] ?? key,
      whose: 'client',
      confidence: CONFIDENCE.mapping,
      decidedBy: 'mapping',
      reason: 'an admin mapped it',
      ...(parts ? { parts } : {}),
      ...(dateOrder ? { dateOrder } : {}),
    });
  }
}

/** A guess that may no longer be this key. */
function without(key: IdentifierKey, guess: QuestionPlan | null, target: string | null): QuestionPlan | null {
  if (!guess) return null;
  const keys = (guess.parts ?? [guess.key]).filter((part) => part !== null && part !== key) as IdentifierKey[];
  const [first] = keys;
  if (keys.length === (guess.parts ?? [guess.key]).length) return guess;
  if (!first || !guess.parts)
    return {
      key: null,
      whose: guess.whose,
      confidence: CONFIDENCE.mapping,
      decidedBy: 'mapping',
      reason:
        target === null
          ? `the mapping says that this form does not ask for the ${key}`
          : `the ${key} is mapped to another question`,
    };
  // An answer that holds several identifiers is still split into all of them.
  return guess;
}
