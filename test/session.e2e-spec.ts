/** Contract section 4: sessions of the console. A key becomes a cookie; a change with the cookie needs a header; each session ends in time. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type supertest from 'supertest';
import type { AuditEntryView } from '../src/audit/audit.dto';
import { ADMIN_KEY, eventually, startTestApp, TestApp } from './support/test-app';

interface Key {
  id: string;
  key: string;
}

let app: TestApp;
/** Another process on the same database. */
let replica: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  replica = await startTestApp({ TRUST_PROXY: 'loopback', ADMIN_THROTTLE_LIMIT: '3' }, { database: app.database });
});
afterAll(async () => {
  await replica.stop();
  await app.stop();
});

const makeKey = async (role: string, expiresAt?: string): Promise<Key> =>
  (
    await app
      .admin('post', '/v1/api-keys')
      .send({ name: `the ${role}`, role, expiresAt })
      .expect(201)
  ).body as Key;
const signIn = (apiKey: unknown, at = app) => at.http.post('/v1/session').send({ apiKey });
const cookieOf = ({ headers }: supertest.Response): string => String(headers['set-cookie']).split(';')[0] ?? '';
/** Signs in; returns the cookie as a browser sends it. */
const cookieFor = async (apiKey: string, at = app): Promise<string> => cookieOf(await signIn(apiKey, at).expect(201));
const call = (method: 'get' | 'post' | 'delete', path: string, cookie: string, at = app) =>
  at.http[method](path).set('cookie', cookie).set('x-requested-with', 'console');
const sql = (text: string, values: unknown[] = []) => app.database.pool.query(text, values);
const hashOf = (cookie: string): string =>
  createHash('sha256')
    .update(cookie.split('=')[1] ?? '')
    .digest('hex');

describe('signing in', () => {
  it('exchanges a key for a cookie out of reach of scripts and other sites, and stores a hash only', async () => {
    const { id, key } = await makeKey('operator');
    const answer = await signIn(key).expect(201);
    const hours = (Date.parse(String(answer.body.expiresAt)) - Date.now()) / 3_600_000;
    expect(answer.body).toEqual({ name: 'the operator', role: 'operator', via: 'key', expiresAt: expect.any(String) });
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThanOrEqual(12);
    const header = String(answer.headers['set-cookie']);
    expect(header).toMatch(
      /^onboarding_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=4\d{4}; HttpOnly; SameSite=Strict$/,
    );
    const cookie = cookieOf(answer);
    const { body } = await call('get', '/v1/session', cookie).expect(200);
    expect(body).toEqual(answer.body);
    await call('get', '/v1/forms', cookie).expect(200);

    const { rows } = await sql('SELECT * FROM console_session WHERE subject = $1', [id]);
    expect(rows).toMatchObject([{ token_hash: hashOf(cookie) }]);
    const audit = (await app.admin('get', `/v1/audit?actor=${id}`).expect(200)).body as { items: AuditEntryView[] };
    expect(audit.items).toMatchObject([
      { action: 'session.started', subject: id, details: { via: 'key', role: 'operator' } },
    ]);
    const kept = JSON.stringify([rows, audit, app.logs]);
    for (const secret of [key, cookie.split('=')[1]]) expect(kept).not.toContain(secret);
    const { text: metrics } = await app.http.get('/metrics').expect(200);
    expect(metrics).toMatch(/^onboarding_console_sign_ins_total\{via="key"\} [1-9]/m);
  });

  it.each([
    ['https://forms.example.com', /^__Host-onboarding_session=[^;]+; Path=\/; .*; Secure$/],
    ['https://example.com/onboarding/', /^__Secure-onboarding_session=[^;]+; Path=\/onboarding; .*; Secure$/],
  ])('at %s the cookie has its prefix, its path and https only', async (publicUrl, expected) => {
    const secure = await startTestApp({ PUBLIC_URL: publicUrl }, { database: app.database });
    try {
      const answer = await signIn(ADMIN_KEY, secure).expect(201);
      expect(String(answer.headers['set-cookie'])).toMatch(expected);
      await call('get', '/v1/session', cookieOf(answer), secure).expect(200);
    } finally {
      await secure.stop();
    }
  });

  it.each([
    ['a wrong key', 'nonsense-nonsense-nonsense-nonsense', 401, 'unauthorized'],
    ['no key', undefined, 422, 'validation_failed'],
    ['no text', { $ne: '' }, 422, 'validation_failed'],
  ])('%s is refused and leaves no session', async (_name, apiKey, status, code) => {
    const answer = await signIn(apiKey).expect(status);
    expect(answer.body).toMatchObject({ code });
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('a large body is refused before it is read', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString('latin1')));
    socket.write(
      'POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n',
    );
    await eventually(() => received.startsWith('HTTP/1.1 413'), 'it is answered although the body is missing');
    socket.destroy();
  });

  it('attempts are limited by address, and a session passes from there', async () => {
    const cookie = await cookieFor(ADMIN_KEY);
    const from = (request: supertest.Test) => request.set('x-forwarded-for', '203.0.113.7');
    const statuses = new Set<number>();
    await eventually(async () => {
      const guesses = Array.from({ length: 6 }, () => from(signIn('a-key-that-is-not-one', replica)));
      for (const { status } of await Promise.all(guesses)) statuses.add(status);
      return statuses.has(429);
    }, 'the address is over its limit');
    expect([...statuses].sort()).toEqual([401, 429]);
    await from(call('get', '/v1/session', cookie, replica)).expect(200);
  });
});

