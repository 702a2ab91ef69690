/** Two replicas and Typeform: whatever overtakes what, Typeform ends up with the last change, and never signs with a refused secret. */
import { randomUUID } from 'node:crypto';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { DataSource, type QueryDeepPartialEntity } from 'typeorm';
import { AuditLog } from '../src/audit/audit-log';
import type { KeyRing } from '../src/core/secret-box';
import { SUSPECT_FROM } from '../src/webhook-intake/secret-watchdog';
import { AllFormsReconciler } from '../src/webhook-management/all-forms-reconciler';
import { SecretResealing } from '../src/webhook-management/secret-resealing';
import { WebhookSecretsRepository } from '../src/webhook-management/webhook-secrets.repository';
import { WebhookPusher } from '../src/webhook-management/webhook-pusher';
import { WebhookStore } from '../src/webhook-management/webhook-store';
import { Webhook } from '../src/webhook-management/webhook.entity';
import { WebhooksRepository } from '../src/webhook-management/webhooks.repository';
import { newEvent } from './support/events';
import { createTestDatabase, type TestDatabase } from './support/database';
import { HeldAnswers, UNTIL_RELEASED_MS } from './support/held-answers';
import { KEYS, REVERSED } from './support/webhook-model';
import { itKeepsTheContract } from './support/webhook-store-contract';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { eventually, MANY_CONNECTIONS, startTestApp, type TestApp } from './support/test-app';

const answers = new HeldAnswers();
let database: TestDatabase;
let sandbox: TypeformSandbox;
/** One answers admins, the other one compares with Typeform. */
let admin: TestApp;
let other: TestApp;
let formId: string;
let environment: Record<string, string>;
let given: { database: TestDatabase; typeformCallsPerSecond: number };

beforeAll(async () => {
  database = await createTestDatabase();
  sandbox = await startSandbox({ time: answers });
  environment = {
    ...MANY_CONNECTIONS,
    TYPEFORM_API_KEY: API_KEY,
    TYPEFORM_API_BASE_URL: sandbox.url,
    RECONCILE_INTERVAL_SECONDS: '0',
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  };
  given = { database, typeformCallsPerSecond: 20 };
  admin = await startTestApp(environment, given);
  other = await startTestApp({ ...environment, PUBLIC_URL: admin.url }, given);
});
afterAll(async () => {
  answers.release();
  await other?.stop();
  await admin?.stop();
  await sandbox?.stop();
  await database?.drop();
});

let used = 0;
beforeEach(async () => {
  sandbox.control.clearFaults();
  await database.pool.query('DELETE FROM webhook; DELETE FROM webhook_push');
  formId = sandbox.control.createForm({ seed: `race ${(used += 1)}` }).id;
});

interface Row {
  url: string;
  enabled: boolean;
  pending: boolean;
  revision: number;
  pushed_revision: number;
}

const register = async (): Promise<string> => {
  const { body } = await admin.admin('post', '/v1/webhooks').send({ form: formId }).expect(201);
  return (body as { id: string }).id;
};
const registerTag = async (tag: string): Promise<string> =>
  ((await admin.admin('post', '/v1/webhooks').send({ form: formId, tag }).expect(201)).body as { id: string }).id;
const row = async (id: string): Promise<Row | undefined> =>
  (await database.pool.query<Row>('SELECT * FROM webhook WHERE id = $1', [id])).rows[0];
const remote = () => sandbox.control.webhooks().filter((webhook) => webhook.formId === formId);
const writes = (): string[] =>
  sandbox.control
    .stats()
    .api.calls.filter(({ url, method }) => url.includes(formId) && method !== 'GET')
    .map(({ method }) => method);
const listed = (): number =>
  sandbox.control.stats().api.calls.filter(({ url, method }) => method === 'GET' && url.endsWith(`${formId}/webhooks`))
    .length;
