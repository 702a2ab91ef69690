/** Webhooks over REST against the sandbox: registered, changed, kept in order by themselves. */
import { AppConfig } from '../src/config/app-config';
import { seal } from '../src/core/secret-box';
import { Clock } from '../src/database/clock';
import { TypeformSandbox } from '../sandbox/sandbox';
import { SUSPECT_FROM } from '../src/webhook-intake/secret-watchdog';
import { WebhookSecretsCache } from '../src/webhook-management/webhook-secrets';
import { WebhookSecretsRepository } from '../src/webhook-management/webhook-secrets.repository';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { newEvent } from './support/events';
import { eventually, MANY_CONNECTIONS, startTestApp, TestApp } from './support/test-app';

let sandbox: TypeformSandbox;
let app: TestApp;
let formId: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  app = await startTestApp(
    {
      ...MANY_CONNECTIONS,
      TYPEFORM_API_KEY: API_KEY,
      TYPEFORM_API_BASE_URL: sandbox.url,
      RECONCILE_INTERVAL_SECONDS: '1',
    },
    { typeformCallsPerSecond: 50 },
  );
});
afterAll(async () => {
  await app.stop();
  await sandbox.stop();
});
let used = 0;
beforeEach(() => {
  sandbox.control.clearFaults();
  formId = sandbox.control.createForm({ seed: `form ${(used += 1)}` }).id;
});

// The loop looks after every webhook there is; what an earlier test left would only use up calls.
afterEach(() => app.database.pool.query('DELETE FROM webhook'));

interface WebhookBody {
  id: string;
  url: string;
  status: string;
  observedAt: string;
  drift: { field: string }[];
  pending: boolean;
  problem: string | null;
}

const register = (body: object = {}) => app.admin('post', '/v1/webhooks').send({ form: formId, ...body });
const registered = async (body: object = {}): Promise<WebhookBody> =>
  (await register(body).expect(201)).body as WebhookBody;
const get = async (id: string): Promise<WebhookBody> =>
  (await app.admin('get', `/v1/webhooks/${id}`).expect(200)).body as WebhookBody;
