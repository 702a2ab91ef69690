/** Contract section 4, the reading half: keys and roles, lists, exports, errors, the document. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { askEmail, minutesAgo, newEvent, tokenOf } from './support/events';
import { ADMIN_KEY, MANY_CONNECTIONS, startTestApp, TestApp } from './support/test-app';

type Method = 'get' | 'post' | 'patch' | 'delete';
type Role = 'viewer' | 'operator' | 'admin';

/** Every route of the admin API with the role it needs; a route that is missing here fails the inventory. */
const ROUTES: [Method, string, Role][] = [
  ['post', '/v1/api-keys', 'admin'],
  ['get', '/v1/api-keys', 'admin'],
  ['delete', '/v1/api-keys/{id}', 'admin'],
  ['post', '/v1/webhooks', 'admin'],
  ['get', '/v1/webhooks', 'viewer'],
  ['post', '/v1/webhooks/reconcile', 'operator'],
  ['get', '/v1/webhooks/{id}', 'viewer'],
  ['patch', '/v1/webhooks/{id}', 'admin'],
  ['delete', '/v1/webhooks/{id}', 'admin'],
  ['post', '/v1/webhooks/{id}/rotate-secret', 'admin'],
  ['post', '/v1/webhooks/{id}/test', 'operator'],
  ['post', '/v1/webhooks/{id}/reconcile', 'operator'],
  ['get', '/v1/forms', 'viewer'],
  ['get', '/v1/typeform/forms', 'operator'],
  ['get', '/v1/forms/{formId}', 'viewer'],
  ['patch', '/v1/forms/{formId}', 'admin'],
  ['post', '/v1/forms/{formId}/mapping-preview', 'operator'],
  ['post', '/v1/forms/{formId}/reprocess', 'operator'],
  ['get', '/v1/jobs', 'viewer'],
  ['get', '/v1/jobs/{id}', 'viewer'],
  ['get', '/v1/responses', 'viewer'],
  ['get', '/v1/responses/export', 'viewer'],
  ['get', '/v1/responses/{formId}/{token}', 'viewer'],
  ['delete', '/v1/responses/{formId}/{token}', 'admin'],
  ['get', '/v1/clients', 'viewer'],
  ['get', '/v1/clients/{id}', 'viewer'],
  ['patch', '/v1/clients/{id}', 'operator'],
  ['post', '/v1/clients/{id}/merge', 'admin'],
  ['post', '/v1/clients/{id}/split', 'admin'],
  ['delete', '/v1/clients/{id}', 'admin'],
  ['delete', '/v1/forms/{formId}', 'admin'],
  ['get', '/v1/deliveries', 'viewer'],
  ['post', '/v1/deliveries/replay', 'operator'],
  ['get', '/v1/deliveries/{eventId}', 'viewer'],
  ['get', '/v1/deliveries/{eventId}/payload', 'operator'],
  ['post', '/v1/deliveries/{eventId}/replay', 'operator'],
  ['delete', '/v1/deliveries/{eventId}', 'admin'],
  ['post', '/v1/data-subjects/search', 'operator'],
  ['post', '/v1/data-subjects/erase', 'admin'],
  ['get', '/v1/erasures', 'viewer'],
  ['post', '/v1/backfills', 'operator'],
  ['get', '/v1/backfills', 'viewer'],
  ['get', '/v1/backfills/{id}', 'viewer'],
  ['get', '/v1/completeness', 'viewer'],
  ['post', '/v1/completeness', 'operator'],
  ['get', '/v1/overview', 'viewer'],
  ['get', '/v1/overview/series', 'viewer'],
  ['get', '/v1/retention', 'viewer'],
  ['get', '/v1/session', 'viewer'],
  ['delete', '/v1/session', 'viewer'],
  ['get', '/v1/single-sign-on', 'admin'],
  ['get', '/v1/configuration', 'admin'],
  ['get', '/v1/version', 'viewer'],
  ['get', '/v1/setup', 'operator'],
  ['get', '/v1/checklist', 'viewer'],
  ['post', '/v1/checklist/lines/{id}/signature', 'admin'],
  ['delete', '/v1/checklist/lines/{id}/signature', 'admin'],
  ['patch', '/v1/checklist/lines/{id}', 'admin'],
  ['get', '/v1/audit', 'viewer'],
  ['get', '/v1/audit/verify', 'viewer'],
  ['get', '/v1/audit/export', 'viewer'],
];
/** Needs no key: it is where one becomes a session. And an answer without an end. Both have specs of their own. */
const OF_THEIR_OWN = ['post /v1/session', 'get /v1/stream'];
/** Whoever may call these has Typeform asked, which is not there: the spec of each calls it. */
const CALLS_TYPEFORM = ['/v1/setup'];
const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

