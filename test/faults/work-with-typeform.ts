/** What a process has begun with Typeform when it is killed. Typeform is the sandbox, behind a proxy that holds calls on their way. */
import { randomUUID } from 'node:crypto';
import type { TypeformSandbox } from '../../sandbox/sandbox';
import { eventually } from '../support/eventually';
import type { Fault } from '../support/fault';
import type { FaultStand } from '../support/fault-stand';
import { freePort } from '../support/free-port';
import { HttpProxy, type Part } from '../support/http-proxy';
import { API_KEY, startSandbox } from '../support/sandbox-harness';
import { type Answer, exchange, json } from '../support/sender';
import { ADMIN_KEY } from '../support/service-process';

/** A call that is in the middle when its process is killed: the first one that fits. */
interface Half {
  formId: string;
  /** How it begins, and what else is in it. */
  method: 'GET' | 'PUT';
  query?: string;
  /** Which part of it is on its way. */
  part: Part;
  /** Lets that part arrive; null: the call was not made yet. */
  arrive: (() => void) | null;
}

/** What stands in for Typeform during a fault. */
interface Typeform {
  sandbox: TypeformSandbox;
  halves: Half[];
  /** Starts the service again, as it was. */
  startService: () => Promise<void>;
}

interface Webhook {
  id: string;
  url: string;
  status: string;
  pending: boolean;
}

/** A page of the Responses API as the service asks for it, and two and a half of them. */
const PAGE = 200;
const SUBMISSIONS = 500;

export const WORK_WITH_TYPEFORM: readonly Fault[] = [
  { name: 'a back-fill killed half-way', happens: killBackfill },
  { name: 'registrations killed half-way', happens: killRegistrations },
].map(({ name, happens }) => ({
  name,
  // What a process was about to do is left to it for half a minute.
  onlyInFull: true,
  losesConnections: true,
  happens: (stand) => withTypeform(stand, (typeform) => happens(stand, typeform)),
}));

/** Killed while the second page is on its way, and again as soon as part of it is in the inbox. */
async function killBackfill(stand: FaultStand, { sandbox, halves, startService }: Typeform): Promise<void> {
  const formId = newForm(sandbox);
  const submitted = sandbox.control.submit(formId, { count: SUBMISSIONS, deliver: false });
  const stored = (): Promise<number> =>
    stand.count('SELECT count(*)::integer FROM webhook_event WHERE form_id = $1', [formId]);
  halves.push({ formId, method: 'GET', query: 'before=', part: 'answer', arrive: null });
  const { id } = json<{ id: string }>(await ask(stand, 'POST', '/v1/backfills', { formId }));
  await eventually(() => halves.every(({ arrive }) => arrive !== null), 'the second page is on its way');
  await stand.killService();
  await startService();
  await eventually(async () => (await stored()) > PAGE, 'part of the second page is in the inbox');
  await stand.killService();
  await startService();
  const run = async () => json<{ finishedAt: string | null }>(await ask(stand, 'GET', `/v1/backfills/${id}`));
  await eventually(async () => (await run()).finishedAt !== null, 'the run has ended');
  expect(await run()).toMatchObject({
    status: 'done',
    seen: SUBMISSIONS,
    recovered: SUBMISSIONS,
    duplicates: 0,
    failed: 0,
  });
  await expectOnce(
    stand,
    formId,
    submitted.map(({ token }) => token),
  );
  expect(await stored()).toBe(SUBMISSIONS);
}