describe('a change made with a session', () => {
  it('needs the header that no other site can send', async () => {
    const cookie = await cookieFor(ADMIN_KEY);
    const create = () => app.http.post('/v1/api-keys').set('cookie', cookie).send({ name: 'x', role: 'viewer' });
    for (const headers of [{}, { 'x-requested-with': 'XMLHttpRequest' }]) {
      expect((await create().set(headers).expect(403)).body).toMatchObject({ code: 'forbidden' });
    }
    await app.http.delete('/v1/session').set('cookie', cookie).expect(403);
    await app.http.get('/v1/forms').set('cookie', cookie).expect(200);
    await create().set('x-requested-with', 'console').expect(201);
  });

  it('needs the role, and is audited as made by the key', async () => {
    const viewer = await makeKey('viewer');
    await call('post', '/v1/api-keys', await cookieFor(viewer.key))
      .send({ name: 'x', role: 'viewer' })
      .expect(403);
    const admin = await makeKey('admin');
    await call('post', '/v1/api-keys', await cookieFor(admin.key))
      .send({ name: 'x', role: 'viewer' })
      .expect(201);
    const { body } = await app.admin('get', `/v1/audit?actor=${admin.id}&action=api_key.created`).expect(200);
    expect(body.items).toHaveLength(1);
  });

  it('a key goes before the cookie', async () => {
    const cookie = await cookieFor(ADMIN_KEY);
    const viewer = await makeKey('viewer');
    const { body } = await app.admin('get', '/v1/session', viewer.key).set('cookie', cookie).expect(200);
    expect(body).toEqual({ name: 'the viewer', role: 'viewer', via: 'key', expiresAt: null });
    await app.admin('get', '/v1/session', 'nonsense').set('cookie', cookie).expect(401);
    await app.admin('post', '/v1/api-keys').set('cookie', cookie).send({ name: 'x', role: 'viewer' }).expect(201);
    // A proxy in front may ask for a password of its own.
    await call('get', '/v1/session', cookie).set('authorization', 'Basic dXNlcjpwYXNz').expect(200);
  });
});