/** One that a whole pass of the loop has seen: a pass that began earlier may still end the registration, undoing what is changed. */
const inSync = async (): Promise<WebhookBody> => {
  const { id, observedAt } = await registered();
  await eventually(async () => (await get(id)).observedAt !== observedAt, 'it is seen again');
  return get(id);
};
/** What Typeform has for the form. */
const remote = () => sandbox.control.webhooks().filter((webhook) => webhook.formId === formId);
const change = (id: string, settings: object) => {
  const webhook = sandbox.control.webhooks().find(({ url }) => url.endsWith(id));
  if (!webhook) throw new Error('the sandbox has no such webhook');
  return fetch(`${sandbox.url}/forms/${webhook.formId}/webhooks/${webhook.tag}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
};
/** How many back-fills of the form a repair has asked for. */
const repairRuns = async (): Promise<number> => {
  const sql = `SELECT FROM backfill_run WHERE form_id = $1 AND trigger = 'repair'`;
  return (await app.database.pool.query(sql, [formId])).rows.length;
};
const actions = async (subject: string): Promise<string[]> => {
  const { body } = await app.admin('get', '/v1/audit?limit=200').expect(200);
  return (body.items as { subject: string; action: string }[])
    .filter((entry) => entry.subject === subject)
    .map(({ action }) => action);
};

describe('registering', () => {
  it('makes Typeform deliver to an endpoint with a secret of its own', async () => {
    const webhook = await registered();
    expect(webhook).toMatchObject({
      formId,
      tag: 'onboarding',
      enabled: true,
      status: 'in_sync',
      drift: [],
      pending: false,
    });
    expect(webhook.url).toBe(`${app.url}/webhooks/typeform/${webhook.id}`);
    expect(remote()).toMatchObject([{ tag: 'onboarding', url: webhook.url, enabled: true }]);
    sandbox.control.submit(formId, { count: 2 });
    await sandbox.control.setClock({ advanceSeconds: 0 });
    await app.settled();
    const { body } = await app.admin('get', `/v1/responses?formId=${formId}`).expect(200);
    expect(body.items).toHaveLength(2);
    expect(await actions(webhook.id)).toEqual(['webhook.registered']);
  });

  it('takes any Typeform link, and the same call again changes nothing', async () => {
    const webhook = await registered({ form: `https://form.typeform.com/to/${formId}` });
    const again = await register({ form: `https://admin.typeform.com/form/${formId}/create` }).expect(200);
    expect(again.body).toMatchObject({ id: webhook.id });
    const { body } = await register({ enabled: false }).expect(409);
    expect(body.code).toBe('conflict');
    expect(await actions(webhook.id)).toEqual(['webhook.registered']);
  });

  it('is once, when it is asked ten times at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => register()));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => (body as WebhookBody).id)).size).toBe(1);
    expect(remote()).toHaveLength(1);
  });

  it.each([
    [{ form: 'https://form.typeform.com.evil.example/to/abcdef' }, 'form'],
    [{ url: 'http://example.com/webhooks' }, 'url'],
    [{ url: 'https://example.com/webhooks' }, 'url'],
    [{ tag: 'a b' }, 'tag'],
    [{ eventTypes: {} }, 'eventTypes'],
    [{ eventTypes: { other: true } }, 'eventTypes'],
    [{ secret: 'short' }, 'secret'],
  ])('refuses %j', async (body, path) => {
    const { body: problem } = await register(body).expect(422);
    expect((problem.errors as { path: string }[]).map((error) => error.path)).toContain(path);
    expect(remote()).toEqual([]);
  });

  it.each([
    [{ url: 'https://example.com/web\r\nhooks', allowForeignUrl: true }, 'url', /line ends, tabs/],
    [{ eventTypes: { form_response: 'yes' } }, 'eventTypes', /^eventTypes.form_response must be true or false$/],
    [{ eventTypes: ['form_response'] }, 'eventTypes', /^must be an object such as/],
    [{ eventTypes: 'form_response' }, 'eventTypes', /^must be an object such as/],
    [{ eventTypes: { other: true } }, 'eventTypes', /unknown type: use form_response and form_response_partial$/],
    [{ eventTypes: { form_response: false } }, 'eventTypes', /at least one of/],
  ])('and changing say what is wanted instead of %j, once', async (asked, path, message) => {
    const { id } = await registered();
    for (const request of [
      app.admin('patch', `/v1/webhooks/${id}`).send(asked),
      register({ tag: 'another', ...asked }),
    ]) {
      const { body } = await request.expect(422);
      expect(body.errors).toEqual([{ path, message: expect.stringMatching(message) }]);
    }
    expect(remote()).toHaveLength(1);
  });

  it('of a form that the key cannot read is 422 with what Typeform said, and leaves nothing', async () => {
    const { body } = await register({ form: 'nosuch99' }).expect(422);
    expect(body.errors).toEqual([{ path: 'form', message: expect.stringContaining('FORM_NOT_FOUND') }]);
    const { body: list } = await app.admin('get', '/v1/webhooks?formId=nosuch99').expect(200);
    expect(list.items).toEqual([]);
  });
});

