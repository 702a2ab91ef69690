/** Completeness: what Typeform has is compared with what is here, by token; what is missing is fetched, and nothing else is. */
import { randomUUID } from 'node:crypto';
import { CompletenessChecksRepository } from '../src/backfill/completeness/completeness-checks.repository';
import type { FormCompleteness } from '../src/backfill/completeness/completeness.dto';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { createTestDatabase, TestDatabase } from './support/database';
import { minutesAgo, newEvent, newPartial } from './support/events';
import { HeldAnswers, UNTIL_RELEASED_MS } from './support/held-answers';
import { removeExpired } from './support/retention';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { CLI, ServiceProcess } from './support/service-process';
import { forgetEverything } from './support/shared-service';
import { ADMIN_KEY, eventually, startTestApp, TestApp } from './support/test-app';

const HOUR = 60;
let sandbox: TypeformSandbox;
let answers: HeldAnswers;
/** The service and the database of all tests that need no other ones. */
let common: TestApp;
let database: TestDatabase;
let app: TestApp;
let formId: string;

beforeAll(async () => {
  answers = new HeldAnswers();
  sandbox = await startSandbox({ lagMinutes: 0, deletionSeconds: 0, time: answers, clockSpeed: 1 });
  common = await startOn(undefined);
});
afterAll(async () => {
  await common?.stop();
  await sandbox.stop();
});

beforeEach(() => {
  formId = sandbox.control.forms()[0]!.id;
  [database, app] = [common.database, common];
});
afterEach(async () => {
  // A walk that is held goes on before the tables are emptied.
  answers.release();
  try {
    // Without it when it could not start.
    if (app !== common) await app.stop();
    if (isAlone()) await database.drop();
    else await forgetEverything(common);
  } finally {
    sandbox.control.reset();
  }
});

const isAlone = (): boolean => database !== common.database;

/** A service of this test's own, on a database of its own. */
async function start(environment: Record<string, string> = {}): Promise<TestApp> {
  if (!isAlone()) database = await createTestDatabase();
  return startOn(database, environment);
}

function startOn(given: TestDatabase | undefined, environment: Record<string, string> = {}): Promise<TestApp> {
  return startTestApp(
    {
      TYPEFORM_API_BASE_URL: sandbox.url,
      TYPEFORM_API_KEY: API_KEY,
      RECONCILE_INTERVAL_SECONDS: '0',
      ...environment,
    },
    { database: given, typeformCallsPerSecond: 50 },
  );
}

async function query(sql: string, values: unknown[] = []): Promise<void> {
  await database.pool.query(sql, values);
}

/** A webhook of ours, and a back-fill that has just looked at everything: what is missing now was lost since. */
async function register(form = formId): Promise<void> {
  await query(
    `INSERT INTO backfill_run (form_id, gapless, trigger, status, created_at, started_at, finished_at)
     VALUES ($1, true, 'daily', 'done', now(), now(), now())`,
    [form],
  );
  await query(
    `INSERT INTO webhook (form_id, tag, secret, event_types, created_at, updated_at)
     VALUES ($1, 'onboarding', 'sealed', '{"form_response": true, "form_response_partial": true}', now(), now())`,
    [form],
  );
}

/** Submissions that no webhook delivered. */
const submit = (input: Parameters<TypeformSandbox['control']['submit']>[1] = {}): string[] =>
  sandbox.control.submit(formId, { deliver: false, at: minutesAgo(2 * HOUR), ...input }).map(({ token }) => token);

/** Submissions that a webhook delivered. */
async function delivered(count: number, at = minutesAgo(2 * HOUR)): Promise<string[]> {
  const tokens = submit({ count, at });
  for (const token of tokens) await app.deliver(newEvent({ formId, token, submittedAt: at })).expect(200);
  await app.settled();
  return tokens;
}

async function report(parameters: Record<string, string> = {}): Promise<FormCompleteness> {
  const search = new URLSearchParams({ formId, ...parameters });
  const { body } = await app.admin('get', `/v1/completeness?${search.toString()}`).expect(200);
  expect(body.items).toHaveLength(1);
  return (body as { items: FormCompleteness[] }).items[0]!;
}

async function requestCheck(body: object = {}, replica = app): Promise<FormCompleteness> {
  const answer = await replica
    .admin('post', '/v1/completeness')
    .send({ formId, ...body })
    .expect(202);
  return (answer.body as { items: FormCompleteness[] }).items[0]!;
}

