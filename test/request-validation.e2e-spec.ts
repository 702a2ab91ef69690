import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { newEvent } from './support/events';
import { startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await app.deliver(newEvent({ formId: 'checked' })).expect(200);
  await app.settled();
});
afterAll(() => app.stop());

type Method = 'get' | 'post' | 'patch';
interface Finding {
  path: string;
  message: string;
}

const findings = async (method: Method, path: string, body?: object): Promise<Finding[]> => {
  const answer = await app.admin(method, path).send(body).expect(422);
  expect(answer.headers['content-type']).toMatch('application/problem+json');
  expect(answer.body.code).toBe('validation_failed');
  return answer.body.errors as Finding[];
};
const query = (path: string, parameters: Record<string, string>): string =>
  `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(parameters).toString()}`;

const RANGES: [string, string, string][] = [
  ['/v1/deliveries', 'since', 'until'],
  ['/v1/responses', 'submittedSince', 'submittedUntil'],
  ['/v1/responses/export?format=csv', 'submittedSince', 'submittedUntil'],
  ['/v1/audit', 'since', 'until'],
];
const BODIES: [string, object][] = [
  ['/v1/backfills', { formId: 'checked' }],
  ['/v1/deliveries/replay', {}],
];
const ZONE = expect.stringContaining('must be a time with its zone') as string;

describe('a time', () => {
  it.each(RANGES)('of %s needs a zone and no reversed range', async (path, since, until) => {
    for (const time of ['2026-01-31T08:00:00', '2026-01-31', '2026-01-31T08:00', 'yesterday', '2026-13-01T08:00:00Z']) {
      expect(await findings('get', query(path, { [since]: time }))).toEqual([{ path: since, message: ZONE }]);
      expect(await findings('get', query(path, { [until]: time }))).toEqual([{ path: until, message: ZONE }]);
    }
    const reversed = { [since]: '2026-01-31T08:00:00Z', [until]: '2026-01-31T08:59:59+01:00' };
    expect(await findings('get', query(path, reversed))).toEqual([
      { path: until, message: `must not be before ${since}` },
    ]);
    await app.admin('get', query(path, { ...reversed, [until]: '2026-01-31T09:00:00+01:00' })).expect(200);
  });

  it.each(BODIES)('in a body of %s, too', async (path, body) => {
    const since = '2026-01-31T08:00:00';
    expect(await findings('post', path, { ...body, since })).toEqual([{ path: 'since', message: ZONE }]);
    const reversed = { ...body, since: '2026-01-31T08:00:00Z', until: '2026-01-31T07:59:59Z' };
    expect(await findings('post', path, reversed)).toEqual([{ path: 'until', message: 'must not be before since' }]);
  });

  it('whose + became a blank says so', async () => {
    const [found] = await findings('get', '/v1/deliveries?since=2026-01-31T08:00:00+01:00');
    expect(found?.message).toContain('%2B');
    await app.admin('get', '/v1/deliveries?since=2026-01-31T08:00:00%2B01:00').expect(200);
  });
});

describe('a finding', () => {
  it('is one for each field, and says what is missing', async () => {
    expect(await findings('post', '/v1/webhooks', {})).toEqual([{ path: 'form', message: 'is required' }]);
    expect(await findings('post', '/v1/webhooks')).toEqual([{ path: 'form', message: 'is required' }]);
    expect(await findings('post', '/v1/api-keys', { role: 'root' })).toEqual([
      { path: 'name', message: 'is required' },
      { path: 'role', message: 'must be one of viewer, operator, admin' },
    ]);
    expect(await findings('get', '/v1/deliveries?limit=many')).toEqual([
      { path: 'limit', message: 'must be a whole number' },
    ]);
    expect(await findings('get', '/v1/deliveries?limit=201')).toEqual([
      { path: 'limit', message: 'must be at most 200' },
    ]);
  });

  it('names the field that was probably meant', async () => {
    expect(await findings('post', '/v1/webhooks', { formId: 'checked' })).toEqual([
      { path: 'formId', message: 'unknown field formId, did you mean form?' },
      { path: 'form', message: 'is required' },
    ]);
    expect(await findings('get', '/v1/deliveries?formid=checked')).toEqual([
      { path: 'formid', message: 'unknown field formid, did you mean formId?' },
    ]);
    expect(await findings('get', '/v1/deliveries?somethingElse=1')).toEqual([
      { path: 'somethingElse', message: 'unknown field somethingElse' },
    ]);
  });

  it('is there for a field that every object has', async () => {
    for (const name of ['constructor', '__proto__']) {
      const send = (body: string) =>
        app.admin('patch', '/v1/forms/checked').set('content-type', 'application/json').send(body).expect(422);
      const mapping = await send(`{"identifierMapping":{"${name}":"email"}}`);
      expect(mapping.body.errors).toEqual([{ path: `identifierMapping.${name}`, message: `unknown field ${name}` }]);
      const { body } = await send(`{"${name}":{"status":"paused"}}`);
      expect(body.errors).toEqual([{ path: name, message: `unknown field ${name}` }]);
    }
    expect(await findings('get', '/v1/deliveries?constructor=1')).toHaveLength(1);
  });

  it.each(['[]', '"text"', '1', 'null', 'true'])('is there for a body that is no object: %s', async (body) => {
    const answer = await app.admin('post', '/v1/deliveries/replay').type('json').send(body).expect(422);
    expect(answer.body.errors).toEqual([{ path: '', message: 'the body must be a JSON object' }]);
  });
});