let app: TestApp;
const keys = {} as Record<Role, string>;
beforeAll(async () => {
  app = await startTestApp(MANY_CONNECTIONS);
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    const { body } = await app
      .admin('post', '/v1/api-keys')
      .send({ name: `the ${role}`, role })
      .expect(201);
    keys[role] = (body as { key: string }).key;
  }
});
afterAll(() => app.stop());

describe('the OpenAPI document', () => {
  it('is valid, complete and names every error shape', async () => {
    const { body } = await app.http.get('/openapi.json').expect(200);
    const { valid, errors } = await new Validator().validate(structuredClone(body) as Record<string, unknown>);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    const routes = Object.entries(body.paths as Record<string, object>).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(routes.filter((route) => route.includes(' /v1')).sort()).toEqual(
      [...ROUTES.map(([m, path]) => `${m} ${path}`), ...OF_THEIR_OWN].sort(),
    );
    for (const [method, path] of ROUTES) {
      const operation = body.paths[path][method] as {
        responses: Record<string, { content?: object }>;
        security: unknown;
        summary: string;
      };
      expect(operation.summary).toBeTruthy();
      expect(operation.security).toEqual([{ bearer: [] }]);
      for (const status of ['401', '403', '429', '500', '503']) {
        expect(operation.responses[status]?.content).toHaveProperty(['application/problem+json']);
      }
    }
    expect(body.paths['/v1/session'].post).not.toHaveProperty('security');
    for (const path of ['/webhooks/typeform', '/webhooks/typeform/{webhookId}']) {
      const { responses } = body.paths[path].post as { responses: object };
      expect(Object.keys(responses)).toEqual(['200', '400', '401', '405', '413', '415', '429', '503']);
    }
  });

  it('can be browsed at /docs', async () => {
    const { text } = await app.http.get('/docs').expect(200);
    expect(text).toContain('swagger-ui');
    await app.http.get('/docs/swagger-ui-bundle.js').expect(200);
  });
});

