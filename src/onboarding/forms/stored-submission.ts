import type { Submission } from '../../core/answers';
import type { FormResponse } from '../form-response.entity';

/** What is stored of a submission. */
export type KeptSubmission = Pick<
  FormResponse,
  'formId' | 'token' | 'responseType' | 'test' | 'landedAt' | 'submittedAt' | 'answers' | 'hidden'
> &
  Pick<FormResponse, 'variables' | 'score' | 'ending' | 'outcome' | 'unreadable'>;

/** A stored response as the submission it was. The form's title is not stored with it: the form's current one is used. */
export function toStoredSubmission(row: KeptSubmission, formTitle: string | null): Submission {
  const { formId, token, responseType, test, landedAt, submittedAt } = row;
  const { answers, hidden, variables, score, ending, outcome, unreadable } = row;
  return {
    ...{ formId, formTitle, token, responseType, isTest: test, landedAt, submittedAt },
    ...{ answers, hidden, variables, score, ending, outcome },
    truncated: false,
    // The release before does not take the mark away when a later version has answers.
    unreadable: unreadable && answers.length === 0,
  };
}
