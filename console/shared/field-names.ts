import { ApiProblem } from '../api/problem';

/** Waits for an answer; what is refused is named as the dialog names it, since the service names it as its API does. */
export async function withFieldNames<Answer>(
  answer: Promise<Answer>,
  nameOf: (path: string) => string,
): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.issues.length === 0) throw error;
    // A dialog leaves a field empty instead of sending null.
    const words = error.issues.map(
      ({ path, message }) => `${nameOf(path)}: ${message.replace(/[,;] (or )?null.*$/, '')}`,
    );
    throw new ApiProblem(error.status, error.code, words.join('; '), error.requestId);
  }
}
