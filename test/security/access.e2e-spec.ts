/** Who may do what, whatever the spelling of the request: as the OpenAPI document says, for every route in it. */
import crypto from 'node:crypto';
import { askName, newEvent } from '../support/events';
import { operationsOf, type Operation } from '../support/openapi-operations';
import { isAnswered, sendRaw, statusesIn } from '../support/raw-http';
import { ADMIN_KEY, startTestApp, TestApp } from '../support/test-app';

let app: TestApp;
let operations: Operation[];
let viewer: string;
beforeAll(async () => {
  app = await startTestApp();
  const { body } = await app.admin('post', '/v1/api-keys').send({ name: 'the viewer', role: 'viewer' }).expect(201);
  viewer = (body as { key: string }).key;
  operations = operationsOf((await app.http.get('/openapi.json').expect(200)).body);
});
afterAll(() => app.stop());

it('a viewer reaches nothing of a raw body, by any route that answers', async () => {
  const event = newEvent({ formId: 'raw', questions: [askName('Alice Example')] });
  const marked = { ...event, only_in_the_raw_body: 'a-mark-that-no-view-shows' };
  await app.deliver(marked).expect(200);
  await app.deliver({ ...event, event_id: `${event.event_id}x`, event_type: 'a_mark_of_a_type', marked }).expect(200);
  await app.settled();
  const { id } = ((await app.admin('get', '/v1/clients?q=alice').expect(200)).body as { items: [{ id: string }] })
    .items[0];
  const values: Record<string, string> = {
    eventId: event.event_id,
    formId: 'raw',
    token: String(event.form_response.token),
    id,
  };
  const answered: string[] = [];
  for (const { path, query } of operations.filter(({ method, path }) => method === 'get' && path !== '/v1/stream')) {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'none');
    const format = query.some(({ name }) => name === 'format') ? '?format=ndjson' : '';
    const { status, text } = await app.admin('get', `${filled}${format}`, viewer);
    expect([200, 403, 404, 422]).toContain(status);
    if (status === 200) answered.push(path);
    expect(String(text)).not.toContain('a-mark-that-no-view-shows');
  }
  expect(answered).toEqual(
    expect.arrayContaining(['/v1/deliveries/{eventId}', '/v1/responses/{formId}/{token}', '/v1/clients/{id}']),
  );
  const payload = `/v1/deliveries/${event.event_id}/payload`;
  expect((await app.admin('get', payload).expect(200)).body).toMatchObject({
    only_in_the_raw_body: expect.any(String),
  });
  for (const spelling of [`${payload}/`, payload.replace('/payload', '//payload'), `/${payload}`, `${payload}?x=1`]) {
    expect([403, 404, 422]).toContain((await app.admin('get', spelling, viewer)).status);
  }
});

it('every body with what only the service decides is refused, and says which', async () => {
  const decided = ['id', 'status', 'role', 'tenantId', 'createdAt', 'updatedAt', 'createdBy', 'secretHash', 'isAdmin'];
  const withBody = operations.filter(({ body }) => body !== null);
  expect(withBody.length).toBeGreaterThan(12);
  for (const { method, path, body: schema } of withBody) {
    const unknown = decided.filter((name) => !Object.hasOwn(schema?.properties ?? {}, name));
    const body = Object.fromEntries(unknown.map((name) => [name, 'x']));
    const filled = path.replace(/\{(\w+)\}/g, '00000000-0000-4000-8000-000000000000');
    const { body: problem } = await app.admin(method, filled).send(body).expect(422);
    const named = (problem.errors as { path: string }[]).map((error) => error.path);
    expect({ method, path, named }).toEqual({ method, path, named: expect.arrayContaining(unknown) as string[] });
  }
});

it('every filter that is given twice, and every one that a list does not know, is refused', async () => {
  for (const { path, query } of operations.filter(({ method, query }) => method === 'get' && query.length > 0)) {
    const filled = path.replace(/\{(\w+)\}/g, '00000000-0000-4000-8000-000000000000');
    for (const name of [...query.map((parameter) => parameter.name), 'role']) {
      const { status } = await app.admin('get', `${filled}?${name}=1&${name}=2`);
      expect({ path, name, status }).toEqual({ path, name, status: 422 });
    }
  }
});

