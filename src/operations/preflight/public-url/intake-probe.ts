/** Checks whether this service's intake answers at a base URL, by sending it an unsigned webhook. */
import { reasonOf } from '../check-failure';

const TIMEOUT_MS = 5_000;
const SHARED_ENDPOINT = '/webhooks/typeform';

export type IntakeSeen =
  | { reached: true; evidence: string }
  /** `answered`: somebody answered, but not our intake. */
  | { reached: false; answered: boolean; evidence: string; remedy: string };

/** Sends an unsigned body, which our intake refuses with a recognisable 401. Never throws. */
export async function probeIntake(baseUrl: string): Promise<IntakeSeen> {
  const endpoint = `${baseUrl.replace(/\/$/, '')}${SHARED_ENDPOINT}`;
  try {
    const answer = await fetch(endpoint, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const code = codeOf(await answer.text());
    if (answer.status === 401 && code === 'invalid_signature')
      return { reached: true, evidence: `${endpoint} refuses an unsigned webhook, as it should (401)` };
    const danger =
      answer.status === 404 || answer.status === 410 ? ', on which Typeform disables a webhook immediately' : '';
    return {
      reached: false,
      answered: true,
      evidence: `${endpoint} answers ${answer.status}${code ? ` ${code}` : ''} to an unsigned webhook instead of refusing it with 401${danger}`,
      remedy: 'check the proxy and load balancer between PUBLIC_URL and the service, and the service itself',
    };
  } catch (error) {
    return {
      reached: false,
      answered: false,
      evidence: `${endpoint} cannot be reached (${reasonOf(error)})`,
      remedy: 'start the service and everything in front of it',
    };
  }
}

function codeOf(text: string): string | null {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' ? code.slice(0, 40) : null;
  } catch {
    return null;
  }
}