describe('a body', () => {
  it.each([
    ['{"formId": "a"\n "since": 1}', 'a comma is missing at line 2, column 2'],
    ['{"formId": "a",\n}', 'at line 2, column 1'],
    ['{formId: "a"}', 'at line 1, column 2'],
    ['{"formId": "a"', 'a } is missing at line 1, column 15'],
    ['{"formId": "a"} x', 'at line 1, column 17'],
    ['{"formId": "a"} {}', 'something follows after its end at line 1, column 17'],
    ['', 'the body is empty'],
  ])('%j says where it stops being JSON', async (body, where) => {
    const { body: problem } = await app
      .admin('post', '/v1/backfills')
      .set('content-type', 'application/json')
      .set('content-length', String(body.length))
      .send(body)
      .expect(400);
    expect(problem).toMatchObject({ code: 'bad_request', detail: expect.stringContaining(where) });
  });

  it('nested too deeply for the one who looks for the place is refused all the same', async () => {
    const body = `{"formId":${'['.repeat(20_000)}`;
    await app.admin('post', '/v1/backfills').set('content-type', 'application/json').send(body).expect(400);
  });

  it('is not quoted', async () => {
    const { text } = await app
      .admin('post', '/v1/backfills')
      .set('content-type', 'application/json')
      .send('{"formId": ada@example.com}')
      .expect(400);
    expect(text).not.toContain('ada');
    expect(app.logs.join('\n')).not.toContain('ada@example.com');
  });

  it('that is compressed is 415', async () => {
    const compressed = gzipSync('{"formId":"checked"}');
    for (const path of ['/v1/backfills', '/webhooks/typeform']) {
      const { body } = await app
        .admin('post', path)
        .set({ 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .serialize((bytes: unknown) => bytes as string)
        .send(compressed as unknown as string)
        .expect(415)
        .expect('content-type', /problem\+json/);
      expect(body).toMatchObject({ code: 'unsupported_media_type', detail: expect.stringContaining('uncompressed') });
    }
  });
});

describe('another method', () => {
  it.each<['put' | 'delete' | 'patch' | 'post' | 'options', string, string]>([
    ['put', '/v1/deliveries', 'GET, HEAD'],
    ['put', '/v1/deliveries/replay', 'DELETE, GET, HEAD, POST'],
    ['post', '/v1/forms/checked', 'DELETE, GET, HEAD, PATCH'],
    ['patch', '/v1/webhooks/', 'GET, HEAD, POST'],
    ['options', '/v1/clients?email=a', 'GET, HEAD'],
  ])('%s %s is 405 and names those that are there', async (method, path, allow) => {
    const answer = await app.http[method](path).set('authorization', 'Bearer none').expect(405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.body).toMatchObject({ code: 'method_not_allowed', status: 405 });
  });

  it('on a path that is not there stays 404', async () => {
    await app.admin('post', '/v1/nothing').expect(404);
    await app.admin('get', '/v1/forms/checked/nothing').expect(404);
  });
});

it('a webhook without a signature is told that it is missing', async () => {
  const post = (signature: Record<string, string>) =>
    app.http
      .post('/webhooks/typeform')
      .set({ 'content-type': 'application/json', ...signature })
      .send('{}')
      .expect(401);
  expect((await post({})).body.detail).toContain('the Typeform-Signature header is missing');
  expect((await post({ 'typeform-signature': 'abc' })).body.detail).toContain('must be sha256=');
  const wrong = `sha256=${Buffer.alloc(32).toString('base64')}`;
  expect((await post({ 'typeform-signature': wrong })).body.detail).toContain('does not match');
});

it('nothing of the API is kept by a browser or a proxy', async () => {
  for (const path of ['/v1/clients', '/v1/clients?unknown=1', '/v1/nothing']) {
    expect((await app.admin('get', path)).headers['cache-control']).toBe('no-store');
  }
  expect((await app.http.get('/v1/clients').expect(401)).headers['cache-control']).toBe('no-store');
});

describe('what is no HTTP is answered with a problem document', () => {
  const raw = async (text: string): Promise<string> => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.end(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  };

  it.each([
    ['a malformed request line', 'GET\r\n\r\n', 400, 'bad_request'],
    ['an unknown method', 'NONSENSE /v1/clients HTTP/1.1\r\nhost: a\r\n\r\n', 400, 'bad_request'],
    [
      'a header that is too large',
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['a malformed header', 'POST /webhooks/typeform HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n', 400, 'bad_request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      400,
      'bad_request',
    ],
    [
      'an expectation that nobody can meet',
      'POST /v1/backfills HTTP/1.1\r\nhost: a\r\nexpect: a miracle\r\ncontent-length: 2\r\n\r\n{}',
      417,
      'expectation_failed',
    ],
    ['no host', 'GET /health/live HTTP/1.1\r\n\r\n', 400, 'bad_request'],
  ])('%s', async (_what, request, status, code) => {
    const answer = await raw(request);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    const problem = JSON.parse(body) as { requestId: string };
    expect(problem).toMatchObject({ status, code, title: expect.any(String), detail: expect.any(String) });
    expect(head).toMatch(new RegExp(`x-request-id: ${problem.requestId}`, 'i'));
  });
});

it('pages may run nothing of others', async () => {
  const docs = await app.http.get('/docs').expect(200);
  expect(docs.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
  for (const path of ['/health/live', '/openapi.json', '/v1/clients', '/nowhere']) {
    const answer = await app.http.get(path);
    expect(answer.headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
  }
  await app.http.get('/webhooks').expect(405);
});
