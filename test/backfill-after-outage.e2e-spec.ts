/** When webhooks could not be taken in, however briefly, that is on record, and the back-fill begins at once. */
import { randomUUID } from 'node:crypto';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { createTestDatabase, TestDatabase } from './support/database';
import { minutesAgo, newEvent } from './support/events';
import { HeldAnswers, UNTIL_RELEASED_MS } from './support/held-answers';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { eventually, startTestApp, TestApp } from './support/test-app';

let answers: HeldAnswers;
let sandbox: TypeformSandbox;
let database: TestDatabase;
let app: TestApp;
let formId: string;

beforeEach(async () => {
  answers = new HeldAnswers();
  sandbox = await startSandbox({ lagMinutes: 0, time: answers });
  database = await createTestDatabase();
  formId = sandbox.control.forms()[0]!.id;
  await database.pool.query(
    `INSERT INTO webhook (form_id, tag, secret, event_types, created_at, updated_at)
     VALUES ($1, 'onboarding', 'sealed', '{"form_response": true}', now(), now())`,
    [formId],
  );
});
afterEach(async () => {
  await app?.stop();
  await sandbox.stop();
  await database.drop();
});

async function start(environment: Record<string, string> = {}): Promise<TestApp> {
  return startTestApp(
    {
      TYPEFORM_API_BASE_URL: sandbox.url,
      TYPEFORM_API_KEY: API_KEY,
      RECONCILE_INTERVAL_SECONDS: '0',
      ...environment,
    },
    { database, typeformCallsPerSecond: 50 },
  );
}

interface Outage {
  reason: string;
  refused: number;
  handled: boolean;
}

async function outages(): Promise<Outage[]> {
  const { rows } = await database.pool.query<Outage>(
    `SELECT reason, refused, handled_at IS NOT NULL AS handled FROM intake_outage ORDER BY began_at, reason`,
  );
  return rows;
}

interface Run {
  trigger: string;
  status: string;
  recovered: number;
}

/** The runs of the form, oldest first. */
async function runs(): Promise<Run[]> {
  const { rows } = await database.pool.query<Run>(
    'SELECT trigger, status, recovered FROM backfill_run ORDER BY created_at, id',
  );
  return rows;
}

const done = (count: number): Promise<void> =>
  eventually(
    async () => (await runs()).filter(({ status }) => status === 'done').length === count,
    `${count} runs are done`,
  );

const signs = async (): Promise<number> => (await database.pool.query('SELECT FROM intake_process')).rowCount ?? 0;

it('a first start is no outage; a restart right after a run finds what came in between', async () => {
  app = await start();
  await done(1);
  expect(await outages()).toEqual([]);
  await app.close();
  const [{ token } = { token: '' }] = sandbox.control.submit(formId, { deliver: false, at: minutesAgo(1) });
  app = await start();
  await done(2);
  expect(await runs()).toEqual([
    { trigger: 'initial', status: 'done', recovered: 0 },
    { trigger: 'start', status: 'done', recovered: 1 },
  ]);
  expect(await outages()).toEqual([{ reason: 'absent', refused: 0, handled: true }]);
  await app.settled();
  await app.admin('get', `/v1/responses/${formId}/${token}`).expect(200);
});

it('an outage in the middle of a run is looked for as soon as the run ends', async () => {
  app = await start();
  sandbox.control.submit(formId, { deliver: false, count: 250, at: minutesAgo(90) });
  sandbox.control.addFault({ kind: 'slow', target: 'api', match: 'before=', delayMs: UNTIL_RELEASED_MS });
  const listings = () => sandbox.control.stats().api.calls.filter(({ url }) => url.includes('/responses')).length;
  await eventually(() => listings() === 2, 'the first run is at its second page');
  await app.close();
  const [{ token } = { token: '' }] = sandbox.control.submit(formId, { deliver: false, at: minutesAgo(1) });
  app = await start();
  await done(2);
  expect(await runs()).toEqual([
    { trigger: 'initial', status: 'done', recovered: 250 },
    { trigger: 'start', status: 'done', recovered: 1 },
  ]);
  await app.settled();
  await app.admin('get', `/v1/responses/${formId}/${token}`).expect(200);
});

