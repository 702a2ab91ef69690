import type { Answer, Submission } from '../model';
import { toIsoSeconds } from '../time/simulated-clock';

/** A submission as the Responses API shows it: no `event_id`, no `definition` (facts, section 6). */
export function responseItem(submission: Submission, onlyFields?: readonly string[]): Record<string, unknown> {
  const { token, type, landedAtMs, submittedAtMs, hidden, score, variables, metadata } = submission;
  const [ending] = submission.endings;
  const answers = submission.answers
    .filter((answer) => onlyFields?.includes(answer.field.id) ?? true)
    .map((answer) => listedAnswer(answer, submission));
  return {
    landing_id: token,
    token,
    response_id: token,
    response_type: type,
    landed_at: toIsoSeconds(landedAtMs),
    ...(type === 'started' ? {} : { submitted_at: toIsoSeconds(submittedAtMs) }),
    metadata,
    ...(hidden ? { hidden } : {}),
    ...(score === undefined ? {} : { calculated: { score } }),
    ...(variables ? { variables } : {}),
    answers,
    ...(ending && type === 'completed' ? { thankyou_screen_ref: ending.ref } : {}),
    ...(submission.outcome ? { outcome: submission.outcome } : {}),
  };
}

/** Files have another, authenticated address here than in a delivery, and `choices.ids` may hold the literal "other". */
function listedAnswer(answer: Answer, { formId, token }: Submission): Answer {
  if (answer.type === 'file_url') {
    const name = String(answer.file_url).split('/').at(-1);
    const fieldId = answer.field.id;
    const url = `https://api.typeform.com/forms/${formId}/responses/${token}/fields/${fieldId}/files/${name}`;
    return { ...answer, file_url: url };
  }
  const choices = answer.choices;
  if (isChoicesWithOther(choices)) return { ...answer, choices: { ...choices, ids: [...choices.ids, 'other'] } };
  return answer;
}

function isChoicesWithOther(value: unknown): value is { ids: string[]; other: string } {
  return typeof value === 'object' && value !== null && 'other' in value && 'ids' in value && Array.isArray(value.ids);
}