describe('secrets', () => {
  it('are never shown, logged or stored in the clear', async () => {
    const secret = 'a-given-secret-that-nobody-may-see';
    const { body, text } = await register({ secret }).expect(201);
    const { rows } = await app.database.pool.query('SELECT * FROM webhook WHERE id = $1', [body.id]);
    const { text: audit } = await app.admin('get', '/v1/audit?limit=200');
    expect([text, JSON.stringify(rows), audit, app.logs.join()].join()).not.toContain(secret);
  });

  it('that another replica rotated are known before the notification of it comes', async () => {
    const webhook = await registered();
    const path = `/webhooks/typeform/${webhook.id}`;
    const secret = 'rotated-by-another-replica';
    const sealed = seal(app.app.get(AppConfig).encryptionKeys, secret, webhook.id);
    await app.database.pool.query(
      // Without triggers nobody is notified.
      `BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE webhook SET secret = '${sealed}' WHERE id = '${webhook.id}'; COMMIT`,
    );
    await app.deliver(newEvent(), { path, secret }).expect(200);
  });

  it('rotate with an overlap, in which both work and no second rotation is possible', async () => {
    const webhook = await registered({ secret: 'the-first-secret-0123456789' });
    const path = `/webhooks/typeform/${webhook.id}`;
    await app.deliver(newEvent(), { path, secret: 'the-first-secret-0123456789' }).expect(200);
    await app.admin('post', `/v1/webhooks/${webhook.id}/rotate-secret`).send({ overlapHours: 1 }).expect(200);
    await app.deliver(newEvent(), { path, secret: 'the-first-secret-0123456789' }).expect(200);
    await app.admin('post', `/v1/webhooks/${webhook.id}/rotate-secret`).send({}).expect(409);
    sandbox.control.submit(formId, { count: 1 });
    await sandbox.control.setClock({ advanceSeconds: 0 });
    expect(sandbox.control.deliveries().at(-1)).toMatchObject({ state: 'delivered', attempts: [{ status: 200 }] });
    await app.database.pool.query(
      `UPDATE webhook SET previous_secret_expires_at = now() - interval '1 second' WHERE id = $1`,
      [webhook.id],
    );
    await eventually(
      async () => (await app.deliver(newEvent(), { path, secret: 'the-first-secret-0123456789' })).status === 401,
      'the old secret is refused',
    );
    expect(await actions(webhook.id)).toEqual(['webhook.secret_rotated', 'webhook.registered']);
  });

  it('that change while they are being read are read again', async () => {
    const secret = 'of-a-webhook-that-is-long-gone';
    const webhook = await registered({ secret });
    const { pool } = app.database;
    const blocker = await pool.connect();
    try {
      // A reader takes its snapshot, then waits at the first row.
      await blocker.query('SELECT pg_advisory_lock(1)');
      await pool.query(
        `ALTER TABLE webhook RENAME TO webhook_stored;
         CREATE VIEW webhook AS SELECT stored.* FROM webhook_stored stored, LATERAL pg_advisory_xact_lock_shared(1)`,
      );
      const cache = app.app.get(WebhookSecretsCache);
      const before = cache.reload();
      await eventually(async () => {
        const { rows } = await pool.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
        return rows.length > 0;
      }, 'a load is under way');
      await pool.query(`UPDATE webhook_stored SET removed_at = now() - interval '25 hours' WHERE id = $1`, [
        webhook.id,
      ]);
      const after = cache.reload();
      await blocker.query('SELECT pg_advisory_unlock(1)');
      await Promise.all([before, after]);
    } finally {
      blocker.release(true);
      await pool.query('DROP VIEW webhook; ALTER TABLE webhook_stored RENAME TO webhook');
    }
    await app.deliver(newEvent(), { path: `/webhooks/typeform/${webhook.id}`, secret }).expect(401);
  });

  it('that cannot be read: what fits those in memory is taken, anything else is told to come again', async () => {
    const secret = 'of-a-webhook-in-an-outage';
    const path = `/webhooks/typeform/${(await registered({ secret })).id}`;
    const cache = app.app.get(WebhookSecretsCache);
    const other = () => app.deliver(newEvent(), { path, secret: 'maybe-rotated-maybe-forged' });
    await app.database.pool.query('ALTER TABLE webhook RENAME TO webhook_away');
    try {
      await cache.reload();
      await app.deliver(newEvent(), { path, secret }).expect(200);
      const { body } = await other().expect(503);
      expect(body).toMatchObject({ code: 'database_unavailable' });
    } finally {
      await app.database.pool.query('ALTER TABLE webhook_away RENAME TO webhook');
    }
    await cache.reload();
    await other().expect(401);
    await app.deliver(newEvent(), { path, secret }).expect(200);
  });

  it('are not read again for each of many forged signatures', async () => {
    const secret = 'of-a-webhook-that-is-flooded';
    const path = `/webhooks/typeform/${(await registered({ secret })).id}`;
    const reads = jest.spyOn(app.app.get(WebhookSecretsRepository), 'all');
    // As if all of them came in the same moment, however long the machine takes.
    const moment = app.app.get(Clock).monotonicMs();
    const clock = jest.spyOn(app.app.get(Clock), 'monotonicMs').mockReturnValue(moment);
    try {
      const forged = () => app.deliver(newEvent(), { path, secret: 'fits-no-secret-at-all' });
      for (let n = 0; n < 10; n += 1) await Promise.all(Array.from({ length: 10 }, () => forged().expect(401)));
      // One for all of them; the registration may have been told of only now, which is one more, or two when it changed meanwhile.
      expect(reads.mock.calls.length).toBeLessThanOrEqual(3);
    } finally {
      clock.mockRestore();
      reads.mockRestore();
    }
    // One success, and the watchdog does not count it as failing any more.
    await app.deliver(newEvent(), { path, secret }).expect(200);
  });
});