describe('access', () => {
  /** There is no Typeform here: the cursor is refused before it is asked. */
  const fill = (path: string) =>
    path
      .replace('{id}', '00000000-0000-4000-8000-000000000000')
      .replace(/\{\w+\}/g, 'none')
      .replace(/^\/v1\/typeform\/forms$/, '$&?cursor=none');

  it.each(ROUTES)('%s %s without a valid key is 401', async (method, path) => {
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer nonsense',
      `Basic ${ADMIN_KEY}`,
      `Bearer tfo_${'0'.repeat(32)}_${'a'.repeat(43)}`,
    ]) {
      const request = app.http[method](fill(path));
      if (authorization !== undefined) void request.set('authorization', authorization);
      const answer = await request;
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ code: 'unauthorized', requestId: answer.headers['x-request-id'] });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it.each(ROUTES)('%s %s asks for the role %s', async (method, path, required) => {
    for (const role of ['viewer', 'operator', 'admin'] as const) {
      if (CALLS_TYPEFORM.includes(path) && RANK[role] >= RANK[required]) continue;
      const { status } = await app.admin(method, fill(path), keys[role]);
      if (RANK[role] < RANK[required]) expect(status).toBe(403);
      else expect([200, 202, 204, 404, 422]).toContain(status);
    }
  });

  it('shows a key once and stores its hash only', async () => {
    const { body } = await app.admin('post', '/v1/api-keys').send({ name: 'once', role: 'viewer' }).expect(201);
    expect(body.key).toMatch(/^tfo_/);
    const { text: list } = await app.admin('get', '/v1/api-keys').expect(200);
    const { rows } = await app.database.pool.query('SELECT * FROM api_key');
    const secret = String(body.key).split('_').slice(2).join('_');
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(list + JSON.stringify(rows) + app.logs.join()).not.toContain(secret);
    expect(list).not.toContain('ecretHash');
  });

  it('a revoked key and an expired key no longer work, at once', async () => {
    const { body } = await app.admin('post', '/v1/api-keys').send({ name: 'short', role: 'viewer' }).expect(201);
    await app.admin('get', '/v1/forms', body.key).expect(200);
    await app.admin('delete', `/v1/api-keys/${body.id}`).expect(204);
    await app.admin('get', '/v1/forms', body.key).expect(401);
    await app.admin('delete', `/v1/api-keys/${body.id}`).expect(204);
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { body: expiring } = await app
      .admin('post', '/v1/api-keys')
      .send({ name: 'e', role: 'viewer', expiresAt })
      .expect(201);
    await app.admin('get', '/v1/forms', expiring.key).expect(200);
    await app.database.pool.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [expiring.id]);
    await app.admin('get', '/v1/forms', expiring.key).expect(401);
    await app
      .admin('post', '/v1/api-keys')
      .send({ name: 'past', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' })
      .expect(422);
  });

  it('a changed key does not work', async () => {
    await app
      .admin('get', '/v1/forms', `${keys.viewer.slice(0, -1)}${keys.viewer.endsWith('A') ? 'B' : 'A'}`)
      .expect(401);
  });
});

describe('limits', () => {
  it('a key, and an address that guesses keys, are slowed down', async () => {
    const strict = await startTestApp({ ADMIN_THROTTLE_LIMIT: '3', THROTTLE_LIMIT: '5', THROTTLE_TTL_SECONDS: '3600' });
    try {
      const many = <T>(send: () => PromiseLike<T>) => Promise.all(Array.from({ length: 12 }, send));
      const byKey = await many(() => strict.admin('get', '/v1/forms'));
      const guesses = await many(() => strict.admin('get', '/v1/forms', 'a-key-that-is-not-one'));
      const hooks = await many(() => strict.deliver(newEvent()));
      const spoofed = await strict.deliver(newEvent(), { headers: { 'x-forwarded-for': '203.0.113.9' } });
      for (const answers of [byKey, guesses, [...hooks, spoofed]]) {
        const refused = answers.filter(({ status }) => status === 429);
        expect(refused.length).toBeGreaterThan(0);
        for (const { headers, body } of refused) {
          expect(Number(headers['retry-after'])).toBeGreaterThan(0);
          expect(body).toMatchObject({ code: 'rate_limited', status: 429 });
        }
      }
      expect(hooks.filter(({ status }) => status === 200)).toHaveLength(5);
      expect(spoofed.status).toBe(429);
    } finally {
      await strict.stop();
    }
  });

  it('one sender is one bucket, however the proxy writes its address, and an IPv6 sender has its /64', async () => {
    const strict = { THROTTLE_LIMIT: '1', THROTTLE_TTL_SECONDS: '3600', ADMIN_THROTTLE_LIMIT: '2' };
    const proxied = await startTestApp({ ...strict, TRUST_PROXY: 'loopback,10.0.0.0/8' });
    try {
      const from = (address: string) => proxied.deliver(newEvent(), { headers: { 'x-forwarded-for': address } });
      await from('203.0.113.1:51423').expect(200);
      for (const same of ['203.0.113.1:51424', '203.0.113.1', '[::ffff:203.0.113.1]:9', '203.0.113.1:1, 10.0.0.9:443'])
        await from(same).expect(429);
      await from('[2001:db8:0:7::1]:51423').expect(200);
      for (const same of ['[2001:db8:0:7::1]:51424', '2001:DB8:0:7::2', '"[2001:db8:0:7::3]"', '2001:db8:0:7::4%eth0'])
        await from(same).expect(429);
      await from('2001:db8:0:8::1').expect(200);

      const guess = (address: string) =>
        proxied.admin('get', '/v1/forms', 'a-key-that-is-not-one').set('x-forwarded-for', address);
      const guesses = Array.from({ length: 12 }, (_, host) => guess(`[2001:db8:0:9::${host}]:51423`));
      const statuses = (await Promise.all(guesses)).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([401, 429]));
    } finally {
      await proxied.stop();
    }
  });

  it('with TRUST_PROXY each client behind the proxy has a limit of its own', async () => {
    const proxied = await startTestApp({ THROTTLE_LIMIT: '1', THROTTLE_TTL_SECONDS: '3600', TRUST_PROXY: 'loopback' });
    try {
      const from = (address: string) => proxied.deliver(newEvent(), { headers: { 'x-forwarded-for': address } });
      await from('203.0.113.1').expect(200);
      await from('203.0.113.2').expect(200);
      await from('203.0.113.1').expect(429);
      await from('198.51.100.7, 203.0.113.1').expect(429);
    } finally {
      await proxied.stop();
    }
  });
});

