/** Back-fill: what no webhook delivered is found at Typeform, taken in exactly once, and never in place of something newer. */
import { randomUUID } from 'node:crypto';
import { BackfillRequestsRepository } from '../src/backfill/backfill-requests.repository';
import { toBackfillEvent } from '../src/core/backfill-event';
import { InboxWriter } from '../src/inbox/inbox-writer';
import type { ResponseView } from '../src/onboarding/search-and-export/responses.dto';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { createTestDatabase, TestDatabase } from './support/database';
import { HttpProxy } from './support/http-proxy';
import { askEmail, minutesAgo, newEvent, newId, newPartial } from './support/events';
import { HeldAnswers, UNTIL_RELEASED_MS } from './support/held-answers';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { ADMIN_KEY as PROCESS_KEY, ServiceProcess } from './support/service-process';
import { forgetEverything } from './support/shared-service';
import { eventually, startTestApp, TestApp, WEBHOOK_SECRET } from './support/test-app';

const HOUR = 60;
let answers: HeldAnswers;
let sandbox: TypeformSandbox;
/** The sandbox as the service sees it; `oddity` changes its pages of complete responses. */
let typeform: HttpProxy;
let oddity: ((page: Page, search: URLSearchParams) => void) | undefined;
/** The service and the database of all tests that need no other ones. */
let common: TestApp;
let database: TestDatabase;
let app: TestApp;
/** The English onboarding form. */
let formId: string;

interface Page {
  page_count: number;
  items: { token: string }[];
}

beforeAll(async () => {
  answers = new HeldAnswers();
  sandbox = await startSandbox({ lagMinutes: 0, time: answers, clockSpeed: 1 });
  typeform = await HttpProxy.start(sandbox.url, {
    rewrite: (path, { status, text }) => {
      const { pathname, searchParams } = new URL(path, sandbox.url);
      const touched = pathname.endsWith('/responses') && searchParams.get('response_type') === 'completed';
      if (!oddity || !touched) return { status, text };
      const page = JSON.parse(text) as Page;
      oddity(page, searchParams);
      return { status, text: JSON.stringify(page) };
    },
  });
  common = await startOn(undefined);
});
afterAll(async () => {
  await common?.stop();
  await typeform.close();
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
    oddity = undefined;
    sandbox.control.reset();
  }
});

const isAlone = (): boolean => database !== common.database;

/** For what is there before the service starts, and for services that are stopped: a database of this test's own. */
async function alone(): Promise<void> {
  database = await createTestDatabase();
}

/** A service of this test's own, on a database of its own. */
async function start(environment: Record<string, string> = {}): Promise<TestApp> {
  if (!isAlone()) await alone();
  return startOn(database, environment);
}

/** The service in front of the sandbox, which lets it call as often as it likes. */
function startOn(given: TestDatabase | undefined, environment: Record<string, string> = {}): Promise<TestApp> {
  return startTestApp(
    {
      TYPEFORM_API_BASE_URL: typeform.url,
      TYPEFORM_API_KEY: API_KEY,
      RECONCILE_INTERVAL_SECONDS: '0',
      ...environment,
    },
    { database: given, typeformCallsPerSecond: 50 },
  );
}

interface Run {
  id: string;
  formId: string;
  trigger: string;
  status: string;
  since: string | null;
  seen: number;
  recovered: number;
  duplicates: number;
  failed: number;
  nextLookAt: string | null;
  cursor: string | null;
  startedAt: string;
  finishedAt: string | null;
  error: string | null;
}

async function backfill(body: object = {}): Promise<Run> {
  const answer = await app
    .admin('post', '/v1/backfills')
    .send({ formId, ...body })
    .expect(202);
  return answer.body as Run;
}

const runs = async (): Promise<Run[]> =>
  ((await app.admin('get', '/v1/backfills').expect(200)).body as { items: Run[] }).items;

/** Waits until the newest run of the form is at its end (or in `status`). */
async function ended(wanted: Partial<Run> = {}): Promise<Run> {
  let run: Run | undefined;
  await eventually(
    async () => {
      run = (await runs()).find(
        (one) =>
          one.formId === (wanted.formId ?? formId) &&
          Object.entries(wanted).every(([key, value]) => one[key as keyof Run] === value),
      );
      return run !== undefined && (wanted.status !== undefined || ['done', 'failed'].includes(run.status));
    },
    `a run is ${JSON.stringify(wanted)}`,
  );
  return run!;
}

async function query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
  return (await database.pool.query<Row>(sql, values)).rows;
}

