/** Removes what a run of verify left: its form with everything received for it, and its API keys. */
import { counted } from '../../core/counted';
import { failed, Finding, passed } from '../check';
import { ADMIN_KEY } from './common-findings';
import { formOf } from './probe-event';
import { itemsOf, jsonOf, VerifyRun } from './verify-run';

/** An abandoned delivery may still be committed late. */
const ROUNDS = 3;

/** Safe to call again. Throws when the service cannot be reached. */
export async function cleanUp(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  for (const id of run.apiKeyIds) {
    const { status } = await run.admin('DELETE', `/v1/api-keys/${id}`, signal);
    if (status !== 204 && status !== 404) return failed(`revoking API key ${id} was answered ${status}`, ADMIN_KEY);
    run.apiKeyIds.delete(id);
  }
  if (run.sent === 0) return passed('nothing was sent, so nothing is left');
  await run.delivered();
  const formId = formOf(run.id);
  let existed = false;
  const removed = { deliveries: 0, responses: 0, clients: 0 };
  for (let round = 1; round <= ROUNDS; round += 1) {
    const answer = await run.admin('DELETE', `/v1/forms/${formId}`, signal);
    if (answer.status !== 200 && answer.status !== 404) return notRemoved(formId, answer.status);
    existed ||= answer.status === 200;
    const counts = jsonOf(answer);
    for (const name of NAMES) removed[name] += Number(counts[name] ?? 0);
    const left = itemsOf(await run.admin('GET', `/v1/deliveries?formId=${formId}&limit=1`, signal));
    if (left === null) return failed('what is left could not be looked up', ADMIN_KEY);
    if (left.length > 0) continue;
    if (!existed) return passed('the service has stored nothing of this run, so nothing is left');
    return passed(`removed ${describe(removed)} and the form ${formId}`);
  }
  return failed(`the form ${formId} still has deliveries`, byHand(formId));
}

const NAMES = ['deliveries', 'responses', 'clients'] as const;

function describe({ deliveries, responses, clients }: Record<(typeof NAMES)[number], number>): string {
  return `${counted(deliveries, 'delivery', 'deliveries')}, ${counted(responses, 'response')}, ${counted(clients, 'client')}`;
}

function notRemoved(formId: string, status: number): Finding {
  const refused = status === 401 || status === 403;
  return failed(`removing the form ${formId} was answered ${status}`, refused ? ADMIN_KEY : byHand(formId));
}

function byHand(formId: string): string {
  return `remove them by hand: DELETE /v1/forms/${formId} (a service of an older version can only erase their clients)`;
}