it('what is lost while the first page is on its way is looked for as soon as the run ends', async () => {
  sandbox.control.addFault({ kind: 'slow', target: 'api', match: '/responses', delayMs: UNTIL_RELEASED_MS });
  app = await start();
  const listings = () => sandbox.control.stats().api.calls.filter(({ url }) => url.includes('/responses')).length;
  await eventually(() => listings() === 1, 'the run has asked for its first page');
  const other = await start();
  try {
    const followed = `SELECT FROM backfill_run WHERE followed_by = 'start'`;
    await eventually(async () => (await database.pool.query(followed)).rowCount === 1, 'another run is to follow');
    answers.release();
    await done(2);
    expect((await runs()).map(({ trigger }) => trigger)).toEqual(['initial', 'start']);
  } finally {
    await other.stop();
  }
});

it('so is what an admin asks for while the first page is on its way', async () => {
  sandbox.control.addFault({ kind: 'slow', target: 'api', match: '/responses', delayMs: UNTIL_RELEASED_MS });
  app = await start();
  const listings = () => sandbox.control.stats().api.calls.filter(({ url }) => url.includes('/responses')).length;
  await eventually(() => listings() === 1, 'the run has asked for its first page');
  // What ended before the run began is on that page.
  const ask = (window: object) => app.admin('post', '/v1/backfills').send({ formId, ...window });
  await ask({ since: minutesAgo(9), until: minutesAgo(5) }).expect(202);
  const followed = `SELECT FROM backfill_run WHERE followed_by IS NOT NULL`;
  expect((await database.pool.query(followed)).rowCount).toBe(0);
  await ask({}).expect(202);
  answers.release();
  await done(2);
  expect((await runs()).map(({ trigger }) => trigger)).toEqual(['initial', 'admin']);
});

it('a process that vanishes is an outage although another one is there; one that leaves in good order is none', async () => {
  app = await start();
  await done(1);
  const other = await start();
  await eventually(async () => (await signs()) === 2, 'both have signed');
  await other.stop();
  await eventually(async () => (await signs()) === 1, 'the one that left is forgotten');
  expect(await outages()).toEqual([]);
  expect(await runs()).toHaveLength(1);

  await database.pool.query(`INSERT INTO intake_process (id, alive_at) VALUES ($1, now() - interval '13 seconds')`, [
    randomUUID(),
  ]);
  await done(2);
  expect(await outages()).toEqual([{ reason: 'absent', refused: 0, handled: true }]);
});

it('webhooks that were refused are looked for at once, and strangers cannot have them looked for', async () => {
  app = await start({ THROTTLE_LIMIT: '12', THROTTLE_TTL_SECONDS: '3600' });
  await done(1);
  const secret = 'secret-of-a-registered-webhook-000';
  const { body: webhook } = await app
    .admin('post', '/v1/webhooks')
    .send({ form: formId, tag: 'second', secret })
    .expect(201);
  const path = `/webhooks/typeform/${webhook.id}`;
  const runsBefore = (await runs()).length;

  // Anybody can send these. The endpoint that all share has no address that only Typeform knows.
  await app.deliver(newEvent(), { headers: { 'typeform-signature': '' } }).expect(401);
  await app.deliver(newEvent(), { path, headers: { 'typeform-signature': '' } }).expect(401);
  await app.deliver(newEvent(), { secret: 'not the secret of this endpoint' }).expect(401);
  await app.deliver(newEvent(), { path, secret: 'not the secret of this webhook' }).expect(401);
  await app.deliver(newEvent(), { path, secret: 'not the secret of this webhook' }).expect(401);
  await done(runsBefore + 1);
  expect(await outages()).toEqual([{ reason: 'signature_mismatch', refused: 2, handled: true }]);

  // Most of what this sender sends is valid, until it is over the limit.
  for (let valid = 0; valid < 12; valid += 1) await app.deliver(newEvent(), { path, secret }).expect(200);
  await app.deliver(newEvent(), { path, secret }).expect(429);
  await eventually(async () => (await outages()).length === 2, 'the 429 is on record');
  // Had it been handled, this process would have done so before it looked at what another one asks for.
  await app.admin('post', '/v1/backfills').send({ formId }).expect(202);
  await done(runsBefore + 2);
  expect(await outages()).toContainEqual({ reason: 'rate_limited', refused: 1, handled: false });
  expect((await runs()).map(({ trigger }) => trigger).slice(-2)).toEqual(['start', 'admin']);

  await database.pool.query(`UPDATE intake_outage SET handled_at = handled_at - interval '16 minutes'`);
  await done(runsBefore + 3);
  expect(await outages()).toContainEqual({ reason: 'rate_limited', refused: 1, handled: true });
});