/** The form has a webhook of ours at Typeform, which is all that automatic runs look at. */
async function register(eventTypes: Record<string, boolean> = { form_response: true }): Promise<void> {
  await query(
    `INSERT INTO webhook (form_id, tag, secret, event_types, created_at, updated_at) VALUES ($1, 'onboarding', 'sealed', $2, now(), now())`,
    [formId, JSON.stringify(eventTypes)],
  );
}

/** As if everything that was done here had been done so much earlier. */
async function letTimePass(minutes: number): Promise<void> {
  await query(
    `UPDATE backfill_run SET started_at = started_at - $1 * interval '1 minute', created_at = created_at - $1 * interval '1 minute',
                             finished_at = finished_at - $1 * interval '1 minute'`,
    [minutes],
  );
}

/** Submissions that no webhook delivered. */
const submit = (input: Parameters<TypeformSandbox['control']['submit']>[1] = {}): string[] =>
  sandbox.control.submit(formId, { deliver: false, at: minutesAgo(HOUR), ...input }).map(({ token }) => token);

/** Listings of responses that Typeform answered or was asked for, oldest first. */
const listings = (): URLSearchParams[] =>
  sandbox.control
    .stats()
    .api.calls.filter(({ url }) => url.includes('/responses'))
    .map(({ url }) => new URL(url, sandbox.url).searchParams);

const responses = async (): Promise<Record<string, unknown>[]> => {
  await app.settled();
  return ((await app.admin('get', '/v1/responses?limit=200').expect(200)).body as { items: Record<string, unknown>[] })
    .items;
};

async function counts(): Promise<{ events: number; tokens: number; responses: number }> {
  await app.settled();
  const [row] = await query<{ events: number; tokens: number; responses: number }>(
    `SELECT (SELECT count(*)::integer FROM webhook_event) AS events,
            (SELECT count(DISTINCT token)::integer FROM webhook_event) AS tokens,
            (SELECT count(*)::integer FROM form_response) AS responses`,
  );
  return row!;
}

const metric = async (line: string): Promise<number> => {
  const { text } = await app.http.get('/metrics').expect(200);
  return Number(
    text
      .split('\n')
      .find((each) => each.startsWith(line))
      ?.split(' ')
      .at(-1),
  );
};

