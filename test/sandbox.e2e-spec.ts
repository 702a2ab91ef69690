import { createClient } from '@typeform/api-client';
import supertest from 'supertest';
import type { TypeformSandbox } from '../sandbox/sandbox';
import {
  API_KEY,
  HOUR,
  MINUTE,
  SECRET,
  startSandbox,
  tokensOf,
  type Json,
  type ResponseItem,
  SandboxHarness,
} from './support/sandbox-harness';

const at = SandboxHarness.install();

describe("Typeform's own client", () => {
  const client = () => createClient({ token: API_KEY, apiBaseUrl: at.sandbox.url });

  it('lists, reads, creates, replaces, patches, copies and deletes forms', async () => {
    const { forms } = client();
    const listed = await forms.list({ pageSize: 3 });
    expect(listed).toMatchObject({ total_items: 7, page_count: 3 });
    expect(listed.items).toHaveLength(3);
    expect((await forms.list({ page: 3, pageSize: 3 })).items).toHaveLength(1);
    expect((await forms.list({ search: 'kundenauf' })).items.map(({ title }) => title)).toEqual(['Kundenaufnahme']);

    const created = await forms.create({ data: { title: 'New', fields: [{ type: 'email', title: 'Your email?' }] } });
    const uid = created.id!;
    expect(uid).toMatch(/^[A-Za-z0-9]{8}$/);
    expect((await forms.get({ uid })).fields?.[0]).toMatchObject({ type: 'email', ref: expect.any(String) });

    await forms.update({ uid, override: true, data: { title: 'Replaced', fields: [] } });
    await forms.update({ uid, data: [{ op: 'replace', path: '/settings/is_public', value: false }] });
    expect(await forms.get({ uid })).toMatchObject({ title: 'Replaced', fields: [], settings: { is_public: false } });

    const copy = await forms.copy({ uid, workspaceHref: 'https://api.typeform.com/workspaces/abc' });
    expect(copy).toMatchObject({ title: 'Replaced', workspace: { href: 'https://api.typeform.com/workspaces/abc' } });
    expect((await forms.list({ workspaceId: 'abc' })).items.map(({ id }) => id)).toEqual([copy.id]);
    expect((await forms.list({ page: 'auto' })).items).toHaveLength(9);

    await forms.delete({ uid });
    await expect(forms.get({ uid })).rejects.toMatchObject({ code: 'FORM_NOT_FOUND' });
  });

  it('reads and updates messages', async () => {
    const { messages } = client().forms;
    await messages.update({ uid: at.formId, data: { 'label.error.required': 'Please answer' } });
    expect(await messages.get({ uid: at.formId })).toEqual({ 'label.error.required': 'Please answer' });
  });

  it('creates, lists, reads, toggles, updates and deletes webhooks', async () => {
    const { webhooks } = client();
    const created = await webhooks.create({ uid: at.formId, tag: 'onboarding', url: at.receiver.url, secret: SECRET });
    expect(created).toMatchObject({ tag: 'onboarding', form_id: at.formId, url: at.receiver.url, enabled: false });
    await webhooks.toggle({ uid: at.formId, tag: 'onboarding', enabled: true });
    expect(await webhooks.get({ uid: at.formId, tag: 'onboarding' })).toMatchObject({
      enabled: true,
      url: at.receiver.url,
    });
    await webhooks.update({
      uid: at.formId,
      tag: 'onboarding',
      url: `${at.receiver.url}/2`,
      enabled: true,
      verifySSL: true,
    });
    const { items } = await webhooks.list({ uid: at.formId });
    expect(items).toEqual([expect.objectContaining({ id: created.id, url: `${at.receiver.url}/2`, verify_ssl: true })]);
    expect(at.sandbox.control.webhooks(at.formId)[0]?.secret).toBe(SECRET);
    await webhooks.delete({ uid: at.formId, tag: 'onboarding' });
    await expect(webhooks.get({ uid: at.formId, tag: 'onboarding' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('lists responses page by page by itself, and deletes them', async () => {
    const tokens = at.submit({ count: 1203, deliver: false }).map(({ token }) => token);
    await at.advance(31 * MINUTE);
    const client_ = client().responses;
    const all = await client_.list({ uid: at.formId, page: 'auto' });
    expect(all.items.map(({ response_id }) => response_id).sort()).toEqual([...tokens].sort());

    await client_.delete({ uid: at.formId, ids: tokens.slice(0, 3) });
    await at.advance(MINUTE);
    expect((await client_.list({ uid: at.formId, pageSize: 1 })).total_items).toBe(1200);
  });

  it('gets the code and the description of an error', async () => {
    const stranger = createClient({ token: 'tfp_wrong', apiBaseUrl: at.sandbox.url });
    await expect(stranger.forms.list()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });
});

describe('authorisation', () => {
  it.each([
    ['no token', ''],
    ['a wrong token', 'Bearer tfp_other'],
    ['another scheme', `Basic ${API_KEY}`],
  ])('answers 401 to %s', async (_, authorization) => {
    const reply = await at.call('GET', '/forms', undefined, { Authorization: authorization });
    expect(reply.status).toBe(401);
    expect(reply.body).toEqual({ code: 'AUTHENTICATION_FAILED', description: expect.any(String) });
  });

  it('answers 403 when the token lacks the scope', async () => {
    at.sandbox.control.configure({ scopes: ['forms:read'] });
    expect((await at.call('GET', '/forms')).status).toBe(200);
    expect(await at.putWebhook('x', { url: at.receiver.url })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
  });

  it('tells whose token it is', async () => {
    expect((await at.call('GET', '/me')).body).toMatchObject({
      user_id: at.sandbox.accountId,
      email: 'owner@example.com',
    });
  });
});

describe('OAuth 2', () => {
  const redirectUri = 'http://127.0.0.1:9/callback';
  const token = async (form: Record<string, string>) => {
    const response = await fetch(`${at.sandbox.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const authorize = async (scope: string) => {
    const query = new URLSearchParams({ client_id: 'c', redirect_uri: redirectUri, scope, state: 's' });
    const reply = await at.call('GET', `/oauth/authorize?${query.toString()}`);
    expect(reply.status).toBe(302);
    const target = new URL(reply.headers.get('location')!);
    expect([target.origin + target.pathname, target.searchParams.get('state')]).toEqual([redirectUri, 's']);
    return { grant_type: 'authorization_code', code: target.searchParams.get('code')! };
  };
  const formsWith = (accessToken: string) =>
    at.call('GET', '/forms', undefined, { Authorization: `Bearer ${accessToken}` }).then(({ status }) => status);

  it('gives a token with the scopes that were asked for, for a week', async () => {
    const issued = await token(await authorize('forms:read'));
    expect(issued.body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 604_800 });
    const other = await token(await authorize('responses:read'));
    expect(await formsWith(issued.body.access_token)).toBe(200);
    expect(await formsWith(other.body.access_token)).toBe(403);
    await at.advance(7 * 24 * HOUR);
    expect(await formsWith(issued.body.access_token)).toBe(401);
  });

  it('takes a code and a refresh token once', async () => {
    const code = await authorize('forms:read offline');
    const first = await token(code);
    expect((await token(code)).body.error).toBe('invalid_grant');
    const refresh = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token };
    const second = await token(refresh);
    expect(await formsWith(second.body.access_token)).toBe(200);
    expect(await token(refresh)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });
});

describe('errors', () => {
  it.each([
    ['GET', '/forms/nothing', 404, 'FORM_NOT_FOUND'],
    ['GET', '/forms/nothing/responses', 404, 'FORM_NOT_FOUND'],
    ['PUT', '/forms/nothing/webhooks/x', 404, 'FORM_NOT_FOUND'],
    ['GET', '/forms/{form}/webhooks/x', 404, 'NOT_FOUND'],
    ['DELETE', '/forms/{form}/webhooks/x', 404, 'NOT_FOUND'],
    ['GET', '/nothing', 404, 'NOT_FOUND'],
    ['GET', '/forms/', 404, 'FORM_NOT_FOUND'],
    ['POST', '/forms/{form}/webhooks', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/forms?page_size=201', 400, 'VALIDATION_ERROR'],
    ['GET', '/forms/{form}/responses?page_size=1001', 400, 'VALIDATION_ERROR'],
    ['DELETE', '/forms/{form}/responses', 400, 'VALIDATION_ERROR'],
  ])('%s %s: %i %s', async (method, path, status, code) => {
    const reply = await at.call(method, path.replace('{form}', at.formId));
    expect(reply).toMatchObject({ status, body: { code, description: expect.any(String) } });
  });

  it('names what is allowed with a 405', async () => {
    expect((await at.call('PATCH', `/forms/${at.formId}/webhooks/x`)).headers.get('allow')).toBe('GET, PUT, DELETE');
  });

  it('answers 400 to a body that is no JSON, with the shape of its other errors', async () => {
    const response = await fetch(`${at.sandbox.url}/forms/${at.formId}/webhooks/x`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${API_KEY}`, 'Content-Type': 'application/json' },
      body: '{',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('rate limit', () => {
  let limited: TypeformSandbox;
  afterEach(() => limited.stop());

  const burst = (calls: number) =>
    Promise.all(
      Array.from({ length: calls }, () =>
        fetch(`${limited.url}/forms`, { headers: { Authorization: `Bearer ${API_KEY}` } }),
      ),
    );

  it('lets 2 calls of a burst through and answers 429 to the others, without Retry-After', async () => {
    limited = await startSandbox({ rateLimitPerSecond: 2, time: { nowMs: () => 1000, after: () => () => undefined } });
    const replies = await burst(6);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429, 429]);
    const refused = replies.find(({ status }) => status === 429)!;
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  });

  it('says when to come back if it is set to, and lets the next call through then', async () => {
    let nowMs = 1000;
    const time = { nowMs: () => nowMs, after: () => () => undefined };
    limited = await startSandbox({ rateLimitPerSecond: 2, retryAfter: true, time });
    const refused = (await burst(3)).find(({ status }) => status === 429)!;
    expect(refused.headers.get('retry-after')).toBe('1');
    nowMs += 1000;
    expect((await burst(1))[0]!.status).toBe(200);
  });

  it('counts the whole account, not single callers, and tells the rate that arrived', async () => {
    limited = await startSandbox({ rateLimitPerSecond: 2, time: { nowMs: () => 1000, after: () => () => undefined } });
    await burst(5);
    const { total, maxPerSecond, byStatus, calls } = limited.control.stats().api;
    expect({ total, maxPerSecond, byStatus }).toEqual({ total: 5, maxPerSecond: 5, byStatus: { 200: 2, 429: 3 } });
    expect(calls[0]).toEqual({ atMs: 1000, method: 'GET', url: '/forms', status: expect.any(Number) });
  });

  it('does not count calls without a token', async () => {
    limited = await startSandbox({ rateLimitPerSecond: 2, time: { nowMs: () => 1000, after: () => () => undefined } });
    const strangers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${limited.url}/forms`)));
    expect(strangers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect((await burst(2)).map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('webhooks API', () => {
  it('creates with 200; an omitted enabled counts as false', async () => {
    const reply = await at.putWebhook('onboarding', { url: at.receiver.url });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      ...{ id: expect.any(String), form_id: at.formId, tag: 'onboarding', url: at.receiver.url, enabled: false },
      ...{ verify_ssl: true, event_types: { form_response: true, form_response_partial: false } },
      ...{ created_at: expect.any(String), updated_at: expect.any(String) },
    });
  });

  it('merges: {"enabled": false} alone keeps the rest, the secret too', async () => {
    const before = await at.putWebhook('a', {
      ...{ url: at.receiver.url, enabled: true, secret: SECRET, verify_ssl: false },
      event_types: { form_response: true, form_response_partial: true },
    });
    const after = await at.putWebhook('a', { enabled: false });
    expect(after.body).toEqual({ ...before.body, enabled: false, updated_at: expect.any(String) });
    expect(at.sandbox.control.webhooks(at.formId)[0]).toMatchObject({ secret: SECRET, verifySsl: false });
  });

  it('takes any tag, percent-encoded', async () => {
    const tag = 'my tag/with ümlaut';
    expect((await at.putWebhook(tag, { url: at.receiver.url })).body.tag).toBe(tag);
    expect((await at.call('GET', `/forms/${at.formId}/webhooks/${encodeURIComponent(tag)}`)).body.tag).toBe(tag);
    expect((await at.call('DELETE', `/forms/${at.formId}/webhooks/${encodeURIComponent(tag)}`)).status).toBe(204);
    expect((await at.call('GET', `/forms/${at.formId}/webhooks`)).body).toEqual({ items: [] });
  });

  it.each([
    ['without a url', {}, 'url'],
    ['with a url that is none', { url: 'nowhere' }, 'url'],
    ['with an enabled that is no boolean', { url: 'https://example.com', enabled: 'yes' }, 'enabled'],
    ['with event types that are no object', { url: 'https://example.com', event_types: [] }, 'event_types'],
  ])('refuses one %s', async (_, body, field) => {
    const reply = await at.putWebhook('x', body);
    expect(reply).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } });
    expect(reply.body.details).toEqual([expect.objectContaining({ field, in: 'body', code: expect.any(String) })]);
  });
});

describe('forms API', () => {
  it('shows a form with its whole tree of fields, and links to its responses at the host of the caller', async () => {
    const everyType = at.sandbox.control.forms().find(({ title }) => title === 'Every question type')!;
    const { body } = await at.call('GET', `/forms/${everyType.id}`);
    expect(body._links).toEqual({
      display: `https://form.typeform.com/to/${everyType.id}`,
      responses: `${at.sandbox.url}/forms/${everyType.id}/responses`,
    });
    const choice = { id: expect.any(String), ref: expect.any(String), label: 'London' };
    const pickOne = expect.objectContaining({ properties: { choices: expect.arrayContaining([choice]) } });
    const properties = { fields: expect.arrayContaining([pickOne]) };
    expect(body.fields).toContainEqual(expect.objectContaining({ type: 'group', properties }));
    for (const member of ['hidden', 'variables', 'welcome_screens', 'thankyou_screens', 'logic']) {
      expect(body).toHaveProperty(member);
    }
  });

  it('shows no responses to callers at the host of another region', async () => {
    const home = at.sandbox.url.replace('127.0.0.1', 'localhost');
    const { id } = at.sandbox.control.createForm({ language: 'fr', responsesBaseUrl: home });
    at.sandbox.control.submit(id, { at: '2020-01-01T00:00:00Z' });
    expect((await at.call('GET', `/forms/${id}`)).body._links.responses).toBe(`${home}/forms/${id}/responses`);
    expect((await at.call('GET', `/forms/${id}/responses`)).body).toEqual({ total_items: 0, page_count: 0, items: [] });
    const there = await fetch(`${home}/forms/${id}/responses`, { headers: { Authorization: `Bearer ${API_KEY}` } });
    expect(await there.json()).toMatchObject({ total_items: 1 });
  });
});

describe('responses API', () => {
  it('hides the submissions of the last 30 minutes', async () => {
    at.submit();
    await at.advance(29 * MINUTE);
    expect((await at.responses()).body.total_items).toBe(0);
    await at.advance(MINUTE);
    expect((await at.responses()).body.total_items).toBe(1);
  });

  it('has a lag that can be set', async () => {
    at.sandbox.control.configure({ lagMinutes: 0 });
    at.submit();
    expect((await at.responses()).body.total_items).toBe(1);
  });

  it('shows an item without event_id and definition, its answers as they were delivered', async () => {
    await at.enableWebhook();
    at.submit({ answerAll: true });
    await at.advance(31 * MINUTE);
    const { items } = (await at.responses()).body;
    const { token, submitted_at, answers } = at.receiver.events[0]!.form_response;
    expect(items).toEqual([
      expect.objectContaining({ token, response_id: token, response_type: 'completed', submitted_at }),
    ]);
    expect(items[0]).not.toHaveProperty('definition');
    expect(items[0]).not.toHaveProperty('event_id');
    const exceptChoices = (list: ResponseItem['answers']) => list.filter(({ type }) => type !== 'choices');
    expect(exceptChoices(items[0].answers)).toEqual(exceptChoices(answers as ResponseItem['answers']));
  });

  it.each(['until a page is short', 'until page_count <= 1'])('can be walked with before %s', async (end) => {
    const tokens = at.submit({ count: 25, at: '2024-05-05T05:05:05Z' }).map(({ token }) => token);
    const seen: string[] = [];
    let more = true;
    for (let pages = 0; more && pages < 5; pages++) {
      const reply = await at.responses(`?page_size=10${seen.length > 0 ? `&before=${seen.at(-1)}` : ''}`);
      seen.push(...tokensOf(reply));
      more = end === 'until a page is short' ? tokensOf(reply).length === 10 : reply.body.page_count > 1;
    }
    expect(more).toBe(false);
    expect(seen).toEqual([...tokens].reverse());
  });

  it('filters by time, type, id and field', async () => {
    const [old] = at.submit({ at: '2024-01-01T00:00:00Z' });
    const [recent] = at.submit({ at: '2024-02-01T00:00:00Z' });
    at.submit({ partial: true, at: '2024-03-01T00:00:00Z' });
    at.submit({ started: true, at: '2024-04-01T00:00:00Z' });
    expect(tokensOf(await at.responses('?since=2024-02-01T00:00:00Z'))).toEqual([recent!.token]);
    expect(tokensOf(await at.responses('?until=1704067200'))).toEqual([old!.token]);
    expect((await at.responses('?response_type=partial')).body.items[0].response_type).toBe('partial');
    expect((await at.responses('?response_type=started,partial')).body.total_items).toBe(2);
    expect(tokensOf(await at.responses(`?included_response_ids=${old!.token}`))).toEqual([old!.token]);
    const emailField = at.sandbox.control.forms()[0]!.fields.find(({ type }) => type === 'email')!.id;
    const { answers } = (await at.responses(`?fields=${emailField}`)).body.items[0];
    expect(answers).toEqual([expect.objectContaining({ type: 'email' })]);
  });

  it('deletes asynchronously, ignoring unknown ids', async () => {
    const [first, second] = at.submit({ count: 2, at: '2024-01-01T00:00:00Z' });
    const reply = await at.call(
      'DELETE',
      `/forms/${at.formId}/responses?included_response_ids=${first!.token},unknown`,
    );
    expect(reply.status).toBe(200);
    expect((await at.responses()).body.total_items).toBe(2);
    await at.advance(MINUTE);
    expect(tokensOf(await at.responses())).toEqual([second!.token]);
  });

  it('deletes ids given in the body too', async () => {
    const [first] = at.submit({ at: '2024-01-01T00:00:00Z' });
    await at.call('DELETE', `/forms/${at.formId}/responses`, { included_response_ids: [first!.token] });
    await at.advance(MINUTE);
    expect((await at.responses()).body.total_items).toBe(0);
  });
});

describe('right to be forgotten', () => {
  const emailOf = (item: { answers: { type: string; email?: string }[] }) =>
    item.answers.find(({ type }) => type === 'email')!.email!;

  it('deletes every response with one of the e-mails, in any form and case, asynchronously', async () => {
    const other = at.sandbox.control.forms()[4]!.id;
    at.submit({ count: 3, at: '2024-01-01T00:00:00Z' });
    at.sandbox.control.submit(other, { at: '2024-01-01T00:00:00Z' });
    const listed = (await at.responses()).body.items;
    const elsewhere = (await at.call('GET', `/forms/${other}/responses`)).body.items[0];
    const emails = [emailOf(listed[1]).toUpperCase(), emailOf(elsewhere)];
    const reply = await at.call('DELETE', `/rtbf/${at.sandbox.accountId}/responses`, emails);
    expect(reply.status).toBe(200);
    expect(reply.body).toHaveLength(2);
    expect((await at.responses()).body.total_items).toBe(3);
    await at.advance(MINUTE);
    expect(tokensOf(await at.responses())).toEqual([listed[0].token, listed[2].token]);
    expect((await at.call('GET', `/forms/${other}/responses`)).body.total_items).toBe(0);
  });

  it('refuses another account and a body without e-mails', async () => {
    expect((await at.call('DELETE', '/rtbf/other/responses', ['a@example.com'])).status).toBe(403);
    expect(
      (await at.call('DELETE', `/rtbf/${at.sandbox.accountId}/responses`, { email: 'a@example.com' })).status,
    ).toBe(400);
  });
});

describe('faults of the API', () => {
  it('status: answers it as often as asked, with Retry-After if asked', async () => {
    at.sandbox.control.addFault({ kind: 'status', target: 'api', status: 503, times: 2, retryAfterSeconds: 7 });
    const replies = [await at.call('GET', '/forms'), await at.call('GET', '/forms'), await at.call('GET', '/forms')];
    expect(replies.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(replies[0]!.headers.get('retry-after')).toBe('7');
  });

  it('only for the calls that match', async () => {
    at.sandbox.control.addFault({ kind: 'status', target: 'api', match: 'PUT /forms' });
    expect((await at.call('GET', '/forms')).status).toBe(200);
    expect((await at.putWebhook('x', { url: at.receiver.url })).status).toBe(500);
  });

  it.each(['in_body', 'before_answer'] as const)('drop: breaks the connection (%s)', async (phase) => {
    at.sandbox.control.addFault({ kind: 'drop', target: 'api', phase });
    await expect(at.call('GET', '/forms')).rejects.toThrow();
    expect((await at.call('GET', '/forms')).status).toBe(200);
    expect(at.sandbox.control.stats().api.byStatus).toEqual({ 0: 1, 200: 1 });
  });

  it('garbage: answers 200 with broken JSON', async () => {
    at.sandbox.control.addFault({ kind: 'garbage', target: 'api' });
    await expect(at.call('GET', '/forms')).rejects.toThrow(SyntaxError);
  });

  it('redirect: points to a place where nothing is', async () => {
    at.sandbox.control.addFault({ kind: 'redirect', target: 'api', status: 307 });
    const reply = await at.call('GET', '/forms?page=1');
    expect([reply.status, reply.headers.get('location')]).toEqual([307, '/forms/moved']);
    expect((await at.call('GET', '/forms/moved')).status).toBe(404);
  });

  it('slow: answers after the delay', async () => {
    const waits: [number, () => void][] = [];
    const slow = await startSandbox({
      time: { nowMs: () => 1000, after: (ms, task) => (waits.push([ms, task]), task(), () => undefined) },
    });
    slow.control.addFault({ kind: 'slow', target: 'api', delayMs: 4000 });
    const response = await fetch(`${slow.url}/forms`, { headers: { Authorization: `Bearer ${API_KEY}` } });
    expect(response.status).toBe(200);
    expect(waits.map(([ms]) => ms)).toEqual([4000]);
    await slow.stop();
  });
});

describe('the name it is called by', () => {
  const askAs = (host: string) => supertest(at.sandbox.url).get('/sandbox/webhooks').set('host', host);

  it.each(['rebound.example.com', 'rebound.example.com:3001', '127.0.0.1.example.com', 'localhost.example.com'])(
    '%s is refused: a page of somebody else would reach it by DNS rebinding',
    async (host) => {
      const { body } = await askAs(host).expect(403);
      expect(body).toMatchObject({ code: 'FORBIDDEN_HOST' });
      expect(JSON.stringify(body)).not.toContain('Kundenaufnahme');
    },
  );

  it.each(['localhost:3001', '127.0.0.1', '[::1]:3001', '192.0.2.7:3001', 'sandbox:3001', 'typeform.localhost'])(
    '%s is accepted',
    async (host) => {
      await askAs(host).expect(200);
    },
  );
});