describe('changing and deleting', () => {
  it('is one merging PUT', async () => {
    const webhook = await registered();
    const changed = await app
      .admin('patch', `/v1/webhooks/${webhook.id}`)
      .send({ enabled: false, eventTypes: { form_response: true, form_response_partial: true } })
      .expect(200);
    expect(changed.body).toMatchObject({ enabled: false, status: 'in_sync' });
    expect(remote()).toMatchObject([{ enabled: false, url: webhook.url }]);
    await app.admin('patch', `/v1/webhooks/${webhook.id}`).send({}).expect(200);
    expect(await actions(webhook.id)).toEqual(['webhook.updated', 'webhook.registered']);
  });

  it('deletes at Typeform, idempotently, and still takes late deliveries', async () => {
    const secret = 'a-secret-of-a-webhook-to-delete';
    const webhook = await registered({ secret });
    await app.admin('delete', `/v1/webhooks/${webhook.id}`).expect(204);
    await app.admin('delete', `/v1/webhooks/${webhook.id}`).expect(204);
    expect(remote()).toEqual([]);
    expect(await get(webhook.id)).toMatchObject({ status: 'removed', pending: false });
    const { body: gone } = await app.admin('get', '/v1/webhooks?status=missing,removed').expect(200);
    expect(gone.items).toContainEqual(expect.objectContaining({ id: webhook.id }));
    await app.deliver(newEvent(), { path: `/webhooks/typeform/${webhook.id}`, secret }).expect(200);
    await app.admin('patch', `/v1/webhooks/${webhook.id}`).send({ enabled: false }).expect(409);
    const again = await registered();
    expect(again.id).not.toBe(webhook.id);
    expect(await actions(webhook.id)).toEqual(['webhook.deleted', 'webhook.registered']);
  });

  it('takes one change at Typeform to register and one to delete', async () => {
    // The loop, which looks after the webhook at the same time, only reads.
    const changes = () =>
      sandbox.control
        .stats()
        .api.calls.filter(({ url, method }) => url.includes(formId) && method !== 'GET')
        .map(({ method }) => method);
    const webhook = await registered();
    expect(changes()).toEqual(['PUT']);
    await app.admin('delete', `/v1/webhooks/${webhook.id}`).expect(204);
    expect(changes()).toEqual(['PUT', 'DELETE']);
  });

  it('of one that Typeform has lost already is success', async () => {
    const webhook = await registered();
    await fetch(`${sandbox.url}/forms/${formId}/webhooks/onboarding`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    await app.admin('delete', `/v1/webhooks/${webhook.id}`).expect(204);
  });
});

describe('when Typeform fails half-way', () => {
  it('a change that got no answer stays pending, and the reconciler finishes it', async () => {
    const webhook = await registered();
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status: 500, times: 99 });
    await app.admin('patch', `/v1/webhooks/${webhook.id}`).send({ enabled: false }).expect(502);
    sandbox.control.clearFaults();
    await eventually(
      async () => (await get(webhook.id)).status === 'in_sync',
      'the reconciler has finished the change',
    );
    expect(await get(webhook.id)).toMatchObject({ enabled: false, pending: false, problem: null });
    expect(remote()).toMatchObject([{ enabled: false }]);
  });

  it('a change that was refused is undone here too', async () => {
    const webhook = await registered();
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms', status: 400, times: 1 });
    await app.admin('patch', `/v1/webhooks/${webhook.id}`).send({ enabled: false }).expect(502);
    expect(await get(webhook.id)).toMatchObject({ enabled: true, pending: false });
    expect(remote()).toMatchObject([{ enabled: true }]);
  });

  it('a deletion that got no answer is finished by the reconciler', async () => {
    const webhook = await registered();
    sandbox.control.addFault({ kind: 'status', target: 'api', match: 'DELETE /forms', status: 503, times: 99 });
    await app.admin('delete', `/v1/webhooks/${webhook.id}`).expect(502);
    expect(await get(webhook.id)).toMatchObject({ status: 'removed', pending: true });
    sandbox.control.clearFaults();
    await eventually(() => remote().length === 0, 'the webhook is deleted at Typeform');
    await eventually(async () => !(await get(webhook.id)).pending, 'the deletion is confirmed');
  });
});

