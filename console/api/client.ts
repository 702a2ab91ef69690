/** The service's own API, typed by its OpenAPI document (`npm run generate:api`). The console uses nothing else. */
import { createOnboardingClient } from '../../client/index.mjs';
import { ApiProblem, unreachable } from './problem';

export type { paths, Schemas } from '../../client/index.mjs';

/** The folder the console is served from, ending in a slash; the service's prefix is in it. */
export const CONSOLE_BASE = new URL('.', document.baseURI);
export const API_BASE = new URL('..', CONSOLE_BASE).href.replace(/\/$/, '');

/** A change that is made with the session's cookie needs the header: another site cannot send it. */
export const api = createOnboardingClient({
  baseUrl: API_BASE,
  credentials: 'same-origin',
  headers: { 'X-Requested-With': 'console' },
});

interface Answered {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer. Throws `ApiProblem` for every other, and when there is none. */
export async function ask<Answer extends Answered>(call: Promise<Answer>): Promise<NonNullable<Answer['data']>> {
  let answer: Answer;
  try {
    answer = await call;
  } catch {
    throw unreachable();
  }
  if (!answer.response.ok) throw ApiProblem.of(answer.response.status, answer.error);
  return answer.data as NonNullable<Answer['data']>;
}