const putAtTypeform = (settings: object) =>
  fetch(`${sandbox.url}/forms/${formId}/webhooks/onboarding`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
const rotate = (id: string) => admin.admin('post', `/v1/webhooks/${id}/rotate-secret`).send({ overlapHours: 0 });
const compare = (by: TestApp) => by.admin('post', '/v1/webhooks/reconcile').expect(200);

/** Has the other replica compare, runs `meanwhile` while the list is on its way, and lets the list arrive. */
async function whileListing(meanwhile: () => Promise<unknown>): Promise<void> {
  sandbox.control.addFault({
    kind: 'slow',
    target: 'api',
    match: `GET /forms/${formId}/webhooks`,
    delayMs: UNTIL_RELEASED_MS,
    times: 1,
  });
  const before = listed();
  const pass = compare(other).then((answer) => answer);
  await eventually(() => listed() > before, 'the other replica has asked for the list');
  await meanwhile();
  answers.release();
  await pass;
}

/** Submits once; the answer that Typeform gets for its delivery. */
async function delivered(): Promise<unknown> {
  sandbox.control.submit(formId, { count: 1 });
  await sandbox.control.setClock({ advanceSeconds: 0 });
  return sandbox.control.deliveries({ formId }).at(-1)?.attempts.at(-1)?.status;
}

describe('while the other replica compares', () => {
  it('a rotated secret stays, and its deliveries are accepted', async () => {
    const id = await register();
    await putAtTypeform({ enabled: false });
    await whileListing(async () => {
      await rotate(id).expect(200);
      // Typeform disables it once more: the list shows a webhook that has to be repaired.
      await putAtTypeform({ enabled: false });
    });
    await compare(other);
    expect(remote()).toMatchObject([{ enabled: true }]);
    expect(await delivered()).toBe(200);
    expect(await row(id)).toMatchObject({ pending: false });
  });

  it('a deleted webhook stays deleted', async () => {
    const id = await register();
    await putAtTypeform({ enabled: false });
    await whileListing(() => admin.admin('delete', `/v1/webhooks/${id}`).expect(204));
    await compare(other);
    expect(remote()).toEqual([]);
    expect(writes()).toEqual(['PUT', 'PUT', 'DELETE']);
  });

  it('and waits for its turn behind other calls, what is changed meanwhile is what is sent', async () => {
    const id = await register();
    for (let round = 0; round < 5; round += 1) {
      await putAtTypeform({ enabled: false });
      const before = listed();
      const pass = compare(other).then((answer) => answer);
      await eventually(() => listed() > before, 'it has listed the webhooks');
      const busy = Array.from({ length: 3 }, () => admin.admin('post', `/v1/webhooks/${id}/reconcile`).expect(200));
      await Promise.all([rotate(id).expect(200), pass, ...busy]);
      await compare(other);
      expect(remote()).toMatchObject([{ enabled: true }]);
      expect(await delivered()).toBe(200);
    }
  });
});

describe('a change that Typeform refuses', () => {
  const refuse = (status: number, times: number) =>
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status, times });

  it('does not bring back another one that was refused', async () => {
    const id = await register();
    const { url } = (await row(id))!;
    refuse(400, 99);
    const answered = await Promise.all([
      admin.admin('patch', `/v1/webhooks/${id}`).send({ url: `${url}?one` }),
      other.admin('patch', `/v1/webhooks/${id}`).send({ enabled: false }),
    ]);
    expect(answered.map(({ status }) => status).filter((status) => status < 500)).toEqual([]);
    sandbox.control.clearFaults();
    await compare(other);
    expect(await row(id)).toMatchObject({ url, enabled: true, pending: false });
    expect(remote()).toMatchObject([{ url, enabled: true }]);
  });

  it('after an attempt without an answer, may have been made: what was before is sent again', async () => {
    const id = await register();
    sandbox.control.addFault({ kind: 'drop', target: 'api', match: 'PUT /forms', phase: 'before_answer', times: 1 });
    refuse(400, 1);
    await admin.admin('patch', `/v1/webhooks/${id}`).send({ enabled: false }).expect(502);
    expect(remote()).toMatchObject([{ enabled: true }]);
    expect(await row(id)).toMatchObject({ enabled: true });
    expect(writes()).toEqual(['PUT', 'PUT', 'PUT', 'PUT']);
  });
});