describe('lists', () => {
  /** Each arrival is newer than all before it (a submission in the middle would rightly appear there). */
  let arrivals = -2;
  beforeAll(async () => {
    for (let index = 0; index < 7; index += 1) {
      const questions = [askEmail(`page${index}@example.com`)];
      await app
        .deliver(newEvent({ formId: `page${index % 2}`, submittedAt: minutesAgo(index), questions }))
        .expect(200);
    }
    await app.settled();
  });

  it.each([
    ['/v1/deliveries?', 'eventId'],
    ['/v1/responses?', 'token'],
    ['/v1/clients?', 'id'],
    ['/v1/api-keys?', 'id'],
    ['/v1/forms?', 'formId'],
    ['/v1/audit?', 'id'],
  ])('%s can be paged through, each item once, while new ones arrive', async (path, id) => {
    const whole = await app.admin('get', `${path}limit=200`).expect(200);
    const expected = (whole.body.items as Record<string, string>[]).map((item) => item[id]);
    const seen: (string | undefined)[] = [];
    let cursor: string | null = null;
    do {
      const page = await app.admin('get', `${path}limit=2${cursor ? `&cursor=${cursor}` : ''}`).expect(200);
      const body = page.body as { items: Record<string, string>[]; nextCursor: string | null };
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map((item) => item[id]));
      cursor = body.nextCursor;
      await app
        .deliver(
          newEvent({ formId: `while-${path.length}-${seen.length}`, submittedAt: minutesAgo((arrivals -= 0.03)) }),
        )
        .expect(200);
      await app.settled();
    } while (cursor !== null);
    expect(seen).toEqual(expected);
  });

  it('filter', async () => {
    const items = async (path: string) =>
      ((await app.admin('get', path).expect(200)).body as { items: Record<string, unknown>[] }).items;
    expect(await items('/v1/responses?formId=page1')).toHaveLength(3);
    expect(await items(`/v1/responses?formId=page0&submittedSince=${minutesAgo(3)}`)).toHaveLength(2);
    expect(await items(`/v1/responses?formId=page0&submittedUntil=${minutesAgo(3)}`)).toHaveLength(2);
    expect(await items('/v1/responses?formId=page0&type=partial')).toHaveLength(0);
    const [client] = await items('/v1/clients?email=page3@example.com');
    expect(await items(`/v1/responses?clientId=${String(client?.id)}`)).toMatchObject([{ formId: 'page1' }]);
    expect(await items('/v1/deliveries?formId=page1&status=processed&source=webhook')).toHaveLength(3);
    expect(await items('/v1/deliveries?formId=page1&status=dead')).toHaveLength(0);
    expect(await items(`/v1/deliveries?formId=page1&since=${minutesAgo(-5)}`)).toHaveLength(0);
    expect(await items(`/v1/deliveries?formId=page1&until=${minutesAgo(-5)}`)).toHaveLength(3);
    expect(await items('/v1/deliveries?source=backfill')).toHaveLength(0);
  });

  it.each([
    ['/v1/deliveries?limit=0', 'limit'],
    ['/v1/deliveries?limit=201', 'limit'],
    ['/v1/deliveries?limit=abc', 'limit'],
    ['/v1/deliveries?cursor=nonsense', 'cursor'],
    ['/v1/deliveries?cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiJd', 'cursor'],
    ['/v1/deliveries?status=unknown', 'status'],
    ['/v1/deliveries?status=dead,unknown', 'status'],
    ['/v1/deliveries?status=', 'status'],
    ['/v1/deliveries?source=replay', 'source'],
    ['/v1/deliveries?quarantinedFor=nothing', 'quarantinedFor'],
    ['/v1/erasures?cursor=nonsense', 'cursor'],
    ['/v1/jobs?status=pending', 'status'],
    ['/v1/webhooks?status=drifted,unknown', 'status'],
    ['/v1/backfills?status=done,unknown', 'status'],
    ['/v1/jobs?cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsIngiXQ', 'cursor'],
    ['/v1/deliveries?status=dead&status=ignored', 'status'],
    ['/v1/deliveries?since=yesterday', 'since'],
    ['/v1/deliveries?unknown=1', 'unknown'],
    ['/v1/responses?clientId=1', 'clientId'],
    ['/v1/responses/export?format=xml', 'format'],
    ['/v1/overview?window=91d', 'window'],
    ['/v1/audit?action=nothing', 'action'],
    ['/v1/audit?cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsIngiXQ', 'cursor'],
  ])('%s is 422 and names %s', async (path, parameter) => {
    const { body } = await app.admin('get', path).expect(422);
    expect(body).toMatchObject({ code: 'validation_failed', errors: expect.any(Array) });
    for (const { path: named, message } of body.errors as { path: string; message: string }[]) {
      expect({ named, message }).toEqual({ named: parameter, message: expect.stringMatching(/must|unknown field/) });
    }
  });
});