describe('on demand', () => {
  it('takes in what is missing, once, and says what it did', async () => {
    app = await start();
    const tokens = submit({ count: 3 });
    const run = await backfill({ formId: `https://form.typeform.com/to/${formId}` });
    expect(run).toMatchObject({ formId, trigger: 'admin', since: null, error: null });
    const done = await ended();
    expect(done).toMatchObject({
      id: run.id,
      status: 'done',
      seen: 3,
      recovered: 3,
      duplicates: 0,
      finishedAt: expect.any(String),
    });

    expect((await responses()).map(({ token }) => token).sort()).toEqual([...tokens].sort());
    const { body } = await app.admin('get', '/v1/deliveries?source=backfill').expect(200);
    expect(body.items).toHaveLength(3);
    expect(body.items[0]).toMatchObject({ status: 'processed', webhookId: null, eventType: 'form_response' });
    expect((await app.admin('get', '/v1/overview').expect(200)).body.recovered).toBe(3);
    expect(await metric('onboarding_backfill_recovered_total{trigger="admin"}')).toBe(3);
    expect(await metric('onboarding_backfill_recovered_total{trigger="daily"}')).toBe(0);
    expect(await metric('onboarding_backfill_runs_total{trigger="admin",status="done"}')).toBe(1);
    const audit = await app.admin('get', '/v1/audit?action=backfill.started').expect(200);
    expect(audit.body.items).toMatchObject([{ subject: run.id, details: { formId, joinedActiveRun: false } }]);

    const again = await backfill();
    expect(again.id).not.toBe(run.id);
    expect(await ended({ id: again.id, status: 'done' })).toMatchObject({ seen: 3, recovered: 0, duplicates: 3 });
    expect(await counts()).toEqual({ events: 3, tokens: 3, responses: 3 });
    expect(
      (await app.admin('get', `/v1/backfills?formId=${formId}&status=done,failed`).expect(200)).body.items,
    ).toHaveLength(2);
  });

  it('reads only the window that was asked for', async () => {
    submit({ at: minutesAgo(50 * HOUR) });
    const [wanted] = submit({ at: minutesAgo(30 * HOUR) });
    submit({ at: minutesAgo(10 * HOUR) });
    await backfill({ since: minutesAgo(40 * HOUR), until: minutesAgo(20 * HOUR) });
    expect(await ended()).toMatchObject({ status: 'done', seen: 1, recovered: 1 });
    expect(await responses()).toMatchObject([{ token: wanted }]);
  });

  it('has no age limit, and takes in what was quarantined for its age', async () => {
    const [token] = submit({ at: minutesAgo(400 * 24 * HOUR) });
    const old = newEvent({ formId, token, submittedAt: minutesAgo(400 * 24 * HOUR) });
    expect((await app.deliver(old).expect(200)).body).toMatchObject({ status: 'quarantined' });
    await backfill();
    expect(await ended()).toMatchObject({ recovered: 1, duplicates: 0 });
    expect(await responses()).toMatchObject([{ token, responseType: 'completed' }]);
  });

  it('a form that nobody knows is 404 and says what to check; what names no form and no window is 422', async () => {
    const { body } = await app.admin('post', '/v1/backfills').send({ formId: 'nosuch' }).expect(404);
    expect(body).toMatchObject({ code: 'not_found', detail: expect.stringContaining('check the form id') });
    const refused = async (sent: object) =>
      (await app.admin('post', '/v1/backfills').send(sent).expect(422)).body.errors[0].path as string;
    expect(await refused({ formId: 'https://example.com/to/abcdef' })).toBe('formId');
    expect(await refused({ formId, since: 'yesterday' })).toBe('since');
    expect(await refused({ formId, since: minutesAgo(1), until: minutesAgo(2) })).toBe('until');
    expect(await runs()).toEqual([]);
  });

  it('a key that Typeform refuses fails the run, with the remedy', async () => {
    app = await start({ TYPEFORM_API_KEY: 'tfp_some_other_key' });
    await backfill();
    const run = await ended();
    expect(run).toMatchObject({ status: 'failed', error: expect.stringContaining('TYPEFORM_API_KEY') });
    expect(await metric('onboarding_backfill_runs_total{trigger="admin",status="failed"}')).toBe(1);
  });

  it('a form of another region fails the run with the right address, instead of finding nothing', async () => {
    formId = sandbox.control.createForm({ responsesBaseUrl: 'https://api.typeform.eu' }).id;
    submit();
    await backfill();
    expect(await ended()).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('TYPEFORM_API_BASE_URL=https://api.typeform.eu'),
    });
  });

  it('what may pass by itself is shown and tried again; asking again does it at once', async () => {
    submit();
    sandbox.control.addFault({ kind: 'garbage', target: 'api', match: '/responses' });
    const { id } = await backfill();
    await eventually(async () => (await runs())[0]?.error !== null, 'the error is shown');
    const [waiting] = await runs();
    expect(waiting).toMatchObject({
      id,
      status: 'queued',
      error: expect.stringContaining("Typeform's answer cannot be used"),
      nextAttemptAt: expect.any(String),
    });
    expect(await backfill()).toMatchObject({ id });
    expect(await ended()).toMatchObject({ id, status: 'done', recovered: 1, error: null });
  });
});

