/** The Typeform client against the sandbox over HTTP, and against servers that answer what Typeform never should. */
import { register } from 'prom-client';
import { TypeformSandbox } from '../sandbox/sandbox';
import type { DomainError } from '../src/core/problem';
import { MAX_ANSWER_BYTES } from '../src/typeform/http-exchange';
import type { CallOptions, WebhookChange } from '../src/typeform/typeform-api';
import { createTestDatabase, TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { HeldAnswers, UNTIL_RELEASED_MS } from './support/held-answers';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { startReplica, TypeformReplica } from './support/typeform-replica';
import { WebhookReceiver } from './support/webhook-receiver';

const interactive: CallOptions = { priority: 'interactive' };
const background: CallOptions = { priority: 'background' };
const send = (change: WebhookChange) => () => Promise.resolve(change);
/** The pace is tested elsewhere: here a turn is free almost at once. */
const UNHURRIED = { typeformCallsPerSecond: 50 };

let database: TestDatabase;
let sandbox: TypeformSandbox;
let replica: TypeformReplica;
let formId: string;
const answers = new HeldAnswers();

beforeAll(async () => {
  database = await createTestDatabase();
  sandbox = await startSandbox({ time: answers });
  replica = await startReplica(database.url, sandbox.url, {}, UNHURRIED);
});
afterAll(async () => {
  await replica.close();
  await sandbox.stop();
  await database.drop();
});
beforeEach(async () => {
  sandbox.control.reset();
  formId = sandbox.control.forms()[0]!.id;
  // No test waits for the pause that another one has caused.
  await database.pool.query(
    'UPDATE typeform_pace SET next_free_at = clock_timestamp(), refusals = 0, first_waiter = NULL',
  );
});

/** What a test has opened; closed after it, however it ended. */
const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** One more replica on the same database. */
async function another(baseUrl: string, environment: Record<string, string> = {}): Promise<TypeformReplica> {
  const started = await startReplica(database.url, baseUrl, environment, UNHURRIED);
  opened.push(() => started.close());
  return started;
}

const apiCalls = () => sandbox.control.stats().api.calls;

describe('webhooks', () => {
  it('are created, changed without losing the rest, listed, read and deleted', async () => {
    const { api } = replica;
    const url = 'https://example.com/hook';
    const change = { url, enabled: true, secret: 'a-secret-of-the-webhook', eventTypes: { form_response: true } };
    expect(await api.putWebhook(formId, 'onboarding', send(change), interactive)).toMatchObject({
      tag: 'onboarding',
      enabled: true,
    });
    const changed = await api.putWebhook(formId, 'onboarding', send({ verifySsl: false }), interactive);
    expect(changed).toEqual({
      tag: 'onboarding',
      url,
      enabled: true,
      verifySsl: false,
      eventTypes: { form_response: true, form_response_partial: false },
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect(sandbox.control.webhooks(formId)).toMatchObject([{ secret: 'a-secret-of-the-webhook' }]);
    expect(await api.listWebhooks(formId, interactive)).toEqual([changed]);
    expect(await api.getWebhook(formId, 'onboarding', interactive)).toEqual(changed);
    await api.deleteWebhook(formId, 'onboarding', interactive);
    expect(await api.getWebhook(formId, 'onboarding', interactive)).toBeNull();
    await api.deleteWebhook(formId, 'onboarding', interactive);
  });

  it('of a form that is not there are an error, not "none"', async () => {
    const error = { code: 'typeform_error', remoteStatus: 404, remoteCode: 'FORM_NOT_FOUND' };
    await expect(replica.api.getWebhook('unknown', 'x', interactive)).rejects.toMatchObject(error);
    await expect(replica.api.putWebhook('unknown', 'x', send({}), interactive)).rejects.toMatchObject(error);
  });

  it("Typeform's reasons for refusing one are passed on", async () => {
    const refused = replica.api.putWebhook(formId, 'x', send({ url: 'nowhere' }), interactive);
    await expect(refused).rejects.toMatchObject({
      code: 'typeform_error',
      remoteStatus: 400,
      remoteCode: 'VALIDATION_ERROR',
      message: expect.stringContaining('url: '),
    });
    expect(apiCalls()).toHaveLength(1);
  });

  it('ids that cannot be ones never leave this process', async () => {
    await expect(replica.api.getWebhook('../x', 'x', interactive)).rejects.toMatchObject({ code: 'validation_failed' });
    await expect(replica.api.deleteWebhook(formId, 'a/b', interactive)).rejects.toMatchObject({
      code: 'validation_failed',
    });
    expect(apiCalls()).toHaveLength(0);
  });
});

describe('forms and responses', () => {
  it('a form with its fields, and how many there are', async () => {
    const form = await replica.api.getForm(formId, interactive);
    expect(form).toMatchObject({
      id: formId,
      title: expect.any(String),
      responsesUrl: expect.stringContaining(sandbox.url),
    });
    expect(form.fields).toContainEqual(expect.objectContaining({ type: 'email', ref: expect.any(String) }));
    expect(await replica.api.countForms(interactive)).toBe(sandbox.control.forms().length);
  });

  it('responses by page, time, type and id', async () => {
    const { api } = replica;
    const [first] = sandbox.control.submit(formId, { at: '2024-01-01T00:00:00Z' });
    const [second] = sandbox.control.submit(formId, { at: '2024-01-02T00:00:00Z' });
    sandbox.control.submit(formId, { partial: true, at: '2024-01-03T00:00:00Z' });
    const newest = await api.listResponses(formId, { pageSize: 1 }, background);
    expect(newest).toMatchObject({
      totalItems: 2,
      pageCount: 2,
      items: [{ token: second!.token, answers: expect.any(Array) }],
    });
    const older = await api.listResponses(formId, { pageSize: 1, before: second!.token }, background);
    expect(older.items).toMatchObject([{ token: first!.token }]);
    const until = new Date('2024-01-01T00:00:00.900Z');
    expect((await api.listResponses(formId, { until, types: ['completed', 'partial'] }, background)).totalItems).toBe(
      1,
    );
    expect((await api.listResponses(formId, { includedIds: [first!.token] }, background)).totalItems).toBe(1);
  });

  it('responses are deleted in portions that fit into a URL', async () => {
    const tokens = sandbox.control.submit(formId, { count: 101, at: '2024-01-01T00:00:00Z' }).map(({ token }) => token);
    await replica.api.deleteResponses(formId, tokens, background);
    await sandbox.control.setClock({ advanceSeconds: 60 });
    expect((await replica.api.listResponses(formId, {}, background)).totalItems).toBe(0);
    expect(apiCalls().filter(({ method }) => method === 'DELETE')).toHaveLength(2);
  });

  it('of another region are an error that says which host, not an empty list', async () => {
    const home = sandbox.url.replace('127.0.0.1', 'localhost');
    const { id } = sandbox.control.createForm({ responsesBaseUrl: home });
    const [response] = sandbox.control.submit(id, { at: '2024-01-01T00:00:00Z' });
    const wrong = {
      code: 'typeform_error',
      remoteCode: 'WRONG_REGION',
      message: expect.stringContaining(`TYPEFORM_API_BASE_URL=${home}`),
    };
    await expect(replica.api.listResponses(id, {}, background)).rejects.toMatchObject(wrong);
    await expect(replica.api.deleteResponses(id, [response!.token], background)).rejects.toMatchObject(wrong);
    await expect(replica.api.getForm(id, interactive)).rejects.toMatchObject(wrong);
    expect(apiCalls().filter(({ url }) => url.includes('/responses'))).toEqual([]);
    const there = await another(home);
    expect((await there.api.listResponses(id, {}, background)).totalItems).toBe(1);
  });
});

describe('when the sandbox answers badly', () => {
  const fault = (input: Omit<Parameters<typeof sandbox.control.addFault>[0], 'target'>) =>
    sandbox.control.addFault({ target: 'api', ...input });

  it.each([
    ['5xx', { kind: 'status', status: 503 }],
    ['a dropped connection', { kind: 'drop', phase: 'before_answer' }],
    ['an answer that breaks off', { kind: 'drop', phase: 'in_body' }],
    ['429 with Retry-After', { kind: 'status', status: 429, retryAfterSeconds: 1 }],
    ['429 without', { kind: 'status', status: 429 }],
  ] as const)('%s passes by itself', async (_, what) => {
    fault(what);
    await expect(replica.api.listWebhooks(formId, interactive)).resolves.toEqual([]);
    const [first, second, ...more] = apiCalls();
    expect(more).toEqual([]);
    expect(second!.atMs - first!.atMs).toBeGreaterThan('status' in what && what.status === 429 ? 990 : 490);
  });

  it.each([
    ['garbage', { kind: 'garbage' }, { code: 'typeform_error', failure: 'unexpected_answer' }, 1],
    [
      'a redirect',
      { kind: 'redirect', status: 307 },
      { code: 'typeform_error', failure: 'redirect', remoteStatus: 307 },
      1,
    ],
    ['401', { kind: 'status', status: 401 }, { code: 'typeform_error', failure: 'unauthorized', remoteStatus: 401 }, 1],
    [
      '403',
      { kind: 'status', status: 403 },
      { code: 'typeform_error', message: expect.stringContaining('webhooks:read') },
      1,
    ],
    [
      '5xx for long',
      { kind: 'status', status: 500 },
      { code: 'typeform_error', remoteStatus: 500, remoteCode: 'HTTP_500' },
      2,
    ],
    ['no connection for long', { kind: 'drop' }, { code: 'typeform_timeout', failure: 'network_error' }, 2],
    [
      '429 that asks for longer than a person waits',
      { kind: 'status', status: 429, retryAfterSeconds: 20 },
      { code: 'typeform_error', remoteStatus: 429, retryAfterSeconds: 20 },
      1,
    ],
  ] as const)('%s is a clear error after %#', async (_, what, error, calls) => {
    fault({ ...what, times: 9 });
    await expect(replica.api.listWebhooks(formId, interactive)).rejects.toMatchObject(error);
    expect(apiCalls()).toHaveLength(calls);
  });

  it('while a long pause is on, people are told at once how long', async () => {
    fault({ kind: 'status', status: 429, retryAfterSeconds: 250 });
    await expect(replica.api.listWebhooks(formId, interactive)).rejects.toMatchObject({ remoteStatus: 429 });
    const told = await replica.api.listWebhooks(formId, interactive).catch((error: unknown) => error);
    expect(told).toMatchObject({ code: 'typeform_timeout' });
    // What is left of the pause: who had waited as long as people do would be told 1 s.
    expect((told as DomainError).retryAfterSeconds).toBeGreaterThan(1);
    expect(apiCalls()).toHaveLength(1);
  });

  it('a slow answer is a time-out, and is repeated in the background only', async () => {
    const hasty = await another(sandbox.url, { TYPEFORM_TIMEOUT_SECONDS: '1' });
    fault({ kind: 'slow', delayMs: UNTIL_RELEASED_MS, times: 2 });
    const error = { code: 'typeform_timeout', failure: 'timeout', message: expect.stringContaining('1 s') };
    await expect(hasty.api.listWebhooks(formId, interactive)).rejects.toMatchObject(error);
    expect(apiCalls()).toHaveLength(1);
    await expect(hasty.api.listWebhooks(formId, background)).resolves.toEqual([]);
    // A machine that is too busy to answer within the second is asked again as well.
    expect(apiCalls().length).toBeGreaterThanOrEqual(3);
  });

  it('a caller that leaves is not kept waiting', async () => {
    fault({ kind: 'slow', delayMs: UNTIL_RELEASED_MS });
    const caller = new AbortController();
    const options = { ...interactive, signal: caller.signal };
    const call = replica.api.listWebhooks(formId, options);
    await eventually(() => apiCalls().length === 1, 'the call is under way');
    caller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await expect(replica.api.listWebhooks(formId, options)).rejects.toMatchObject({ name: 'AbortError' });
    expect(apiCalls()).toHaveLength(1);
  });

  it('a wrong key is refused once, with what to check, and shows in no log', async () => {
    const apiKey = 'tfp_not_the_key_of_the_account';
    const stranger = await another(sandbox.url, { TYPEFORM_API_KEY: apiKey });
    await expect(stranger.api.countForms(background)).rejects.toMatchObject({
      code: 'typeform_error',
      remoteCode: 'AUTHENTICATION_FAILED',
      message: expect.stringMatching(/TYPEFORM_API_KEY.*forms:read/),
    });
    expect(apiCalls()).toHaveLength(1);
    const logged = [...stranger.logs, ...replica.logs].join('\n');
    expect(logged).toContain('unauthorized');
    expect(logged).not.toMatch(new RegExp(`${apiKey}|${API_KEY}|Bearer`));
  });
});

describe('when something else answers in the place of Typeform', () => {
  let server: WebhookReceiver;
  let lost: TypeformReplica;
  beforeAll(async () => {
    server = await WebhookReceiver.start();
    lost = await startReplica(database.url, server.url.replace('/hook', ''), {}, UNHURRIED);
  });
  afterAll(async () => {
    await lost.close();
    await server.stop();
  });
  const answer = (body: unknown, contentType = 'application/json') => {
    server.answer = () => (response) => {
      response
        .writeHead(200, { 'content-type': contentType })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  };

  it.each([
    ['HTML', '<html>Sign in</html>', 'it is not JSON'],
    ['nothing', '', 'the body'],
    ['null', null, 'the body'],
    ['a list', [], 'the body'],
    ['no items', {}, 'items'],
  ])('%s is an error, not "no webhooks"', async (_, body, place) => {
    answer(body);
    await expect(lost.api.listWebhooks(formId, interactive)).rejects.toMatchObject({
      code: 'typeform_error',
      remoteCode: 'UNEXPECTED_ANSWER',
      message: expect.stringContaining(place),
    });
  });

  it('what cannot be read in a list does not hide the rest: left out, said without quoting it, counted', async () => {
    const good = { tag: 'x', url: 'https://x', enabled: true };
    answer({ items: [null, { tag: 'private', url: 'x', enabled: 'yes' }, good, 'private'] });
    const told: number[] = [];
    const call = { ...interactive, onUnreadable: (count: number) => void told.push(count) };
    expect(await lost.api.listWebhooks(formId, call)).toMatchObject([{ tag: 'x' }]);
    expect(told).toEqual([3]);

    const form = { id: formId, title: '', fields: [null, { id: 'a', type: 'brand_new' }] };
    const items = [{ answers: ['private'] }, null, { token: 't1', answers: [{ type: 'brand_new' }] }];
    answer({ total_items: 3, page_count: 1, items, ...form });
    expect((await lost.api.getForm(formId, interactive)).fields).toMatchObject([{ id: 'a' }]);
    const page = await lost.api.listResponses(formId, {}, background);
    // What cannot be read of a submission is kept as it came: a back-fill stores it.
    expect(page.items).toEqual([{ answers: ['private'] }, { item: null }, items[2]]);
    const said = lost.logs.filter((line) => line.includes('cannot be read'));
    expect(said).toEqual([expect.stringContaining('"list_webhooks"')]);
    expect(JSON.stringify(lost.logs)).not.toContain('private');
    const { values } = await register.getSingleMetric('onboarding_typeform_unreadable_items_total')!.get();
    const counted = Object.fromEntries(values.map(({ labels, value }) => [labels.operation, value]));
    expect(counted).toMatchObject({ list_webhooks: 3, list_responses: 0 });
  });

  it('unknown members are tolerated', async () => {
    answer({ items: [{ tag: 'x', url: 'https://x', enabled: false, secret: 'echo', brand_new: [1] }], more: {} });
    const [webhook] = await lost.api.listWebhooks(formId, interactive);
    expect(webhook).toMatchObject({ tag: 'x', enabled: false });
    expect(JSON.stringify(webhook)).not.toContain('echo');
  });

  it('an answer without end is cut off at the limit', async () => {
    let written = 0;
    server.answer = () => (response) => {
      const chunk = 'x'.repeat(64 * 1024);
      const write = (): void => {
        do written += chunk.length;
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', write).on('error', () => undefined);
      response.writeHead(200);
      write();
    };
    const message = expect.stringContaining(String(MAX_ANSWER_BYTES));
    await expect(lost.api.listWebhooks(formId, interactive)).rejects.toMatchObject({ code: 'typeform_error', message });
    expect(written).toBeGreaterThan(MAX_ANSWER_BYTES / 2);
  });

  it('an answer whose end never comes is a time-out', async () => {
    server.answer = () => (response) => void response.writeHead(200).write('{"items": [');
    const hasty = await another(server.url.replace('/hook', ''), { TYPEFORM_TIMEOUT_SECONDS: '1' });
    await expect(hasty.api.listWebhooks(formId, interactive)).rejects.toMatchObject({ failure: 'timeout' });
  });

  it('a redirect is not followed, wherever it leads, and the key goes nowhere', async () => {
    const elsewhere = await WebhookReceiver.start();
    opened.push(() => elsewhere.stop());
    for (const status of [301, 302, 303, 307, 308]) {
      server.answer = () => (response) => void response.writeHead(status, { location: elsewhere.url }).end();
      await expect(lost.api.listWebhooks(formId, interactive)).rejects.toMatchObject({ failure: 'redirect' });
    }
    expect(elsewhere.received).toEqual([]);
  });

  it('nobody at all is a 504 that says so', async () => {
    const gone = await WebhookReceiver.start();
    const url = gone.url.replace('/hook', '');
    await gone.stop();
    const nowhere = await another(url);
    await expect(nowhere.api.listWebhooks(formId, interactive)).rejects.toMatchObject({
      code: 'typeform_timeout',
      remoteCode: 'ECONNREFUSED',
    });
  });
});