describe('bodies', () => {
  it('report every finding at once, and refuse what they do not know', async () => {
    const { body } = await app.admin('post', '/v1/api-keys').send({ role: 'root', createdAt: 'x' }).expect(422);
    expect((body.errors as { path: string }[]).map(({ path }) => path).sort()).toEqual(
      expect.arrayContaining(['createdAt', 'name', 'role']),
    );
  });

  it('that are no JSON are 400, of another type 415, too large 413', async () => {
    const post = () => app.admin('post', '/v1/api-keys');
    await post().set('content-type', 'application/json').send('{"name":').expect(400);
    await post().set('content-type', 'text/plain').send('x').expect(415);
    await post()
      .set('content-type', 'application/json')
      .send(`{"name":"${'x'.repeat(1_100_000)}"}`)
      .expect(413);
    await post()
      .set('content-type', 'application/json')
      .send('{"name":"a","role":"viewer","__proto__":{"x":1}}')
      .expect(422);
  });

  it('a replay needs a filter', async () => {
    await app.admin('post', '/v1/deliveries/replay').send({}).expect(422);
  });
});

describe('values that cannot be stored', () => {
  const cursor = (...position: string[]) =>
    Buffer.from(JSON.stringify(['2026-01-01T00:00:00.000Z', ...position])).toString('base64url');

  it.each<[Method, string, object | undefined]>([
    ['get', '/v1/forms/%00', undefined],
    ['get', '/v1/responses/a%00/b', undefined],
    ['get', '/v1/deliveries/%00/payload', undefined],
    ['get', '/v1/clients?q=%00', undefined],
    ['get', `/v1/clients?cursor=${cursor('no-uuid')}`, undefined],
    ['get', `/v1/api-keys?cursor=${cursor('no-uuid')}`, undefined],
    ['post', '/v1/api-keys', { name: 'a\u0000b', role: 'viewer' }],
  ])('%s %s is 400 and not our fault', async (method, path, body) => {
    const answer = await app.admin(method, path).send(body);
    expect(answer.body).toMatchObject({ status: 400, code: 'bad_request' });
  });

  it('are refused in a mapping before anybody is asked for them', async () => {
    const { body } = await app
      .admin('patch', '/v1/forms/page0')
      .send({ identifierMapping: { email: 'a\u0000b' } })
      .expect(422);
    expect(body.errors).toMatchObject([{ path: 'identifierMapping' }]);
  });

  it('null is not "left out"', async () => {
    await app.admin('patch', '/v1/forms/page0').send({ status: null }).expect(422);
    await app.admin('post', '/v1/deliveries/replay').send({ status: null }).expect(422);
  });
});