describe('a session ends', () => {
  it('when its owner signs out, for every process', async () => {
    const { id, key } = await makeKey('viewer');
    const [here, elsewhere] = [await cookieFor(key), await cookieFor(key)];
    await call('get', '/v1/session', here, replica).expect(200);
    const answer = await call('delete', '/v1/session', here, replica).expect(204);
    expect(String(answer.headers['set-cookie'])).toMatch(/^onboarding_session=; Path=\/; Max-Age=0; /);
    for (const at of [app, replica]) await call('get', '/v1/session', here, at).expect(401);
    await call('get', '/v1/session', elsewhere).expect(200);
    const { body } = await app.admin('get', `/v1/audit?actor=${id}&action=session.ended`).expect(200);
    expect(body.items).toMatchObject([{ subject: id, details: { everywhere: false, sessions: 1 } }]);
  });

  it('everywhere, when its owner says so', async () => {
    const { id, key } = await makeKey('viewer');
    const other = await cookieFor((await makeKey('viewer')).key);
    const cookies = [await cookieFor(key), await cookieFor(key), await cookieFor(key)];
    await call('delete', '/v1/session?everywhere=true', String(cookies[0])).expect(204);
    for (const cookie of cookies) await call('get', '/v1/session', cookie).expect(401);
    await call('get', '/v1/session', other).expect(200);
    const { body } = await app.admin('get', `/v1/audit?actor=${id}&action=session.ended`).expect(200);
    expect(body.items).toMatchObject([{ details: { everywhere: true, sessions: 3 } }]);
    await cookieFor(key);
    await app.admin('delete', '/v1/session', key).expect(204);
    await app.admin('delete', '/v1/session?everywhere=true', key).expect(204);
    expect((await sql('SELECT FROM console_session WHERE subject = $1', [id])).rowCount).toBe(0);
  });

  it('with its key, whose role it has', async () => {
    const { id, key } = await makeKey('admin', new Date(Date.now() + 3_600_000).toISOString());
    const answer = await signIn(key).expect(201);
    const cookie = cookieOf(answer);
    expect(Date.parse(String(answer.body.expiresAt))).toBeLessThanOrEqual(Date.now() + 3_600_000);
    await sql(`UPDATE api_key SET role = 'viewer' WHERE id = $1`, [id]);
    expect((await call('get', '/v1/session', cookie).expect(200)).body).toMatchObject({ role: 'viewer' });
    await call('get', '/v1/api-keys', cookie).expect(403);
    await sql('UPDATE api_key SET expires_at = now() WHERE id = $1', [id]);
    await call('get', '/v1/session', cookie).expect(401);
    await sql(`UPDATE api_key SET expires_at = NULL WHERE id = $1`, [id]);
    await call('get', '/v1/session', cookie).expect(200);
    await app.admin('delete', `/v1/api-keys/${id}`).expect(204);
    for (const at of [app, replica]) await call('get', '/v1/session', cookie, at).expect(401);
  });

  it('after its hours, and after two hours without a request', async () => {
    const key = await makeKey('viewer');
    const cookie = await cookieFor(key.key);
    const set = (column: string, ago: string) =>
      sql(`UPDATE console_session SET ${column} = now() - $2::interval WHERE token_hash = $1`, [hashOf(cookie), ago]);
    await set('last_used_at', '119 minutes');
    await call('get', '/v1/session', cookie).expect(200);
    await eventually(async () => {
      const { rows } = await sql(
        `SELECT last_used_at > now() - interval '1 minute' AS used FROM console_session WHERE token_hash = $1`,
        [hashOf(cookie)],
      );
      return rows[0]?.used === true;
    }, 'the use is remembered');
    await set('last_used_at', '121 minutes');
    const { body } = await call('get', '/v1/session', cookie).expect(401);
    expect(body.detail).toBe('the session has ended: sign in again');
    await set('last_used_at', '1 minute');
    await set('expires_at', '1 second');
    await call('get', '/v1/session', cookie).expect(401);
    await cookieFor(key.key);
    expect((await sql('SELECT FROM console_session WHERE token_hash = $1', [hashOf(cookie)])).rowCount).toBe(0);
  });

  it('of ADMIN_API_KEY, when that is replaced; nothing stored helps to guess the key', async () => {
    const cookie = await cookieFor(ADMIN_KEY);
    const { rows } = await sql('SELECT * FROM console_session WHERE subject = $1', ['bootstrap']);
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain(hashOf(cookie));
    expect(stored).not.toContain(createHash('sha256').update(ADMIN_KEY).digest('hex'));
    const replaced = await startTestApp(
      { ADMIN_API_KEY: 'another-admin-key-0123456789-0123456789' },
      { database: app.database },
    );
    try {
      await call('get', '/v1/session', cookie, replaced).expect(401);
      await call('get', '/v1/session', cookie).expect(200);
    } finally {
      await replaced.stop();
    }
  });

  it('when somebody has very many: the oldest go', async () => {
    const { id, key } = await makeKey('viewer');
    const first = await cookieFor(key);
    await sql(
      `INSERT INTO console_session SELECT 'x' || n, via, subject, api_key_id, name, role, created_at + n * interval '1 ms', last_used_at, expires_at
       FROM console_session, generate_series(1, 60) n WHERE subject = $1`,
      [id],
    );
    const last = await cookieFor(key);
    expect((await sql('SELECT FROM console_session WHERE subject = $1', [id])).rowCount).toBe(50);
    await call('get', '/v1/session', first).expect(401);
    await call('get', '/v1/session', last).expect(200);
  });

  it.each(['onboarding_session=', `onboarding_session=${'A'.repeat(43)}`, 'onboarding_session=a; b', 'other=1'])(
    'the cookie %s is no session',
    async (cookie) => {
      await call('get', '/v1/session', cookie).expect(401);
    },
  );
});