/** Waits until the newest check is at its end. */
async function checked(): Promise<FormCompleteness> {
  await eventually(async () => {
    const { check } = await report();
    return check?.status === 'done' || check?.status === 'failed';
  }, 'the check is at its end');
  return report();
}

async function check(body: object = {}): Promise<FormCompleteness> {
  await requestCheck(body);
  return checked();
}

/** Lets the back-fill that was held back go on, once it asks Typeform, and waits until none is under way. */
async function repaired(): Promise<void> {
  await eventually(
    () => sandbox.control.stats().api.calls.some(({ url }) => url.includes('since=')),
    'the back-fill asks Typeform by itself',
  );
  answers.release();
  await eventually(async () => {
    const { rows } = await database.pool.query<{ open: number }>(
      `SELECT count(*)::integer AS open FROM backfill_run WHERE status IN ('queued', 'running')`,
    );
    return rows[0]?.open === 0;
  }, 'no back-fill is under way');
}

/** Has everything fetched that Typeform has, and processed. */
async function backfilled(): Promise<void> {
  const { body } = await app.admin('post', '/v1/backfills').send({ formId }).expect(202);
  await eventually(
    async () => (await app.admin('get', `/v1/backfills/${(body as { id: string }).id}`)).body.status === 'done',
    'the back-fill is done',
  );
  await app.settled();
}

const missingMetric = async (): Promise<number> => {
  const { text } = await app.http.get('/metrics').expect(200);
  return Number(/^onboarding_submissions_missing (\d+)$/m.exec(text)?.[1]);
};

const listings = (): number => sandbox.control.stats().api.calls.filter(({ url }) => url.includes('/responses')).length;

it('says at once that nothing is known before the first check', async () => {
  await register();
  await delivered(1);
  expect(await report()).toEqual({
    ...{ formId, verdict: 'not_yet_known', checkedAt: null, knownUntil: null, check: null },
    ...{ atTypeform: null, received: null, recovered: null, failed: null, erased: null, missing: null },
  });
  expect(listings()).toBe(0);
});

it('finds lost deliveries, has them fetched, and counts each submission once', async () => {
  app = await start();
  await register();
  await delivered(3);
  expect(await check()).toMatchObject({ verdict: 'complete', atTypeform: 3, received: 3, missing: 0 });

  // Held back, so that the back-fill waits while the outcome of the check is looked at.
  const lost = submit({ count: 2, at: minutesAgo(5 * HOUR) });
  sandbox.control.addFault({ kind: 'slow', target: 'api', match: 'since=', delayMs: UNTIL_RELEASED_MS });
  const found = await check();
  expect(found).toMatchObject({ verdict: 'missing', atTypeform: 5, received: 3, recovered: 0, missing: 2 });
  expect(Date.parse(String(found.checkedAt)) - Date.parse(String(found.knownUntil))).toBeGreaterThanOrEqual(
    HOUR * 60_000,
  );
  expect(await missingMetric()).toBe(2);
  expect(await report({ until: minutesAgo(4 * HOUR) })).toMatchObject({
    verdict: 'missing',
    atTypeform: 2,
    missing: 2,
  });
  expect(await report({ since: minutesAgo(4 * HOUR) })).toMatchObject({
    verdict: 'complete',
    atTypeform: 3,
    missing: 0,
  });

  await repaired();
  await app.settled();
  expect(await report()).toMatchObject({ verdict: 'complete', atTypeform: 5, received: 3, recovered: 2, missing: 0 });
  await eventually(async () => (await missingMetric()) === 0, 'nothing is missing any more');
  const { body } = await app.admin('get', '/v1/backfills?status=done').expect(200);
  expect(body.items[0]).toMatchObject({ trigger: 'repair', recovered: 2 });
  expect((await app.admin('get', `/v1/responses/${formId}/${lost[0]}`)).status).toBe(200);
  const { body: audit } = await app.admin('get', '/v1/audit?action=completeness.checked').expect(200);
  expect(audit.items).toHaveLength(2);
});