describe('unknown things are 404', () => {
  it.each([
    '/v1/nothing',
    '/v1/clients/1',
    '/v1/clients/00000000-0000-4000-8000-000000000000',
    '/v1/deliveries/none',
    '/v1/forms/none',
    '/v1/responses/none/none',
  ])('%s', async (path) => {
    const { body } = await app.admin('get', path).expect(404);
    expect(body).toMatchObject({ code: 'not_found', instance: path });
  });
});

describe('the overview', () => {
  it('counts what came in, what became of it, and what is open', async () => {
    const event = newEvent();
    await app.deliver(event).expect(200);
    await app.deliver(event).expect(200);
    await app.deliver(newEvent(), { secret: 'a-wrong-secret-0123456789' }).expect(401);
    await app.settled();
    const { body } = await app.admin('get', '/v1/overview?window=15m').expect(200);
    expect(body.intake.outcomes).toMatchObject({ duplicate: 1, signature_mismatch: 1 });
    const none = {
      calls: 0,
      interactive: 0,
      rateLimited: 0,
      failed: 0,
      waitMs: null,
      maxPer10Seconds: 0,
      compliance: null,
    };
    expect(body.typeform).toEqual(none);
    expect(body.intake.outcomes.accepted).toBe(body.deliveries.processed);
    expect(body.intake.successRate).toBe(1);
    expect(body.intake.ackMs.p50).toBeGreaterThan(0);
    expect(body.intake.ackMs.p99).toBeGreaterThanOrEqual(body.intake.ackMs.p50);
    expect(body.inbox).toContainEqual({ status: 'pending', count: 0, oldestAgeSeconds: null });
    await app.admin('get', '/v1/overview').expect(200);
    expect(tokenOf(event)).toBeTruthy();
  });
});

it('closes CORS and sets security headers', async () => {
  const { headers } = await app.admin('get', '/v1/forms').set('origin', 'https://example.com').expect(200);
  expect(headers).not.toHaveProperty('access-control-allow-origin');
  const forBrowsers = { 'strict-transport-security': expect.any(String), 'x-frame-options': 'SAMEORIGIN' };
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', ...forBrowsers });
  const { headers: ofWebhook } = await app.deliver(newEvent()).expect(200);
  expect(ofWebhook).toHaveProperty('x-content-type-options', 'nosniff');
  for (const name of Object.keys(forBrowsers)) expect(ofWebhook).not.toHaveProperty(name);
});