/** Four at once, each in the middle of another call. */
async function killRegistrations(stand: FaultStand, { sandbox, halves, startService }: Typeform): Promise<void> {
  const half = (method: Half['method'], part: Part): Half => {
    const begun: Half = { formId: newForm(sandbox), method, part, arrive: null };
    halves.push(begun);
    return begun;
  };
  half('GET', 'request'); // Nothing is stored yet.
  const neverArrives = half('PUT', 'request');
  const arrivesLate = half('PUT', 'request');
  const answerLost = half('PUT', 'answer');
  const register = (): Promise<PromiseSettledResult<Answer>[]> =>
    Promise.allSettled(halves.map(({ formId }) => ask(stand, 'POST', '/v1/webhooks', { form: formId })));
  const here = async ({ formId }: Half): Promise<Webhook[]> =>
    json<{ items: Webhook[] }>(await ask(stand, 'GET', `/v1/webhooks?formId=${formId}`)).items;
  const agree = async (each: Half): Promise<boolean> => {
    const [ours, ...others] = await here(each);
    const [theirs] = sandbox.control.webhooks(each.formId);
    const settled = ours?.status === 'in_sync' && !ours.pending && others.length === 0;
    return settled && theirs?.enabled === true && theirs.url === ours.url;
  };

  const asked = register();
  await eventually(() => halves.every(({ arrive }) => arrive !== null), 'each registration is half-way');
  await stand.killService();
  await asked;
  arrivesLate.arrive?.();
  await eventually(() => sandbox.control.webhooks().length === 2, 'the late change has arrived');
  await startService();
  // Typeform delivers before anybody here has heard of what it made.
  await expectDelivered(sandbox, [arrivesLate, answerLost]);
  await eventually(
    async () => (await Promise.all([neverArrives, arrivesLate, answerLost].map(agree))).every(Boolean),
    'what was stored is registered by itself',
  );
  const again = await register();
  expect(again.map((each) => each.status === 'fulfilled' && each.value.status)).toEqual([201, 200, 200, 200]);
  expect(await Promise.all(halves.map(agree))).toEqual([true, true, true, true]);
  await expectDelivered(sandbox, halves);
  for (const { formId } of halves) {
    const deliveries = sandbox.control.deliveries({ formId });
    await expectOnce(
      stand,
      formId,
      deliveries.map(({ token }) => token),
    );
  }

  // Later faults have another Typeform, which knows nothing of these.
  for (const { id } of (await Promise.all(halves.map(here))).flat()) await ask(stand, 'DELETE', `/v1/webhooks/${id}`);
  expect(sandbox.control.webhooks()).toEqual([]);
  const running = `SELECT count(*)::integer FROM backfill_run WHERE status IN ('queued', 'running')`;
  await eventually(async () => (await stand.count(running)) === 0, 'every back-fill has ended');
}

/** Starts the service in front of a Typeform of its own. */
async function withTypeform(stand: FaultStand, work: (typeform: Typeform) => Promise<void>): Promise<void> {
  const halves: Half[] = [];
  const hold = (part: Part, call: string): Promise<void> => {
    const half = halves.find(
      ({ arrive, formId, method, query = '', ...its }) =>
        arrive === null && its.part === part && call.startsWith(`${method} /forms/${formId}`) && call.includes(query),
    );
    return half ? new Promise((arrive) => (half.arrive = arrive)) : Promise.resolve();
  };
  const sandbox = await startSandbox({ lagMinutes: 0, seed: randomUUID() });
  const proxy = await HttpProxy.start(sandbox.url, { hold });
  const port = String(await freePort());
  const environment = {
    TYPEFORM_API_KEY: API_KEY,
    TYPEFORM_API_BASE_URL: proxy.url,
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  };
  try {
    await stand.stopService();
    await stand.startService(environment);
    await work({ sandbox, halves, startService: () => stand.startService(environment) });
  } finally {
    await proxy.close();
    await sandbox.stop();
  }
}

/** Asks for an e-mail address only: a phone could be one of the crowd's. */
function newForm(sandbox: TypeformSandbox): string {
  const fields = [{ type: 'email', title: 'Your e-mail' }];
  return sandbox.control.createForm({ definition: { title: 'People', fields } }).id;
}

/** An admin's request. */
function ask(stand: FaultStand, method: string, path: string, body?: object): Promise<Answer> {
  return exchange(`${stand.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && Buffer.from(JSON.stringify(body)),
  });
}

/** Typeform delivers one submission of each form, with the secret that it was given. */
async function expectDelivered(sandbox: TypeformSandbox, halves: readonly Half[]): Promise<void> {
  for (const { formId } of halves) sandbox.control.submit(formId);
  await sandbox.control.setClock({ advanceSeconds: 0 });
  const last = halves.map(({ formId }) => sandbox.control.deliveries({ formId }).at(-1)?.attempts.at(-1)?.status);
  expect(last).toEqual(halves.map(() => 200));
}

/** What was submitted to a form is here and counted, each submission once. */
async function expectOnce(stand: FaultStand, formId: string, tokens: readonly string[]): Promise<void> {
  const waiting = `SELECT count(*)::integer FROM webhook_event WHERE form_id = $1 AND status <> 'processed'`;
  await eventually(async () => (await stand.count(waiting, [formId])) === 0, 'all is processed');
  const { rows } = await stand.pool.query<{ token: string }>('SELECT token FROM form_response WHERE form_id = $1', [
    formId,
  ]);
  expect(rows.map(({ token }) => token).sort()).toEqual([...tokens].sort());
  const counted = 'SELECT response_count AS count FROM onboarding_form WHERE form_id = $1';
  expect(await stand.count(counted, [formId])).toBe(tokens.length);
}