it('what has expired is not missing, by the retention of each form, not even once it is kept for ever', async () => {
  app = await start({ RESPONSE_RETENTION_DAYS: '10', WEBHOOK_MAX_EVENT_AGE_DAYS: '100' });
  await register();
  const keep = (retentionDays: number | null) =>
    app.admin('patch', `/v1/forms/${formId}`).send({ retentionDays }).expect(200);
  for (const days of [1, 5]) await delivered(1, minutesAgo(days * 24 * HOUR));
  submit({ at: minutesAgo(20 * 24 * HOUR) });
  expect(await check()).toMatchObject({ verdict: 'complete', atTypeform: 2, received: 2 });

  await keep(3);
  await removeExpired(app);
  expect((await database.pool.query('SELECT FROM form_response')).rows).toHaveLength(1);
  expect(await check()).toMatchObject({ verdict: 'complete', atTypeform: 1, received: 1 });

  await keep(0);
  expect(await check()).toMatchObject({ verdict: 'complete', atTypeform: 3, received: 1, erased: 2, missing: 0 });
  expect((await database.pool.query(`SELECT FROM backfill_run WHERE trigger = 'repair'`)).rowCount).toBe(0);
});

it('a window must not end before it begins, and its times name their zone', async () => {
  const refused = async (search: string): Promise<object> =>
    (await app.admin('get', `/v1/completeness?${search}`).expect(422)).body.errors as object;
  const [since, until] = ['2026-01-31T08:00:00Z', '2026-01-31T08:59:59%2B01:00'];
  expect(await refused(`since=${since}&until=${until}`)).toEqual([
    { path: 'until', message: 'must not be before since' },
  ]);
  for (const path of ['since', 'until']) {
    expect(await refused(`${path}=2026-01-31T08:00:00`)).toEqual([
      { path, message: expect.stringContaining('must be a time with its zone') },
    ]);
  }
  await app.admin('post', '/v1/completeness').send({ since: '2026-01-31T08:00:00' }).expect(422);
  await app.admin('get', `/v1/completeness?since=${until}&until=${since}`).expect(200);
});