describe('a replica that died in the middle of a call', () => {
  it('holds up the next call until its own has certainly ended, and is doubted for a while', async () => {
    const id = await register();
    const died = `UPDATE webhook_push SET call_id = $1, call_webhook_id = $2, call_revision = 1, call_until = now() + $3::interval`;
    await database.pool.query(died, [randomUUID(), id, '1 hour']);
    const { body } = await admin.admin('patch', `/v1/webhooks/${id}`).send({ enabled: false }).expect(504);
    expect(body.detail).toContain('the change is kept');
    expect(await row(id)).toMatchObject({ enabled: false, pending: true });
    expect(remote()).toMatchObject([{ enabled: true }]);
    await database.pool.query(died, [randomUUID(), id, '-1 second']);
    await compare(other);
    expect(remote()).toMatchObject([{ enabled: false }]);
    // Its call may still arrive: that is told, and made good when it cannot any more.
    expect(await row(id)).toMatchObject({ pending: true, revision: 2, pushed_revision: 2 });
    await putAtTypeform({ secret: 'what-the-dead-one-sent-comes-late' });
    await database.pool.query(`UPDATE webhook_push SET doubt_until = now() - interval '1 second'`);
    await compare(other);
    expect(await row(id)).toMatchObject({ pending: false });
    await admin.admin('patch', `/v1/webhooks/${id}`).send({ enabled: true }).expect(200);
    expect(await delivered()).toBe(200);
  });
});

