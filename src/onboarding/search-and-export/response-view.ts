import type { FormResponse } from '../form-response.entity';
import type { ResponseView } from './responses.dto';

/** A response as the API shows it. */
export function toResponseView(row: FormResponse): ResponseView {
  return {
    formId: row.formId,
    token: row.token,
    eventId: row.eventId,
    responseType: row.responseType,
    test: row.test,
    landedAt: row.landedAt,
    submittedAt: row.submittedAt,
    receivedAt: row.receivedAt,
    answers: row.answers,
    hidden: row.hidden,
    variables: row.variables,
    score: row.score,
    ending: row.ending,
    outcome: row.outcome,
    identifiers: row.identifiers,
    clientId: row.clientId,
  };
}