describe('what is odd at Typeform', () => {
  it.each([1, 2, 5])('a circle of %i pages ends the run with an error', async (length) => {
    const tokens = submit({ count: length });
    oddity = (page, search) => {
      const at = tokens.indexOf(search.get('before') ?? '');
      page.items = page.items.length > 0 ? page.items.slice(0, 1) : [{ token: '' }];
      page.items[0]!.token = tokens[(at + 1) % length]!;
      page.page_count = 9;
    };
    await backfill();
    expect(await ended()).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('lead back to each other'),
    });
    expect(listings().length).toBeLessThanOrEqual(3 * length + 2);
  });

  it('a response that is on two pages, and twice on one, is recovered once', async () => {
    submit({ count: 201 });
    let last: Page['items'][number] | undefined;
    oddity = (page, search) => {
      if (search.has('before')) page.items.unshift(last!, page.items[0]!);
      else last = page.items.at(-1);
    };
    await backfill();
    expect(await ended()).toMatchObject({ status: 'done', seen: 203, recovered: 201, duplicates: 2, failed: 0 });
    expect(await counts()).toEqual({ events: 201, tokens: 201, responses: 201 });
    expect((await app.admin('get', '/v1/overview').expect(200)).body.recovered).toBe(201);
  });

  it('a submission that first came as a partial one and then complete counts once', async () => {
    const [token] = submit({ partial: true });
    await backfill();
    await ended({ status: 'done' });
    sandbox.control.submit(formId, { token, deliver: false, at: minutesAgo(30) });
    const { id } = await backfill();
    expect(await ended({ id, status: 'done' })).toMatchObject({ seen: 1, recovered: 1 });
    expect(await counts()).toEqual({ events: 2, tokens: 1, responses: 1 });
    expect((await app.admin('get', '/v1/overview').expect(200)).body.recovered).toBe(1);
  });

  it.each([
    ['has no token', { odd: 'one' }],
    ['has an impossible token', { token: 'x'.repeat(200), odd: 'one' }],
    ['is nothing', null],
    ['is a list', ['odd one']],
  ])('what %s is kept as it came, as an event that fails, and does not end the run', async (_case, odd) => {
    submit({ count: 2 });
    oddity = (page) => page.items.push(odd as unknown as Page['items'][number]);
    await backfill();
    expect(await ended()).toMatchObject({
      status: 'done',
      seen: 3,
      recovered: 2,
      duplicates: 0,
      failed: 1,
      error: null,
    });
    const kept = await query<{ payload: string }>(
      `SELECT convert_from(payload, 'UTF8') AS payload FROM webhook_event WHERE token LIKE 'unreadable-%'`,
    );
    expect(kept).toHaveLength(1);
    expect(JSON.parse(kept[0]!.payload)).toMatchObject({
      form_response: odd && !Array.isArray(odd) ? odd : { item: odd },
    });
    await eventually(
      async () => (await query(`SELECT FROM webhook_event WHERE status IN ('retrying', 'dead')`)).length === 1,
      'it has failed',
    );
    const { id } = await backfill();
    expect(await ended({ id, status: 'done' })).toMatchObject({ recovered: 0, duplicates: 2, failed: 1 });
    expect((await counts()).responses).toBe(2);
  });
});

it('a long run and a short one take turns', async () => {
  const short = sandbox.control.forms()[1]!.id;
  submit({ count: 2_500 });
  sandbox.control.submit(short, { deliver: false, at: minutesAgo(HOUR) });
  // The runs and nothing else: its events need not be processed.
  app = await start({ WEBHOOK_PROCESSING_ENABLED: 'false' });
  await backfill();
  await eventually(() => listings().length > 0, 'the long run has begun');
  await app.admin('post', '/v1/backfills').send({ formId: short }).expect(202);
  await ended({ formId: short, status: 'done' });
  expect((await runs()).find((run) => run.formId === formId)).toMatchObject({
    status: expect.stringMatching(/queued|running/),
  });
  expect(await ended({ formId })).toMatchObject({ status: 'done', seen: 2_500, recovered: 2_500, duplicates: 0 });
});

it('a request without since begins where responses are kept from, and one with since where it says', async () => {
  app = await start({ RESPONSE_RETENTION_DAYS: '10' });
  submit({ at: minutesAgo(11 * 24 * HOUR) });
  submit({ at: minutesAgo(9 * 24 * HOUR) });
  const { id, since } = await backfill();
  expect(Math.abs(Date.parse(String(since)) - (Date.now() - 10 * 24 * 3_600_000))).toBeLessThan(600_000);
  expect(await ended({ id, status: 'done' })).toMatchObject({ seen: 1, recovered: 1 });
  const asked = await backfill({ since: minutesAgo(20 * 24 * HOUR) });
  expect(await ended({ id: asked.id, status: 'done' })).toMatchObject({ seen: 2, recovered: 1 });
});

it('a form that says itself how long it keeps responses is read from its own edge on', async () => {
  app = await start({ RESPONSE_RETENTION_DAYS: '10' });
  await query(
    'INSERT INTO onboarding_form (form_id, retention_days, created_at, updated_at) VALUES ($1, 3, now(), now())',
    [formId],
  );
  const beginning = async (): Promise<number> => {
    const { id, since } = await backfill();
    await ended({ id, status: 'done' });
    return Math.round((Date.now() - Date.parse(String(since))) / (24 * 3_600_000));
  };
  expect(await beginning()).toBe(3);
  await app.admin('patch', `/v1/forms/${formId}`).send({ retentionDays: 0 }).expect(200);
  expect(await backfill()).toMatchObject({ since: null });
});

it('a run says when the form is next looked at', async () => {
  await backfill();
  expect(await ended({ status: 'done' })).toMatchObject({ nextLookAt: null });
  await register();
  const waits = async (): Promise<number> => {
    const { nextLookAt, startedAt } = (await runs())[0]!;
    return (Date.parse(String(nextLookAt)) - Date.parse(startedAt)) / 60_000;
  };
  expect(await waits()).toBe(65);
  await query(`UPDATE backfill_run SET trigger = 'daily'`);
  expect(await waits()).toBe(24 * 60);
  await query(`UPDATE backfill_run SET status = 'failed'`);
  expect(await waits()).toBe(60);
});