describe('a webhook that Typeform has disabled or lost unseen', () => {
  const atTypeform = (method: string, settings?: object) =>
    fetch(`${sandbox.url}/forms/${formId}/webhooks/onboarding`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, ...(settings && { 'content-type': 'application/json' }) },
      body: settings && JSON.stringify(settings),
    });
  const disabled = () => atTypeform('PUT', { enabled: false });
  const deleted = () => atTypeform('DELETE');
  /** The differences that repairs have ended, and how many back-fills a repair has started. */
  const ended = async (id: string): Promise<unknown[]> =>
    (
      await database.pool.query<{ drift: unknown }>(
        `SELECT details -> 'drift' AS drift FROM audit_entry WHERE subject = $1 AND action = 'webhook.repaired' ORDER BY id`,
        [id],
      )
    ).rows.map(({ drift }) => drift);
  const recoveries = async () =>
    (await database.pool.query(`SELECT FROM backfill_run WHERE form_id = $1 AND trigger = 'repair'`, [formId]))
      .rowCount;
  const wasOff = [{ field: 'enabled', desired: true, observed: false }];
  const patch = (id: string, body: object = { verifySsl: false }) =>
    admin.admin('patch', `/v1/webhooks/${id}`).send(body).expect(200);

  /** The form was read a moment ago, so that nothing else has it read. */
  beforeEach(() =>
    database.pool.query(
      `INSERT INTO backfill_run (form_id, gapless, trigger, status, started_at, next_attempt_at, created_at)
       VALUES ($1, true, 'daily', 'done', now(), now(), now())`,
      [formId],
    ),
  );

  it.each([
    ['disabled', 'a change', disabled, (id: string) => patch(id)],
    ['disabled', 'a change of nothing', disabled, (id: string) => patch(id, { enabled: true })],
    ['disabled', 'a rotation', disabled, (id: string) => rotate(id).expect(200)],
    ['lost', 'a change', deleted, (id: string) => patch(id)],
    ['lost', 'a rotation', deleted, (id: string) => rotate(id).expect(200)],
  ])(
    '%s: %s of an admin enables it again, which is recorded and has what was missed looked for',
    async (_, __, off, act) => {
      const id = await register();
      expect((await off()).ok).toBe(true);
      await act(id);
      expect(remote()).toMatchObject([{ enabled: true }]);
      expect(await ended(id)).toEqual([wasOff]);
      expect(await recoveries()).toBe(1);
      expect(await row(id)).toMatchObject({ pending: false, drift: [], status: 'in_sync' });
      expect(await delivered()).toBe(200);
      await compare(other);
      expect(await ended(id)).toHaveLength(1);
    },
  );

  it('so does a change that is sent again, and what wrong signatures cause', async () => {
    const id = await register();
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status: 503, times: 2 });
    await admin.admin('patch', `/v1/webhooks/${id}`).send({ verifySsl: false }).expect(502);
    await disabled();
    await other.app.get(WebhookPusher).push({ formId, tag: 'onboarding' }, { kind: 'due' }, { priority: 'background' });
    expect(await ended(id)).toEqual([wasOff]);
    expect(await recoveries()).toBe(1);
    await disabled();
    await database.pool.query(`UPDATE webhook_push SET doubt_until = now() - interval '1 second'`);
    await other.app.get(WebhookSecretsRepository).suspect(id, 0);
    await other.app.get(WebhookPusher).push({ formId, tag: 'onboarding' }, { kind: 'due' }, { priority: 'background' });
    expect(await ended(id)).toEqual([wasOff, wasOff]);
    expect(remote()).toMatchObject([{ enabled: true }]);
  });

  it('keeps nobody from changing it again', async () => {
    const id = await register();
    for (let times = 0; times < 3; times += 1) {
      await disabled();
      await admin.admin('post', `/v1/webhooks/${id}/rotate-secret`).send({ overlapHours: 0 }).expect(200);
      expect(await row(id)).toMatchObject({ pending: false });
    }
    expect(await ended(id)).toEqual([wasOff, wasOff, wasOff]);
    expect(await delivered()).toBe(200);
  });

  it.each([429, 503])('is enabled by the comparison that saw it, although the first call gets %d', async (status) => {
    const id = await register();
    await disabled();
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status, times: 1 });
    const { body } = await other.admin('post', `/v1/webhooks/${id}/reconcile`).expect(200);
    expect(body).toMatchObject({ checked: 1, differed: [{ id, action: 'repaired' }] });
    expect(remote()).toMatchObject([{ enabled: true }]);
    expect(await ended(id)).toEqual([wasOff]);
  });

  it('is recorded with what else was on record', async () => {
    const id = await register();
    const { url } = (await row(id))!;
    await atTypeform('PUT', { verify_ssl: false });
    // The comparison finds that, and cannot repair it.
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status: 429, times: 99 });
    await compare(other);
    sandbox.control.clearFaults();
    await disabled();
    await patch(id, { url: `${url}?changed` });
    expect(await ended(id)).toEqual([[...wasOff, { field: 'verify_ssl', desired: true, observed: false }]]);
  });

  it('and one that an admin disables and enables was off for no other reason', async () => {
    const id = await register();
    await patch(id, { enabled: false });
    await patch(id, { enabled: true });
    sandbox.control.addFault({ kind: 'drop', target: 'api', match: 'PUT /forms', phase: 'before_answer', times: 1 });
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status: 400, times: 1 });
    await admin.admin('patch', `/v1/webhooks/${id}`).send({ enabled: false }).expect(502);
    expect(remote()).toMatchObject([{ enabled: true }]);
    expect([await ended(id), await recoveries()]).toEqual([[], 0]);
    expect(writes()).toHaveLength(6);
  });

  it('stays recorded as disabled, and the change is taken back, where Typeform refuses to enable it', async () => {
    const id = await register();
    await disabled();
    // What does not say that it is to be enabled is made, the next call is refused.
    sandbox.control.addFault({ kind: 'slow', target: 'api', match: 'PUT /forms', delayMs: 1, times: 1 });
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status: 402, times: 99 });
    await rotate(id).expect(502);
    sandbox.control.clearFaults();
    // Typeform has the secret that was taken back, and signs with it once somebody enables the webhook there.
    await atTypeform('PUT', { enabled: true });
    expect(await delivered()).toBe(200);
    await compare(other);
    expect(remote()).toMatchObject([{ enabled: true }]);
    expect(await ended(id)).toEqual([wasOff]);
    expect(await delivered()).toBe(200);
  });
});

