/** Takes away what a run of verify has left: its clients are erased, its keys revoked. */
import { failed, Finding, passed } from '../check';
import { emailsOf, VERIFY_FORM_ID } from './probe-event';
import { itemsOf, jsonOf, VerifyRun } from './verify-run';
import { ADMIN_KEY } from './webhook-checks';

const PAGE = 200;
/** The clocks of this machine and of the service may differ. */
const CLOCKS_DIFFER_MS = 10 * 60_000;

/** Can be called again: what is gone already is good. Throws when the service cannot be reached. */
export async function cleanUp(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  for (const id of run.apiKeyIds) {
    const { status } = await run.admin('DELETE', `/v1/api-keys/${id}`, signal);
    if (status !== 204 && status !== 404) return failed(`revoking the API key ${id} was answered ${status}`, ADMIN_KEY);
    run.apiKeyIds.delete(id);
  }
  if (run.sent === 0) return passed('nothing was sent, so nothing is left');
  if ((await pending(run, signal)) === null) return failed('what is left could not be looked up', ADMIN_KEY);
  // What is processed after the erasure would make the clients again.
  const waiting = await run.poll(
    async () => ((await pending(run, signal)) === 0 ? 0 : null),
    run.target.patienceMs,
    signal,
  );
  const erased = { clients: 0, counts: new Map<string, number>() };
  for (;;) {
    const clients = await clientsOf(run, signal);
    if (clients === null) return failed('what is left could not be looked up', ADMIN_KEY);
    if (clients.length === 0) break;
    for (const id of clients) {
      const answer = await run.admin('DELETE', `/v1/clients/${id}`, signal);
      if (answer.status !== 200 && answer.status !== 204) {
        const remedy = `erase them by hand: DELETE /v1/clients/{id} of GET /v1/clients?q=${emailsOf(run.id)}`;
        return failed(`erasing a client was answered ${answer.status}; ${clients.length} are left`, remedy);
      }
      erased.clients += 1;
      addCounts(erased.counts, jsonOf(answer));
    }
  }
  const counts = [...erased.counts].map(([name, count]) => `${name} ${count}`).join(', ');
  const done = `${erased.clients} clients erased${counts && ` (${counts})`}`;
  if (waiting === null) {
    return failed(
      `${done}; some events of the form ${VERIFY_FORM_ID} still wait to be processed and hold an e-mail at example.com`,
      `let them be processed, then erase the clients of GET /v1/clients?q=${emailsOf(run.id)}`,
    );
  }
  return passed(
    `${done}; what remains, without personal data: the form ${VERIFY_FORM_ID}, its tombstones, and audit entries`,
  );
}

/** How many events of this run are not processed; null when that cannot be looked up. */
async function pending(run: VerifyRun, signal: AbortSignal): Promise<number | null> {
  const since = new Date(run.startedAt.getTime() - CLOCKS_DIFFER_MS).toISOString();
  const path = `/v1/deliveries?formId=${VERIFY_FORM_ID}&status=pending&since=${since}&limit=1`;
  return itemsOf(await run.admin('GET', path, signal))?.length ?? null;
}

async function clientsOf(run: VerifyRun, signal: AbortSignal): Promise<string[] | null> {
  const found = itemsOf(await run.admin('GET', `/v1/clients?q=${emailsOf(run.id)}&limit=${PAGE}`, signal));
  return found && found.map(({ id }) => String(id));
}

/** What the erasure says it has removed, added up. */
function addCounts(total: Map<string, number>, answer: Record<string, unknown>): void {
  for (const [name, count] of Object.entries(answer)) {
    if (typeof count === 'number') total.set(name, (total.get(name) ?? 0) + count);
  }
}