it('what was erased here is not missing, nor what was deleted at Typeform', async () => {
  await register();
  const [erased, gone] = [...(await delivered(1)), ...submit()];
  await query(
    'INSERT INTO erased_response (form_id, token, client_id, erased_at) VALUES ($1, $2, gen_random_uuid(), now())',
    [formId, erased],
  );
  await query('DELETE FROM webhook_event');
  await query('DELETE FROM form_response');
  sandbox.control.addFault({ kind: 'slow', target: 'api', match: 'since=', delayMs: UNTIL_RELEASED_MS });
  expect(await check()).toMatchObject({ verdict: 'missing', atTypeform: 2, erased: 1, missing: 1 });
  await fetch(`${sandbox.url}/forms/${formId}/responses?included_response_ids=${gone}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  await repaired();
  await query(`DELETE FROM webhook_event; DELETE FROM form_response`);
  expect(await check()).toMatchObject({ verdict: 'complete', atTypeform: 1, erased: 1, missing: 0 });
});

it('what is erased or expires keeps no token in the list, and is not missing', async () => {
  await register();
  const [erased] = await delivered(1);
  const [expired] = await delivered(1, minutesAgo(20 * 24 * HOUR));
  await delivered(1, minutesAgo(3 * HOUR));
  const window = { since: minutesAgo(2.5 * HOUR), until: minutesAgo(1.5 * HOUR) };
  expect(await check()).toMatchObject({ verdict: 'complete', atTypeform: 3, received: 3 });
  await app.admin('delete', `/v1/responses/${formId}/${erased}`).expect(200);
  const listed = async (): Promise<string[]> =>
    (await database.pool.query<{ token: string }>('SELECT token FROM typeform_response')).rows.map(
      ({ token }) => token,
    );
  for (const look of [report, check]) {
    expect(await look()).toMatchObject({ verdict: 'complete', atTypeform: 3, received: 2, erased: 1, missing: 0 });
    expect(await report(window)).toMatchObject({ atTypeform: 1, erased: 1 });
    expect(await listed()).not.toContain(erased);
  }
  await app.admin('patch', `/v1/forms/${formId}`).send({ retentionDays: 10 }).expect(200);
  await removeExpired(app);
  expect(await listed()).not.toContain(expired);
  expect(await report()).toMatchObject({ verdict: 'complete', atTypeform: 2, received: 1, erased: 1, missing: 0 });
  await app.admin('patch', `/v1/forms/${formId}`).send({ retentionDays: 0 }).expect(200);
  expect(await check()).toMatchObject({ verdict: 'complete', atTypeform: 3, received: 1, erased: 2, missing: 0 });
  expect(await listed()).not.toContain(expired);
});

it('what is erased while a check lists it keeps no token', async () => {
  app = await start();
  await register();
  const [token] = await delivered(1);
  const erasure = await database.pool.connect();
  await erasure.query('BEGIN');
  await erasure.query(`SELECT pg_advisory_xact_lock(hashtextextended('typeform-onboarding:listing', 0))`);
  await erasure.query('INSERT INTO erased_response (form_id, token, erased_at) VALUES ($1, $2, now())', [
    formId,
    token,
  ]);
  const checked = check();
  const waits = `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
                  WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`;
  await eventually(async () => (await database.pool.query(waits)).rowCount === 1, 'the check waits for the erasure');
  await erasure.query('COMMIT');
  erasure.release();
  expect(await checked).toMatchObject({ erased: 1, received: 0 });
  const { rows } = await database.pool.query<{ token: string }>('SELECT token FROM typeform_response');
  expect(rows.map((row) => row.token)).not.toContain(token);
});

it('counts by days what it lists one by one, wherever a window begins and ends', async () => {
  await register();
  const midnight = new Date(Date.UTC(2026, 0, 10)).getTime();
  const times = [-25, -24, -23, -1, 0, 1, 23, 24, 25, 49].map((hours) => new Date(midnight + hours * 3_600_000));
  for (const at of times) submit({ at: at.toISOString() });
  await backfilled();
  await check();
  // As after a restore whose triggers counted everything again.
  await database.pool.query('UPDATE typeform_response_day SET recovered = 2 * recovered');
  await database.pool.query(`INSERT INTO typeform_response_day (form_id, day, erased) VALUES ($1, '2026-01-20', 1)`, [
    formId,
  ]);
  await check();
  const bounds = [undefined, ...times, new Date(midnight + 3_600_001)];
  for (const since of bounds) {
    for (const until of bounds) {
      if (since && until && until < since) continue;
      const inside = times.filter((at) => (!since || at >= since) && (!until || at <= until)).length;
      const window = {
        ...(since && { since: since.toISOString() }),
        ...(until && { until: until.toISOString() }),
      };
      expect({ window, ...(await report(window)) }).toMatchObject({ window, atTypeform: inside, recovered: inside });
    }
  }
});

it('a check is asked for in the query, too; a part that is there twice or a reversed window is refused', async () => {
  app = await start({ WORKER_MODE: 'intake' });
  await register();
  await register(sandbox.control.forms()[1]!.id);
  const post = (search: string) => app.admin('post', `/v1/completeness?${search}`);
  const [since, until] = [minutesAgo(9 * HOUR), minutesAgo(8 * HOUR)];
  const { body } = await post(`formId=${formId}&since=${since}&until=${until}`).expect(202);
  expect((body as { items: FormCompleteness[] }).items.map((item) => item.formId)).toEqual([formId]);
  expect(body).toMatchObject({ items: [{ check: { status: 'queued', since: new Date(since).toISOString() } }] });
  const { rows } = await database.pool.query('SELECT form_id, since FROM completeness_check');
  expect(rows).toEqual([{ form_id: formId, since: new Date(since) }]);
  const errors = async (search: string, send: object): Promise<unknown> =>
    (await post(search).send(send).expect(422)).body.errors;
  expect(await errors(`formId=${formId}`, { formId })).toMatchObject([{ path: 'formId' }]);
  expect(await errors(`since=${until}`, { until: since })).toMatchObject([{ path: 'until' }]);
  expect(await errors('since=yesterday', {})).toMatchObject([{ path: 'since' }]);
  expect(await errors('form=a', {})).toMatchObject([{ path: 'form' }]);
});

it('a complete response that is here as a partial one is missing; what failed is not', async () => {
  app = await start({ WEBHOOK_PROCESSING_ENABLED: 'false' });
  await register();
  const [grown, failed] = submit({ count: 2 });
  const [partial] = submit({ partial: true });
  await app.deliver(newPartial({ formId, token: grown, submittedAt: minutesAgo(3 * HOUR) })).expect(200);
  await app.deliver(newPartial({ formId, token: partial, submittedAt: minutesAgo(2 * HOUR) })).expect(200);
  await app.deliver(newEvent({ formId, token: failed, submittedAt: minutesAgo(2 * HOUR) })).expect(200);
  await query(`UPDATE webhook_event SET status = 'dead', next_attempt_at = NULL WHERE token = $1`, [failed]);
  sandbox.control.addFault({ kind: 'slow', target: 'api', match: 'since=', delayMs: UNTIL_RELEASED_MS });
  expect(await check()).toMatchObject({ verdict: 'missing', atTypeform: 3, received: 1, failed: 1, missing: 1 });
  await repaired();
  expect(await report()).toMatchObject({ verdict: 'complete', received: 1, recovered: 1, failed: 1, missing: 0 });
});

it('what Typeform may not show yet is not yet known', async () => {
  sandbox.control.configure({ lagMinutes: 30 });
  await register();
  submit({ at: minutesAgo(10) });
  expect(await check()).toMatchObject({ verdict: 'complete', atTypeform: 0 });
  expect(await report({ since: minutesAgo(20) })).toMatchObject({ verdict: 'not_yet_known' });
  expect(await report({ since: minutesAgo(300), until: minutesAgo(5) })).toMatchObject({ verdict: 'not_yet_known' });
  expect(await report({ since: minutesAgo(300), until: minutesAgo(90) })).toMatchObject({ verdict: 'complete' });
});

it('a Typeform that refuses is unreachable, with the remedy; what was known before stays known', async () => {
  app = await start();
  await register();
  await delivered(1);
  await check();
  await app.close();
  app = await start({ TYPEFORM_API_KEY: 'tfp_some_other_key' });
  expect(await check()).toMatchObject({
    ...{ verdict: 'unreachable', atTypeform: 1, received: 1 },
    check: { status: 'failed', error: expect.stringContaining('TYPEFORM_API_KEY') },
  });
  expect(await report({ until: minutesAgo(90) })).toMatchObject({ verdict: 'complete', missing: 0 });
});

it('two replicas that are asked at the same time make one check', async () => {
  app = await start();
  const other = await start();
  try {
    await register();
    submit({ partial: true });
    sandbox.control.addFault({ kind: 'slow', target: 'api', match: '/responses', delayMs: UNTIL_RELEASED_MS });
    await Promise.all([app, other, app, other].map((replica) => requestCheck({}, replica)));
    await eventually(() => listings() === 1, 'a check has begun');
    expect(await requestCheck({ since: minutesAgo(HOUR) }, other)).toMatchObject({ check: { status: 'running' } });
    const { rows } = await database.pool.query('SELECT status FROM completeness_check');
    expect(rows).toEqual([{ status: 'running' }]);
    answers.release();
    await checked();
    expect((await database.pool.query('SELECT FROM completeness_check')).rowCount).toBe(1);
  } finally {
    await other.stop();
  }
});

it('a check whose process died in the middle goes on from its page', async () => {
  app = await start();
  await register();
  await delivered(1);
  const tokens = submit({ count: 201 });
  sandbox.control.addFault({ kind: 'slow', target: 'api', match: 'before=', delayMs: UNTIL_RELEASED_MS });
  await requestCheck();
  await eventually(() => listings() === 2, 'the second page was asked for');
  await app.close();
  await query(
    `UPDATE completeness_check SET status = 'running', lease_owner = $1, lease_until = now() - interval '1 second'`,
    [randomUUID()],
  );
  const before = listings();
  app = await start();
  await checked();
  const [next] = sandbox.control
    .stats()
    .api.calls.filter(({ url }) => url.includes('/responses'))
    .slice(before);
  expect(next?.url).toContain('before=');
  await repaired();
  expect(await report()).toMatchObject({
    atTypeform: tokens.length + 1,
    received: 1,
    recovered: tokens.length,
    missing: 0,
  });
});

it('looks once a day by itself, at forms whose back-fills have settled', async () => {
  app = await start({ WORKER_MODE: 'intake' });
  const checks = app.app.get(CompletenessChecksRepository);
  const inHours = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);
  await register();
  expect(await checks.requestDue(inHours(1))).toBe(0);
  expect(await checks.requestDue(inHours(3))).toBe(1);
  expect(await checks.requestDue(inHours(3))).toBe(0);
  await query(`UPDATE completeness_check SET status = 'done', started_at = now(), finished_at = now()`);
  expect(await checks.requestDue(inHours(23))).toBe(0);
  expect(await checks.requestDue(inHours(25))).toBe(1);
  await query(`UPDATE completeness_check SET status = 'failed', started_at = now() WHERE status = 'queued'`);
  expect(await checks.requestDue(inHours(0.5))).toBe(0);
});

it('answers for every form with a webhook, or for one that is known', async () => {
  app = await start({ WORKER_MODE: 'intake' });
  const forms = sandbox.control.forms().slice(0, 3);
  for (const form of forms) await register(form.id);
  const { body } = await app.admin('get', '/v1/completeness').expect(200);
  expect((body as { items: FormCompleteness[] }).items.map((item) => item.formId)).toEqual(
    forms.map(({ id }) => id).sort(),
  );
  await app.admin('get', '/v1/completeness?formId=nosuch').expect(404);
  await app.admin('post', '/v1/completeness').send({ formId: 'nosuch' }).expect(404);
  const asked = await app.admin('post', '/v1/completeness').send({}).expect(202);
  expect(asked.body.items).toHaveLength(3);
});

describe('the command', () => {
  const command = (...args: string[]) =>
    ServiceProcess.launch(
      {},
      { bare: true, script: CLI, args: ['completeness', '--url', app.url, '--key', ADMIN_KEY, ...args] },
    );

  it('prints a table and exits 1 while something is missing', async () => {
    await register();
    await delivered(1);
    const early = command('--since', minutesAgo(24 * HOUR));
    expect(await early.exited).toMatchObject({ code: 0 });
    expect(early.stdout).toMatch(/not_yet_known: .* Ask Typeform now with --check/);
    const at = minutesAgo(3 * HOUR);
    submit({ count: 2, at });
    const match = `since=${encodeURIComponent(at)}`;
    sandbox.control.addFault({ kind: 'slow', target: 'api', match, delayMs: UNTIL_RELEASED_MS });
    const found = command('--since', minutesAgo(24 * HOUR), '--check');
    expect(await found.exited).toMatchObject({ code: 1 });
    expect(found.stdout).toMatch(new RegExp(`${formId} +3 +1 +0 +0 +0 +2 +missing`));
    await repaired();
    await app.settled();
    const after = command('--since', minutesAgo(24 * HOUR), '--form', formId, '--json');
    expect(await after.exited).toMatchObject({ code: 0 });
    expect(JSON.parse(after.stdout)).toMatchObject({
      items: [{ formId, verdict: 'complete', received: 1, recovered: 2 }],
    });
  });

  it('says up to when complete is known, and of an unreachable Typeform from when the numbers are', async () => {
    app = await start();
    await register();
    await delivered(2);
    const since = minutesAgo(24 * HOUR);
    const known = command('--since', since, '--check');
    expect(await known.exited).toMatchObject({ code: 0 });
    const row = new RegExp(`${formId} +2 +2 +0 +0 +0 +0 +complete +(\\S+Z) +(\\S+Z)\n`).exec(known.stdout);
    expect(known.stdout).toMatch(/^form .* checked at +known until\n/);
    const [checkedAt, knownUntil] = [String(row?.[1]), String(row?.[2])];
    expect(Date.parse(checkedAt) - Date.parse(knownUntil)).toBeGreaterThanOrEqual(HOUR * 60_000);
    expect(Date.parse(knownUntil)).toBeGreaterThan(Date.parse(since));

    await app.close();
    app = await start({ TYPEFORM_API_KEY: 'tfp_some_other_key' });
    const refused = command('--since', since, '--check');
    expect(await refused.exited).toMatchObject({ code: 0 });
    expect(refused.stdout).toMatch(
      new RegExp(`${formId} +2 +2 +0 +0 +0 +0 +unreachable +${checkedAt} +${knownUntil}\n`),
    );
    expect(refused.stdout).toContain(`. Its numbers are from the last check that succeeded, at ${checkedAt}.\n`);
    expect(refused.stdout).toMatch(new RegExp(`^${formId}: Typeform refused TYPEFORM_API_KEY `, 'm'));
  });

  it('wants a time, and says what is wrong with an address or a key', async () => {
    expect(await command('--since', 'yesterday').exited).toMatchObject({ code: 2 });
    const invalid = command('--since', minutesAgo(1), '--form', 'https://form.typeform.com/to/');
    expect(await invalid.exited).toMatchObject({ code: 1 });
    expect(invalid.stderr).toContain(
      '422: the request is not valid: formId must be a form id, or a Typeform link to it',
    );
    const refused = ServiceProcess.launch(
      {},
      {
        bare: true,
        script: CLI,
        args: ['completeness', '--since', minutesAgo(1), '--url', app.url, '--admin-key', 'wrong'],
      },
    );
    expect(await refused.exited).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('401');
  });
});