describe('a change without an answer', () => {
  const dueNow = () => database.pool.query(`UPDATE webhook_push SET next_try_at = now() WHERE form_id = $1`, [formId]);

  it('is sent again by any replica, no comparison needed, and until then a rotation says when', async () => {
    const [id, deleted] = [await register(), await registerTag('second')];
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status: 503, times: 99 });
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'DELETE /forms', status: 503, times: 99 });
    await admin.admin('patch', `/v1/webhooks/${id}`).send({ enabled: false }).expect(502);
    await admin.admin('delete', `/v1/webhooks/${deleted}`).expect(502);
    const refused = await rotate(id).expect(409);
    expect(refused.body.detail).toMatch(/earlier change yet: send it now with POST \S+\/reconcile, then rotate$/);
    expect(refused.headers['retry-after']).toBeUndefined();
    // What has just been compared is not compared at the start.
    await database.pool.query('UPDATE reconcile_pass SET finished_at = now()');
    const retrier = await startTestApp({ ...environment, RECONCILE_INTERVAL_SECONDS: '3600' }, given);
    try {
      // It still fails: the pause grows.
      const failures = async () =>
        (
          await database.pool.query<{ failures: number; later: boolean }>(
            `SELECT failures, next_try_at > now() + interval '6 seconds' AS later FROM webhook_push WHERE form_id = $1`,
            [formId],
          )
        ).rows;
      const before = await failures();
      await dueNow();
      await eventually(
        async () => (await failures()).every(({ failures: n, later }) => n === 3 && later),
        'it fails again',
      );
      expect(before).toMatchObject([{ failures: 2 }, { failures: 2 }]);
      // Where somebody sends it again, that is told.
      const told = await retrier
        .admin('post', `/v1/webhooks/${id}/rotate-secret`)
        .send({ overlapHours: 0 })
        .expect(409);
      expect(told.body.detail).toMatch(/is sent again at 20\S+Z: rotate after that, or .*\/reconcile$/);
      expect(Number(told.headers['retry-after'])).toBeLessThan(60);
      sandbox.control.clearFaults();
      await dueNow();
      await eventually(async () => (await row(id))?.pending === false, 'it is made');
      await eventually(async () => (await row(deleted))?.pending === false, 'it is deleted');
      expect(remote()).toMatchObject([{ tag: 'onboarding', enabled: false }]);
      expect(listed()).toBe(0);
      await rotate(id).expect(200);
      // The calls that failed may still take effect: that is waited for, and settled.
      expect((await rotate(id).expect(409)).body.detail).toMatch(
        /may still take effect until 20\S+Z: after that settle it with POST \S+\/reconcile, then rotate$/,
      );
      await database.pool.query('UPDATE webhook_push SET doubt_until = now()');
      await eventually(async () => (await row(id))?.pending === false, 'it is settled');
      expect(listed()).toBe(0);
      // One that should deliver may have been off meanwhile: the call says nothing of that, so what was missed is looked for.
      const recoveries = async () =>
        (await database.pool.query(`SELECT FROM backfill_run WHERE form_id = $1 AND trigger = 'repair'`, [formId]))
          .rowCount;
      expect(await recoveries()).toBe(0);
      const third = await registerTag('third');
      sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status: 503, times: 2 });
      await admin.admin('patch', `/v1/webhooks/${third}`).send({ verifySsl: false }).expect(502);
      await dueNow();
      await eventually(async () => (await recoveries()) === 1, 'it is looked for');
      // Pending, although nothing is known that could make a difference.
      await database.pool.query('UPDATE webhook_push SET next_try_at = NULL');
      await database.pool.query(`UPDATE webhook SET pending = true, updated_at = now() - interval '1 hour'`);
      await eventually(async () => (await row(id))?.pending === false, 'it is ended');
      // The first overlap was over at once; one that is not says when it ends.
      await admin.admin('post', `/v1/webhooks/${id}/rotate-secret`).send({ overlapHours: 1 }).expect(200);
      const { body, headers } = await rotate(id).expect(409);
      expect(body.detail).toMatch(/until 20\S+Z; rotate again after that$/);
      expect(Number(headers['retry-after'])).toBeGreaterThan(3_000);
    } finally {
      await retrier.stop();
    }
  });
});