describe('the reconciler', () => {
  it.each([
    ['enabled', { enabled: false }],
    ['url', { url: 'https://example.com/elsewhere' }],
    ['verify_ssl', { verify_ssl: false }],
    ['event_types', { event_types: { form_response: false, form_response_partial: true } }],
  ])('repairs %s', async (field, settings) => {
    const webhook = await inSync();
    await change(webhook.id, settings);
    await eventually(async () => (await actions(webhook.id)).includes('webhook.repaired'), 'it is repaired');
    expect(await get(webhook.id)).toMatchObject({ status: 'in_sync', drift: [] });
    expect(remote()).toMatchObject([{ url: webhook.url, enabled: true }]);
    const { text } = await app.http.get('/metrics').expect(200);
    expect(text).toMatch(new RegExp(`onboarding_webhook_repairs_total\\{field="${field}"\\} [1-9]`));
    expect(text).toMatch(/^onboarding_webhook_reconciled_timestamp_seconds [1-9]\d{9}/m);
  });

  it('makes a webhook again that is gone', async () => {
    const webhook = await inSync();
    await fetch(`${sandbox.url}/forms/${formId}/webhooks/onboarding`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    await eventually(() => remote().length === 1, 'it is there again');
    expect(remote()).toMatchObject([{ url: webhook.url, enabled: true }]);
  });

  it('on demand says what differed and what was done', async () => {
    const webhook = await inSync();
    await change(webhook.id, { enabled: false });
    const { body } = await app.admin('post', `/v1/webhooks/${webhook.id}/reconcile`).expect(200);
    expect(body.checked).toBe(1);
    // The loop may have been faster; then nothing differs any more.
    for (const one of body.differed as { action: string; drift: object[] }[]) {
      expect(one).toMatchObject({
        id: webhook.id,
        action: 'repaired',
        drift: [{ field: 'enabled', desired: true, observed: false }],
      });
    }
    expect(remote()).toMatchObject([{ enabled: true }]);
  });

  it('reports what leads here and is not ours', async () => {
    const webhook = await inSync();
    await fetch(`${sandbox.url}/forms/${formId}/webhooks/foreign`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url: `${app.url}/webhooks/typeform/not-ours`, enabled: true }),
    });
    await eventually(
      () => app.logs.some((line) => line.includes('not managed by it') && line.includes('foreign')),
      'the stray is reported',
    );
    expect(remote()).toHaveLength(2);
    expect(webhook.status).toBe('in_sync');
  });
});

