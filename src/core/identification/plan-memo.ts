/** Caches the plans of forms, because every submission of a form repeats its questions. */
import { LRUCache } from 'lru-cache';
import type { IdentifierMapping } from '../identifiers';
import { planForm } from './form-plan';
import type { FormPlan, FormQuestion } from './plan';

/** Total characters of titles, refs and names in the cache: enough for some hundred forms. */
const MAX_REMEMBERED_LENGTH = 2_000_000;

/** {@link planForm}, cached by the content of its input: a changed title or mapping gives a new plan. */
export class PlanMemo {
  private readonly plans: LRUCache<string, FormPlan>;

  constructor(maxLength = MAX_REMEMBERED_LENGTH) {
    this.plans = new LRUCache<string, FormPlan>({
      maxSize: maxLength,
      sizeCalculation: (_plan, key) => key.length + 1,
    });
  }

  planOf(
    form: { title: string | null; questions: readonly FormQuestion[]; hidden: readonly string[] },
    mapping: IdentifierMapping = {},
  ): FormPlan {
    const key = JSON.stringify([
      form.title,
      form.questions.map(({ id, ref, title, type, group }) => [id, ref, title, type, group]),
      form.hidden,
      Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
    const known = this.plans.get(key);
    if (known) return known;
    const plan = planForm(form, mapping);
    this.plans.set(key, plan);
    return plan;
  }
}