it('the same event types in another order are no change, and what an earlier release left pending is ended', async () => {
  const id = await register();
  const types = { form_response: true, form_response_partial: true };
  const patch = (eventTypes: object) => admin.admin('patch', `/v1/webhooks/${id}`).send({ eventTypes }).expect(200);
  await patch(types);
  const reversed = Object.fromEntries(Object.entries(types).reverse());
  await patch(reversed);
  expect(await row(id)).toMatchObject({ pending: false, revision: 2, pushed_revision: 2 });
  await admin.admin('post', '/v1/webhooks').send({ form: formId, eventTypes: reversed }).expect(200);
  await database.pool.query('UPDATE webhook SET pending = true WHERE id = $1', [id]);
  await compare(other);
  expect(await row(id)).toMatchObject({ pending: false });
});

describe('what the release before this one changes', () => {
  it('is counted by the table itself and sent to Typeform', async () => {
    const id = await register();
    await database.pool.query('UPDATE webhook SET enabled = false, pending = true WHERE id = $1', [id]);
    await database.pool.query('UPDATE webhook SET pending = false WHERE id = $1', [id]);
    expect(await row(id)).toMatchObject({ revision: 2, pushed_revision: 1 });
    await compare(other);
    expect(remote()).toMatchObject([{ enabled: false }]);
    expect(await row(id)).toMatchObject({ revision: 2, pushed_revision: 2, pending: false });
  });
});

it('one webhook whose encryption key is gone does not keep the others from being repaired', async () => {
  const id = await register();
  await database.pool.query(
    `INSERT INTO webhook (form_id, tag, url, secret, created_at, updated_at)
     VALUES ($1, 'another', 'https://hooks.example.com', 'gone.AAAA', now() - interval '1 hour', now())`,
    [formId],
  );
  await putAtTypeform({ enabled: false });
  const { body } = await compare(other);
  expect(body).toMatchObject({
    finished: true,
    differed: [
      { tag: 'another', action: 'failed', problem: expect.stringContaining('ENCRYPTION_KEYS') },
      { id, action: 'repaired' },
    ],
  });
});

it('two replicas compare every form once in an interval, and on request at once', async () => {
  await register();
  const forms = [formId, sandbox.control.createForm({ seed: 'another' }).id];
  await admin.admin('post', '/v1/webhooks').send({ form: forms[1] }).expect(201);
  const calls = () =>
    forms.map((form) => sandbox.control.stats().api.calls.filter(({ url }) => url.endsWith(`${form}/webhooks`)).length);
  const passes = [admin, other].map(({ app }) => app.get(AllFormsReconciler));
  const HOUR_MS = 3_600_000;
  // A process that has just started trusts no comparison of before, except the one that another has just made.
  const ago = (time: string) =>
    database.pool.query(`UPDATE reconcile_pass SET finished_at = now() - $1::interval`, [time]);
  const atStart = calls();
  for (let look = 0; look < 2; look += 1) {
    await ago('2 minutes');
    await passes[0]!.passIfDue(HOUR_MS);
    await passes[1]!.passIfDue(HOUR_MS);
    expect(calls()).toEqual(atStart.map((count) => count + 1));
  }
  const before = calls();
  for (let interval = 1; interval <= 3; interval += 1) {
    await database.pool.query(`UPDATE reconcile_pass SET finished_at = now() - interval '1 hour'`);
    await Promise.all([...passes, ...passes].map((pass) => pass.passIfDue(HOUR_MS)));
    for (const pass of passes) await pass.passIfDue(HOUR_MS);
    expect(calls()).toEqual(before.map((count) => count + interval));
  }
  // A time to come is none: the clock was set back.
  await database.pool.query(`UPDATE reconcile_pass SET finished_at = now() + interval '1 day'`);
  await passes[0]!.passIfDue(HOUR_MS);
  await compare(other);
  expect(calls()).toEqual(before.map((count) => count + 5));
});