describe('a webhook that was disabled behind our back', () => {
  it('is enabled again, and everything submitted meanwhile is there, nothing twice', async () => {
    sandbox.control.configure({ lagMinutes: 0 });
    const startedAt = Date.now();
    const webhook = await inSync();
    const submit = (deliver: boolean) =>
      sandbox.control.submit(formId, { count: 5, deliver }).map(({ token }) => token);
    const before = submit(true);
    await sandbox.control.setClock({ advanceSeconds: 0 });
    await change(webhook.id, { enabled: false });
    // A disabled webhook gets no delivery, and Typeform makes none up for it later.
    const disabledAt = Date.now();
    const missed = submit(true);
    await sandbox.control.setClock({ advanceSeconds: 0 });
    expect(sandbox.control.deliveries({ formId }).map(({ token }) => token)).not.toEqual(
      expect.arrayContaining(missed),
    );
    await eventually(() => remote().every(({ enabled }) => enabled), 'it is enabled again');
    // This Typeform lists a submission at once: the back-fill may see these before their webhooks are here.
    const after = submit(true);
    await sandbox.control.setClock({ advanceSeconds: 0 });
    const tokens = async () => {
      const { body } = await app.admin('get', `/v1/responses?formId=${formId}&limit=200`).expect(200);
      return (body.items as { token: string }[]).map(({ token }) => token).sort();
    };
    await eventually(async () => (await tokens()).length >= 15, 'everything is there');
    await app.settled();
    expect(await tokens()).toEqual([...before, ...missed, ...after].sort());
    const { body: overview } = await app.admin('get', '/v1/overview').expect(200);
    expect(overview.recovered).toBe(missed.length);
    expect(overview.webhooks).toMatchObject({ in_sync: 1, disabled_by_typeform: 0 });
    const { body: series } = await app.admin('get', '/v1/overview/series?window=1h').expect(200);
    const [period] = series.disabled as { since: string; until: string }[];
    expect(series.disabled).toMatchObject([{ webhookId: webhook.id, formId }]);
    // It begins with the last event that arrived: one may still be on its way when Typeform disables the webhook.
    expect(Date.parse(period!.since)).toBeGreaterThan(startedAt);
    expect(Date.parse(period!.until)).toBeGreaterThan(Math.max(disabledAt, Date.parse(period!.since)));
  });
});

describe('the watchdogs', () => {
  const overview = async () =>
    (await app.admin('get', '/v1/overview').expect(200)).body as {
      failing: { endpoint: string }[];
      wrongSecrets: object[];
    };

  it('warn when half of the failures are used up after which Typeform disables a webhook', async () => {
    for (let n = 0; n < 50; n += 1) await app.deliver({ no: 'event' }).expect(400);
    const failing = async () => (await overview()).failing.filter(({ endpoint }) => endpoint === 'shared');
    expect(await failing()).toEqual([{ endpoint: 'shared', inFiveMinutes: 50, inDay: 50, atRisk: true }]);
    const { text } = await app.http.get('/metrics').expect(200);
    expect(text).toContain('onboarding_webhooks_at_risk 1');
    expect(app.logs.filter((line) => line.includes('about to disable') && line.includes('shared'))).toHaveLength(1);
    await app.deliver(newEvent()).expect(200);
    expect(await failing()).toEqual([]);
  });

  it('say when the secret of a webhook at Typeform is not ours, until a valid delivery comes', async () => {
    const webhook = await registered();
    const path = `/webhooks/typeform/${webhook.id}`;
    const value = async () =>
      /^onboarding_webhooks_wrong_secret (\d+)$/m.exec((await app.http.get('/metrics').expect(200)).text)?.[1];
    for (let n = 0; n < 60; n += 1) await app.deliver(newEvent(), { path, secret: 'not-the-secret-of-it' }).expect(401);
    expect(await overview()).toMatchObject({ failing: [], wrongSecrets: [{ endpoint: webhook.id, refused: 60 }] });
    expect(await value()).toBe('1');
    // The comparison that follows may have said what it did, too.
    const said = app.logs.filter(
      (line) => line.includes('signatures of a webhook have stopped') && line.includes(webhook.id),
    );
    expect(said).toHaveLength(1);
    sandbox.control.submit(formId, { count: 1 });
    await sandbox.control.setClock({ advanceSeconds: 0 });
    expect((await overview()).wrongSecrets).toEqual([]);
    expect(await value()).toBe('0');
  });

  it.each([
    ['changed', 'a secret that somebody else has set'],
    ['took away', undefined],
  ])('have Typeform given the secret of a webhook again that somebody %s there', async (_how, changed) => {
    const { id } = await inSync();
    const secretOf = () => remote()[0]?.secret;
    const secret = secretOf();
    // Somebody who makes the webhook anew does it with two calls: no comparison may come between them.
    Object.assign(remote()[0]!, { secret: changed });
    sandbox.control.submit(formId, { count: SUSPECT_FROM });
    await sandbox.control.setClock({ advanceSeconds: 0 });
    const statuses = () =>
      sandbox.control.deliveries({ formId }).map(({ attempts }) => attempts.map(({ status }) => status));
    expect(statuses()).toEqual(Array.from({ length: SUSPECT_FROM }, () => [401]));
    await eventually(() => secretOf() === secret, 'Typeform has the secret again');
    // Typeform does not try every refused submission again.
    await eventually(async () => (await repairRuns()) === 1, 'a back-fill is requested');
    await sandbox.control.setClock({ advanceSeconds: 10 * 60 });
    expect(statuses()).toEqual(Array.from({ length: SUSPECT_FROM }, () => [401, 200]));
    // Whoever knows the address could have it happen again and again: the secret is sent, and no second back-fill made.
    Object.assign(remote()[0]!, { secret: changed });
    sandbox.control.submit(formId, { count: SUSPECT_FROM });
    // A suspicion that comes too soon after the last is dropped, and the next delivery raises it again.
    await eventually(() => {
      if (secretOf() === secret) return true;
      sandbox.control.submit(formId, { count: 1 });
      return false;
    }, 'Typeform has the secret once more');
    const { observedAt } = await get(id);
    await eventually(async () => (await get(id)).observedAt !== observedAt, 'it is compared again');
    expect(await repairRuns()).toBe(1);
    await sandbox.control.setClock({ advanceSeconds: 10 * 60 });
  });

  it('hear nothing of signatures at an address that is no webhook', async () => {
    const path = '/webhooks/typeform/00000000-0000-4000-8000-000000000000';
    for (let n = 0; n < 60; n += 1) await app.deliver(newEvent(), { path }).expect(401);
    expect(await overview()).toMatchObject({ failing: [], wrongSecrets: [] });
  });
});