describe('by itself', () => {
  it('after 30 hours down all of 500 submissions are there after the restart, exactly once, for 4 calls', async () => {
    await alone();
    await register();
    app = await start();
    await ended({ trigger: 'initial', status: 'done' });
    // A delivery just before the end must not make believe that everything up to it has arrived.
    await app.deliver(newEvent({ formId })).expect(200);
    await app.settled();
    await app.close();
    await letTimePass(30 * HOUR);

    const tokens = Array.from({ length: 500 }, (_, index) => submit({ at: minutesAgo(31 + index * 3.5) })[0]!);
    const before = sandbox.control.stats().api.calls.length;
    app = await start();
    const run = await ended({ trigger: 'start', status: 'done' });
    await eventually(async () => (await counts()).responses === 501, 'all submissions are there');

    expect(run).toMatchObject({ seen: 500, recovered: 500, duplicates: 0, cursor: tokens.at(-1) });
    expect(await counts()).toEqual({ events: 501, tokens: 501, responses: 501 });
    const stored = await query<{ token: string }>(`SELECT token FROM webhook_event WHERE source = 'backfill'`);
    expect(new Set(stored.map(({ token }) => token))).toEqual(new Set(tokens));
    const { calls, byStatus } = sandbox.control.stats().api;
    // Two seconds of Typeform's limit.
    expect(calls.length - before).toBe(4);
    expect(byStatus).toEqual({ 200: calls.length });
    expect(app.logs.join('\n')).toContain('Recovered submissions that no webhook had delivered');
    expect(await metric('onboarding_backfill_recovered_total{trigger="start"}')).toBe(500);
  });

  it('what Typeform did not show yet is found by the follow-up, about an hour later', async () => {
    sandbox.control.configure({ lagMinutes: 30 });
    await alone();
    await register();
    app = await start();
    await ended({ trigger: 'initial', status: 'done' });
    const [token] = submit({ at: minutesAgo(10) });
    await backfill();
    expect(await ended({ trigger: 'admin' })).toMatchObject({ status: 'done', seen: 0 });

    await sandbox.control.setClock({ advanceSeconds: 70 * 60 });
    await letTimePass(70);
    expect(await ended({ trigger: 'daily' })).toMatchObject({ status: 'done', seen: 1, recovered: 1 });
    expect(await responses()).toMatchObject([{ token }]);
    expect(await metric('onboarding_backfill_recovered_total{trigger="daily"}')).toBe(1);
  });

  it('goes on every day with an overlap, which brings nothing twice', async () => {
    await alone();
    await register();
    submit({ at: minutesAgo(30) });
    app = await start();
    expect(await ended()).toMatchObject({ trigger: 'initial', since: null, recovered: 1 });
    const requests = app.app.get(BackfillRequestsRepository);
    const inMinutes = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);
    expect(await requests.requestDue('daily', inMinutes(60))).toBe(0);
    await letTimePass(66);
    const followUp = await ended({ trigger: 'daily' });
    expect(followUp).toMatchObject({ status: 'done', seen: 1, recovered: 0, duplicates: 1 });
    expect(await requests.requestDue('daily', inMinutes(23 * HOUR))).toBe(0);
    expect(await requests.requestDue('daily', inMinutes(25 * HOUR))).toBe(1);
    const [next] = await runs();
    const sinceOf = Date.parse(next!.since!);
    expect(Date.parse(followUp.startedAt) - sinceOf).toBe(2 * 3_600_000);
    expect(await counts()).toEqual({ events: 1, tokens: 1, responses: 1 });
  });

  it('a run that failed for good is tried again an hour later, from where nothing was left out', async () => {
    await alone();
    await register();
    app = await start({ TYPEFORM_API_KEY: 'tfp_some_other_key' });
    await ended({ trigger: 'initial', status: 'failed' });
    const requests = app.app.get(BackfillRequestsRepository);
    expect(await requests.requestDue('daily', new Date(Date.now() + 50 * 60_000))).toBe(0);
    expect(await requests.requestDue('daily', new Date(Date.now() + 70 * 60_000))).toBe(1);
    expect((await runs())[0]).toMatchObject({ status: 'queued', trigger: 'initial', since: null });
  });

  it('an intake process does nothing by itself', async () => {
    await alone();
    await register();
    app = await start({ WORKER_MODE: 'intake' });
    expect(await runs()).toEqual([]);
    await backfill();
    expect(await runs()).toMatchObject([{ status: 'queued', startedAt: null }]);
  });

  it('leaves forms without a webhook of ours alone', async () => {
    await alone();
    await query(`INSERT INTO onboarding_form (form_id, created_at, updated_at) VALUES ($1, now(), now())`, [formId]);
    app = await start({ WORKER_MODE: 'intake' });
    const requests = app.app.get(BackfillRequestsRepository);
    expect(await requests.requestDue('start', new Date())).toBe(0);
    await register();
    expect(await requests.requestDue('start', new Date())).toBe(1);
    await query(`UPDATE webhook SET removed_at = now(); DELETE FROM backfill_run`);
    expect(await requests.requestDue('start', new Date())).toBe(0);
  });
});