it('a comparison that a shutdown cuts short is answered 503, in the middle of a call and before its turn', async () => {
  const id = await register();
  const leaving = await startTestApp({ ...environment, PUBLIC_URL: admin.url }, given);
  const held = `GET /forms/${formId}/webhooks`;
  sandbox.control.addFault({ kind: 'slow', target: 'api', match: held, delayMs: UNTIL_RELEASED_MS, times: 1 });
  const before = listed();
  const ask = (path: string) =>
    leaving.admin('post', path).then(({ status, body }) => ({ status, body: body as object }));
  const asked = [ask('/v1/webhooks/reconcile')];
  await eventually(() => listed() > before, 'it has asked for the list');
  await database.pool.query(`UPDATE typeform_pace SET next_free_at = now() + interval '9 seconds'`);
  asked.push(ask(`/v1/webhooks/${id}/reconcile`));
  await eventually(
    async () => (await database.pool.query('SELECT FROM typeform_pace WHERE first_waiter IS NOT NULL')).rowCount === 1,
    'the other one waits for its turn',
  );
  const drained = leaving.drain();
  const shuttingDown = { status: 503, body: expect.objectContaining({ code: 'shutting_down' }) };
  expect(await Promise.all(asked)).toEqual([shuttingDown, shuttingDown]);
  answers.release();
  await drained;
  await leaving.stop();
  await database.pool.query('UPDATE typeform_pace SET next_free_at = now()');
});

describe('the store in the database', () => {
  const keys: [KeyRing, KeyRing] = [KEYS, REVERSED];

  itKeepsTheContract(() => {
    const { app } = admin;
    const { manager } = app.get(DataSource);
    const secrets = app.get(WebhookSecretsRepository);
    const set = (what: string) => database.pool.query(`UPDATE webhook_push SET ${what} = now() - interval '1 second'`);
    return Promise.resolve({
      store: app.get(WebhookStore),
      add: async (webhook) => void (await manager.insert(Webhook, webhook as QueryDeepPartialEntity<Webhook>)),
      row: async (id) => (await manager.findOneBy(Webhook, { id })) ?? undefined,
      lapse: async () => void (await set('call_until')),
      settle: async () => void (await set('doubt_until')),
      suspect: (id) => secrets.suspect(id, 60_000),
      reseal: async () => {
        const [ring] = keys.reverse();
        const others = [app.get(DataSource), app.get(WebhooksRepository), secrets, app.get(AuditLog)] as const;
        await new SecretResealing(ring!, ...others).run(() => undefined);
      },
    });
  });
});

it('wrong signatures, or none, have a webhook written to Typeform once in an interval', async () => {
  const id = await register();
  const path = `/webhooks/typeform/${id}`;
  const junk = async (to: string) => {
    for (let n = 0; n < 3 * SUSPECT_FROM; n += 1) {
      const options =
        n % 2 ? { path: to, secret: 'of-a-stranger' } : { path: to, headers: { 'typeform-signature': '' } };
      await admin.deliver(newEvent(), options).expect(401);
    }
    const noted = `SELECT FROM webhook_push WHERE form_id = $1 AND suspected_at > now() - interval '1 minute'`;
    return async () => (await database.pool.query(noted, [formId])).rowCount === 1;
  };
  const elsewhere = await junk('/webhooks/typeform');
  expect(await elsewhere()).toBe(false);
  await eventually(await junk(path), 'it is suspected');
  await compare(other);
  expect(writes()).toEqual(['PUT', 'PUT']);
  for (let again = 0; again < 2; again += 1) {
    await junk(path);
    await compare(other);
  }
  expect(writes()).toEqual(['PUT', 'PUT']);
  await database.pool.query(`UPDATE webhook_push SET suspected_at = now() - interval '1 hour'`);
  await eventually(async () => (await junk(path))(), 'it is suspected again');
  await compare(other);
  expect(writes()).toEqual(['PUT', 'PUT', 'PUT']);
});

describe('the lease on comparing', () => {
  it('of another process is waited for and told, and one of a host that is gone lapses', async () => {
    const id = await register();
    const held = `UPDATE reconcile_pass SET owner = $1, lease_until = now() + $2::interval`;
    await database.pool.query(held, [randomUUID(), '1 hour']);
    const told = await compare(admin);
    expect(told.body).toMatchObject({ finished: false, madeElsewhere: true, checked: 0 });
    await putAtTypeform({ enabled: false });
    await database.pool.query(held, [randomUUID(), '-1 second']);
    const { body } = await compare(admin);
    expect(body).toMatchObject({
      finished: true,
      madeElsewhere: false,
      checked: 1,
      differed: [{ id, action: 'repaired' }],
    });
  });
});