describe('another spelling of a path', () => {
  const SPELLINGS = [
    '/V1/api-keys',
    '//v1//api-keys',
    '/v1/api-keys/',
    '/%761/api-keys',
    '/v1/%61pi-keys',
    '/v1/./api-keys',
  ];
  const MORE = ['/health/../v1/api-keys', '/v1;x=1/api-keys', '/v1/api-keys;x=1', '/v1/api-keys%2f', '/v1/api-keys%00'];

  it.each([
    ...SPELLINGS,
    ...MORE,
    'http://example.com/v1/api-keys',
    '/v1\\api-keys',
    '/v1/api-keys#x',
    '/v1/api-keys?',
  ])('%s asks for the same key and role, or is not there', async (target) => {
    const call = async (key?: string): Promise<number | undefined> => {
      const authorization = key === undefined ? '' : `Authorization: Bearer ${key}\r\n`;
      const request = `GET ${target} HTTP/1.1\r\nHost: x\r\n${authorization}\r\n`;
      return statusesIn(await sendRaw(app.url, request, isAnswered))[0];
    };
    expect([400, 401, 404]).toContain(await call());
    expect([400, 403, 404]).toContain(await call(viewer));
  });
});

describe('another method', () => {
  it.each([
    ['x-http-method-override', 'DELETE'],
    ['x-http-method', 'DELETE'],
    ['x-method-override', 'DELETE'],
  ])('by the header %s is not taken', async (header, method) => {
    const made = await app.admin('post', '/v1/api-keys').send({ name: 'kept', role: 'viewer' }).expect(201);
    const { id, key } = made.body as { id: string; key: string };
    expect((await app.admin('post', `/v1/api-keys/${id}`).set(header, method)).status).toBe(405);
    expect((await app.admin('get', '/v1/api-keys').set(header, method)).status).toBe(200);
    await app.admin('get', '/v1/forms', key).expect(200);
  });

  it('TRACE sends nothing back, and OPTIONS allows no other site anything', async () => {
    for (const path of ['/v1/forms', '/webhooks/typeform', '/health/live', '/console/', '/']) {
      const trace = await sendRaw(
        app.url,
        `TRACE ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nX-Mark: sent-back\r\n\r\n`,
        isAnswered,
      );
      expect([400, 404, 405]).toContain(statusesIn(trace)[0]);
      expect(trace).not.toContain('sent-back');
      const { status, headers } = await app.http
        .options(path)
        .set({ origin: 'https://example.com', 'access-control-request-method': 'DELETE' });
      expect([401, 404, 405]).toContain(status);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });
});

it('keys are compared as a whole, wherever the first difference is', async () => {
  const { body } = await app.admin('post', '/v1/api-keys').send({ name: 'compared', role: 'viewer' }).expect(201);
  const issued = (body as { key: string }).key;
  const compared = jest.spyOn(crypto, 'timingSafeEqual');
  const changedAt = (key: string, place: number): string =>
    `${key.slice(0, place)}${key[place] === 'A' ? 'B' : 'A'}${key.slice(place + 1)}`;
  try {
    const calls: number[] = [];
    for (const key of [changedAt(ADMIN_KEY, 0), changedAt(ADMIN_KEY, ADMIN_KEY.length - 1), `${ADMIN_KEY}x`, 'short']) {
      compared.mockClear();
      await app.admin('get', '/v1/forms', key).expect(401);
      calls.push(compared.mock.calls.length);
    }
    expect(new Set(calls)).toEqual(new Set([1]));
    // The id of an issued key is looked up; what is secret of it begins behind the second underscore.
    const secretFrom = issued.indexOf('_', 'tfo_'.length) + 1;
    for (const place of [secretFrom, issued.length - 1]) {
      compared.mockClear();
      await app.admin('get', '/v1/forms', changedAt(issued, place)).expect(401);
      expect(compared.mock.calls.length).toBeGreaterThanOrEqual(1);
    }
  } finally {
    compared.mockRestore();
  }
});