describe('resuming', () => {
  const dead = () => [randomUUID()];

  it('a stop in the middle gives the run back at the page in hand, and the next process goes on from there', async () => {
    app = await start();
    submit({ count: 401 });
    sandbox.control.addFault({ kind: 'slow', target: 'api', match: 'before=', delayMs: UNTIL_RELEASED_MS });
    await backfill();
    await eventually(() => listings().length === 2, 'the second page was asked for');
    await app.close();
    const [half] = await query<Run & { cursor: string }>(
      'SELECT status, cursor, seen, recovered, error FROM backfill_run',
    );
    expect(half).toMatchObject({
      status: 'queued',
      seen: 200,
      recovered: 200,
      error: null,
      cursor: expect.any(String),
    });

    const before = listings().length;
    app = await start();
    expect(await ended()).toMatchObject({ status: 'done', seen: 401, recovered: 401, duplicates: 0 });
    expect(listings().slice(before)[0]?.get('before')).toBe(half!.cursor);
    // Its second and third page, and one empty page of partial responses.
    expect(listings()).toHaveLength(before + 3);
    expect(await counts()).toEqual({ events: 401, tokens: 401, responses: 401 });
  });

  it('a process that is killed in the middle leaves a run that another one finishes', async () => {
    await alone();
    submit({ count: 201 });
    sandbox.control.addFault({ kind: 'slow', target: 'api', match: 'before=', delayMs: UNTIL_RELEASED_MS });
    const killed = await ServiceProcess.start({
      DATABASE_URL: database.url,
      TYPEFORM_API_BASE_URL: sandbox.url,
      TYPEFORM_API_KEY: API_KEY,
      RECONCILE_INTERVAL_SECONDS: '0',
    });
    await fetch(`${killed.url}/v1/backfills`, {
      method: 'POST',
      headers: { authorization: `Bearer ${PROCESS_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ formId }),
    });
    await eventually(() => listings().at(-1)?.has('before') === true, 'the second page was asked for');
    await killed.kill();
    const before = listings().length;
    const [half] = await query<Run>('SELECT status, cursor, seen FROM backfill_run');
    expect(half).toMatchObject({ status: 'running', seen: 200, cursor: expect.any(String) });

    // What the lease is for: half a minute without a sign of life.
    await query('UPDATE backfill_run SET lease_until = now()');
    app = await start();
    expect(await ended()).toMatchObject({ status: 'done', seen: 201, recovered: 201, duplicates: 0 });
    expect(listings()[before]?.get('before')).toBe(half!.cursor);
    expect(await counts()).toEqual({ events: 201, tokens: 201, responses: 201 });
  });

  it('a process that died after a page was taken in and before that was saved costs no event and no count', async () => {
    app = await start();
    submit({ count: 201 });
    await backfill();
    await ended({ status: 'done' });
    await app.close();
    // The page after the cursor is in the inbox; the row says otherwise, and belongs to a process that is gone.
    await query(
      `UPDATE backfill_run SET status = 'running', finished_at = NULL, seen = 0, recovered = 0, response_type = 'completed',
                               cursor = NULL, lease_owner = $1,
                               lease_until = now() - interval '1 second'`,
      dead(),
    );
    app = await start();
    expect(await ended({ status: 'done' })).toMatchObject({ seen: 201, recovered: 201, duplicates: 0 });
    expect(await counts()).toEqual({ events: 201, tokens: 201, responses: 201 });
  });

  it('a run whose process is alive is left to it', async () => {
    app = await start({ WORKER_MODE: 'intake' });
    await backfill();
    const lease = `UPDATE backfill_run SET status = 'running', lease_owner = $1, lease_until = now() +`;
    await query(`${lease} interval '1 hour'`, dead());
    const other = await start();
    try {
      expect(await ended({ status: 'running' })).toMatchObject({ seen: 0 });
      await query(`${lease} interval '-1 second'`, dead());
      await ended({ status: 'done' });
    } finally {
      await other.stop();
    }
  });

  it('two replicas that are asked at the same time never walk side by side', async () => {
    app = await start();
    const other = await start();
    try {
      submit({ count: 201 });
      sandbox.control.addFault({ kind: 'slow', target: 'api', match: '/responses', delayMs: UNTIL_RELEASED_MS });
      const asked = await Promise.all(
        [app, other, app, other].map(async (replica) => {
          const { body } = await replica.admin('post', '/v1/backfills').send({ formId }).expect(202);
          return (body as Run).id;
        }),
      );
      expect(new Set(asked).size).toBe(1);
      await eventually(() => listings().length === 1, 'a walk has begun');
      answers.release();
      await ended();
      // Whoever asked while the first page was on its way is followed by one more walk, after the first.
      const walks = (await runs()).reverse();
      expect(walks.length).toBeLessThan(3);
      expect(walks.map(({ seen, recovered }) => [seen, recovered])).toEqual(
        [
          [201, 201],
          [201, 0],
        ].slice(0, walks.length),
      );
      // Each: two pages of complete responses, one empty one of partial ones.
      expect(listings()).toHaveLength(3 * walks.length);
    } finally {
      await other.stop();
    }
  });

  it('a wider request joins the run that is under way, and nothing of its window is left out', async () => {
    submit({ at: minutesAgo(50 * HOUR) });
    submit({ at: minutesAgo(30 * HOUR), count: 201 });
    submit({ at: minutesAgo(10 * HOUR) });
    sandbox.control.addFault({ kind: 'slow', target: 'api', match: 'before=', delayMs: UNTIL_RELEASED_MS });
    const { id } = await backfill({ since: minutesAgo(40 * HOUR), until: minutesAgo(20 * HOUR) });
    await eventually(() => listings().length === 2, 'the run is at its second page');
    expect(await backfill()).toMatchObject({ id, since: null, until: null, cursor: null });
    answers.release();
    expect(await ended()).toMatchObject({ id, status: 'done', seen: 203, recovered: 203, duplicates: 0 });
    expect(await counts()).toEqual({ events: 203, tokens: 203, responses: 203 });
    expect(await runs()).toHaveLength(1);
  });
});

describe('partial and complete responses', () => {
  it('a partial one here becomes the complete one at Typeform', async () => {
    const [token] = submit({ answerAll: true });
    await app.deliver(newPartial({ formId, token, submittedAt: minutesAgo(HOUR + 5) })).expect(200);
    expect(await responses()).toMatchObject([{ token, responseType: 'partial' }]);
    await backfill();
    expect(await ended()).toMatchObject({ seen: 1, recovered: 1 });
    const [response] = await responses();
    expect(response).toMatchObject({ token, responseType: 'completed' });
    expect((response!.answers as unknown[]).length).toBeGreaterThan(5);
  });

  it('a complete one here is not touched by a partial one at Typeform, however new', async () => {
    const [token] = submit({ partial: true, at: minutesAgo(1) });
    const questions = [askEmail('complete@example.com')];
    await app.deliver(newEvent({ formId, token, submittedAt: minutesAgo(HOUR), questions })).expect(200);
    const before = await responses();
    await backfill();
    expect(await ended()).toMatchObject({ status: 'done', seen: 1, recovered: 0, duplicates: 1 });
    expect(await responses()).toEqual(before);
  });

  it.each([
    ['waits in the inbox', '', 'SELECT'],
    ['was recorded and left the inbox', 'true', 'DELETE FROM webhook_event'],
    ['was erased', 'true', 'DELETE FROM form_response; UPDATE webhook_event SET payload = NULL'],
  ])('a delivery that %s is known', async (_case, processing, sql) => {
    if (!processing) app = await start({ WEBHOOK_PROCESSING_ENABLED: 'false' });
    const [token] = submit();
    await app.deliver(newEvent({ formId, token, submittedAt: minutesAgo(HOUR) })).expect(200);
    if (processing) await app.settled();
    await query(sql);
    await backfill();
    expect(await ended()).toMatchObject({ status: 'done', seen: 1, recovered: 0, duplicates: 1 });
  });

  it('of two partial ones the newer stays', async () => {
    const [older, newer] = [submit({ partial: true })[0]!, submit({ partial: true })[0]!];
    await app.deliver(newPartial({ formId, token: older, submittedAt: minutesAgo(HOUR + 30) })).expect(200);
    await app.deliver(newPartial({ formId, token: newer, submittedAt: minutesAgo(HOUR - 30) })).expect(200);
    await responses();
    await backfill();
    expect(await ended()).toMatchObject({ seen: 2, recovered: 1, duplicates: 1 });
    await app.settled();
    const sources = await query<{ token: string; event_id: string }>('SELECT token, event_id FROM form_response');
    expect(sources.filter(({ event_id }) => event_id.startsWith('backfill:')).map(({ token }) => token)).toEqual([
      older,
    ]);
  });

  it.each([
    [{ form_response: true }, 0],
    [{ form_response: true, form_response_partial: true }, 1],
  ])('with a webhook that delivers %j, %i partial ones are taken in', async (eventTypes, expected) => {
    await alone();
    await register(eventTypes);
    submit({ partial: true });
    app = await start();
    expect(await ended({ trigger: 'initial', status: 'done' })).toMatchObject({ recovered: expected });
  });

  it('what Typeform delivers of the same submission, later or just before, stays what it delivered', async () => {
    const [late, early] = [newId(), newId()];
    const submittedAt = minutesAgo(HOUR);
    const append = async (token: string): Promise<void> => {
      const outline = { id: formId, title: 'From the Responses API', fields: [], endings: [] };
      const event = toBackfillEvent(outline, { token, response_type: 'completed', submitted_at: submittedAt });
      const source = { source: 'backfill', webhookId: null, quarantinedFor: null } as const;
      await app.app.get(InboxWriter).append({ ...event, ...source, receivedAt: new Date() });
      await app.settled();
    };
    const deliver = async (token: string): Promise<void> => {
      await app.deliver(newEvent({ formId, token, submittedAt })).expect(200);
      await app.settled();
    };
    await append(late);
    await deliver(late);
    await deliver(early);
    await append(early);
    for (const response of await responses()) expect(response).toMatchObject({ ending: expect.objectContaining({}) });
    const reasons = await query(
      `SELECT token, reason FROM webhook_event WHERE source = 'backfill' ORDER BY reason NULLS LAST`,
    );
    expect(reasons).toEqual([
      { token: early, reason: 'superseded' },
      { token: late, reason: null },
    ]);
  });
});

it('what a back-fill makes of a submission is what its webhook would have made of it', async () => {
  const otherDatabase = await createTestDatabase();
  // A webhook of a form of 2016 leaves refs, scores and variables out, which the Responses API has.
  const forms = sandbox.control.forms().filter(({ payloadStyle }) => payloadStyle === 'current');
  const delivered = await startTestApp({ RECONCILE_INTERVAL_SECONDS: '0' }, { database: otherDatabase });
  try {
    for (const form of forms) {
      await fetch(`${sandbox.url}/forms/${form.id}/webhooks/onboarding`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url: `${delivered.url}/webhooks/typeform`, enabled: true, secret: WEBHOOK_SECRET }),
      });
      sandbox.control.submit(form.id, { count: 5, answerAll: true, at: minutesAgo(HOUR) });
    }
    await sandbox.control.setClock({ advanceSeconds: 0 });
    await delivered.settled();
    for (const form of forms) {
      formId = form.id;
      await backfill();
      expect(await ended({ formId, status: 'done' })).toMatchObject({ recovered: 5 });
    }
    const [byWebhook, byBackfill] = [await comparable(delivered), await comparable(app)];
    expect(byWebhook).toHaveLength(5 * forms.length);
    expect(byWebhook).toContainEqual(
      expect.objectContaining({ ending: expect.objectContaining({}), outcome: expect.objectContaining({}) }),
    );
    expect(byBackfill).toEqual(byWebhook);
  } finally {
    await delivered.stop();
    await otherDatabase.drop();
  }
});

/** The responses and their clients, without what differs between two services, and between a webhook and the Responses API. */
async function comparable(from: TestApp): Promise<unknown[]> {
  await from.settled();
  const { body } = await from.admin('get', '/v1/responses?limit=200').expect(200);
  const items = body.items as ResponseView[];
  return Promise.all(
    items
      .sort((a, b) => a.token.localeCompare(b.token))
      .map(async ({ clientId, ...response }) => {
        const client = clientId ? (await from.admin('get', `/v1/clients/${clientId}`).expect(200)).body : null;
        return {
          ...response,
          answers: response.answers.map((answer) =>
            answer.type === 'file_url' ? { ...answer, value: 'file' } : answer,
          ),
          client: { email: client?.email, phone: client?.phone },
          ...{ eventId: null, receivedAt: null },
        };
      }),
  );
}