it.each([{ url: 'http://127.0.0.1:9/elsewhere' }, { event_types: { form_response: false } }])(
  'what was submitted while Typeform had %j is looked for after the repair',
  async (drift) => {
    const webhook = await inSync();
    await change(webhook.id, drift);
    await eventually(async () => (await repairRuns()) === 1, 'a back-fill is requested');
  },
);

describe('a changed form', () => {
  it('whose mapped question vanished is reported, until the mapping fits again', async () => {
    const webhook = await registered();
    const map = (identifierMapping: object) =>
      app.admin('patch', `/v1/forms/${formId}`).send({ identifierMapping }).expect(200);
    const problems = async () => {
      await app.database.pool.query(
        `UPDATE onboarding_form SET definition_checked_at = definition_checked_at - interval '1 hour' WHERE form_id = $1`,
        [formId],
      );
      await app.admin('post', `/v1/webhooks/${webhook.id}/reconcile`).expect(200);
      const { body } = await app.admin('get', `/v1/forms/${formId}`).expect(200);
      return (body as { mappingProblems: object[] }).mappingProblems;
    };
    const atTypeform = (fields: object[]) =>
      fetch(`${sandbox.url}/forms/${formId}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ title: 'Changed', fields }),
      });
    const kept = { ref: 'kept_ref', type: 'short_text', title: 'Who do you work for?' };
    const vanishing = { ref: 'vanishing_ref', type: 'short_text', title: 'Company' };
    expect((await atTypeform([kept, vanishing])).status).toBe(200);
    await map({ company: 'vanishing_ref' });
    expect(await problems()).toEqual([]);
    expect((await atTypeform([kept])).status).toBe(200);
    expect(await problems()).toMatchObject([{ identifier: 'company', source: 'vanishing_ref' }]);
    const { text } = await app.http.get('/metrics').expect(200);
    expect(text).toContain('onboarding_form_mapping_problems 1');
    expect(app.logs.some((line) => line.includes('vanishing_ref'))).toBe(true);
    await map({ company: 'kept_ref' });
    expect(await problems()).toEqual([]);
  });
});

describe('testing', () => {
  it('sends a signed event through PUBLIC_URL and says whether it was stored', async () => {
    const webhook = await registered();
    const { body } = await app.admin('post', `/v1/webhooks/${webhook.id}/test`).expect(200);
    expect(body).toMatchObject({ status: 200, stored: true, problem: null });
    await app.settled();
    const { body: list } = await app.admin('get', `/v1/deliveries?formId=${formId}&status=ignored`).expect(200);
    expect(list.items).toMatchObject([{ eventType: 'webhook_test', reason: 'unknown_event_type' }]);
  });
});
