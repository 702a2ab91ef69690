/** Secrets of webhooks: what they are made of, where they can be seen, and how fast one can be taken out of use. */
import { TypeformSandbox } from '../../sandbox/sandbox';
import { newEvent } from '../support/events';
import { API_KEY, startSandbox } from '../support/sandbox-harness';
import { ADMIN_KEY, startTestApp, TestApp, WEBHOOK_SECRET } from '../support/test-app';

const HOOKS = 8;

let sandbox: TypeformSandbox;
let app: TestApp;
const webhooks: { id: string; formId: string }[] = [];
/** What Typeform was given. */
const secretsAtTypeform = (): string[] => sandbox.control.webhooks().map(({ secret }) => String(secret));
const secretOf = (id: string): string => String(sandbox.control.webhooks().find(({ url }) => url.endsWith(id))?.secret);

beforeAll(async () => {
  sandbox = await startSandbox();
  app = await startTestApp(
    { TYPEFORM_API_KEY: API_KEY, TYPEFORM_API_BASE_URL: sandbox.url, RECONCILE_INTERVAL_SECONDS: '0' },
    { typeformCallsPerSecond: 50 },
  );
  for (let n = 0; n < HOOKS; n += 1) {
    const { id: formId } = sandbox.control.createForm({ seed: `rotated ${n}` });
    const { body } = await app.admin('post', '/v1/webhooks').send({ form: formId }).expect(201);
    webhooks.push({ id: (body as { id: string }).id, formId });
  }
});
afterAll(async () => {
  await app.stop();
  await sandbox.stop();
});

const rotate = (id: string, overlapHours: number) =>
  app.admin('post', `/v1/webhooks/${id}/rotate-secret`).send({ overlapHours });

it('each generated secret is 256 bits of its own, and no part of it comes back in another', () => {
  const secrets = secretsAtTypeform();
  expect(secrets).toHaveLength(HOOKS);
  for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  // Eight characters are 48 bits: two alike among a few hundred do not happen by chance.
  const pieces = secrets.flatMap((secret) =>
    Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8)),
  );
  expect(new Set(pieces).size).toBe(pieces.length);
});

it('a rotation without overlap takes the old secret out of use at once', async () => {
  const { id } = webhooks[0]!;
  const path = `/webhooks/typeform/${id}`;
  const old = secretOf(id);
  await app.deliver(newEvent(), { path, secret: old }).expect(200);
  await rotate(id, 0).expect(200);
  const renewed = secretOf(id);
  expect(renewed).not.toBe(old);
  await app.deliver(newEvent(), { path, secret: old }).expect(401);
  await app.deliver(newEvent(), { path, secret: renewed }).expect(200);
  // None is open, so the next one may follow.
  await rotate(id, 0).expect(200);
});

it('a rotation without overlap needs no notification for that: one may be lost', async () => {
  const { id } = webhooks[2]!;
  const path = `/webhooks/typeform/${id}`;
  const old = secretOf(id);
  await app.deliver(newEvent(), { path, secret: old }).expect(200);
  await app.database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'typeform-onboarding-listen'`,
  );
  await rotate(id, 0).expect(200);
  await app.deliver(newEvent(), { path, secret: old }).expect(401);
});

it('neither secrets nor keys nor tokens nor signatures are in any answer, log line, metric or audit entry', async () => {
  const { id, formId } = webhooks[1]!;
  const given = 'a-given-secret-that-nobody-may-see-again';
  const seen: string[] = [];
  const call = async (method: 'get' | 'post' | 'patch' | 'delete', path: string, body?: object, key = ADMIN_KEY) => {
    const { text, headers } = await app.admin(method, path, key).send(body);
    seen.push(text, JSON.stringify(headers));
    return JSON.parse(text || 'null') as { id: string; key: string };
  };
  const created = await call('post', '/v1/webhooks', { form: formId, tag: 'given', secret: given });
  await call('post', '/v1/webhooks', { form: formId, tag: 'given', secret: given });
  await call('post', '/v1/webhooks', { form: formId, tag: 'given', secret: given, enabled: false });
  await call('post', '/v1/webhooks', { form: 'nosuch99', secret: given });
  await call('post', '/v1/webhooks', { form: formId, secret: given, unknown: given });
  const before = secretOf(id);
  await call('post', `/v1/webhooks/${id}/rotate-secret`, { overlapHours: 1 });
  await call('post', `/v1/webhooks/${id}/rotate-secret`, { overlapHours: 1 });
  await call('post', `/v1/webhooks/${id}/test`);
  await call('post', `/v1/webhooks/${id}/reconcile`);
  await call('patch', `/v1/webhooks/${created.id}`, { enabled: false });
  await call('get', `/v1/webhooks/${id}`);
  await call('get', '/v1/webhooks?limit=200');
  await call('get', '/v1/clients', undefined, 'a-key-that-was-mistyped-0123456789');
  const forged = await app.deliver(newEvent(), {
    path: `/webhooks/typeform/${id}`,
    secret: 'nobody-gave-this-one-out',
  });
  seen.push(forged.text, JSON.stringify(forged.headers));
  await call('delete', `/v1/webhooks/${created.id}`);
  await call('get', '/v1/audit?limit=200');
  for (const path of ['/metrics', '/health/ready', '/openapi.json']) seen.push((await app.http.get(path)).text);
  const { rows } = await app.database.pool.query<{ row: string }>(
    'SELECT hook::text AS row FROM webhook AS hook UNION ALL SELECT entry::text FROM audit_entry AS entry',
  );
  const everything = [...seen, ...app.logs, ...rows.map(({ row }) => row)].join('\n');
  const secrets = [given, before, secretOf(id), ...secretsAtTypeform(), API_KEY, ADMIN_KEY, WEBHOOK_SECRET];
  for (const secret of [...secrets, 'a-key-that-was-mistyped']) expect(everything).not.toContain(secret);
  expect(everything).not.toMatch(/sha256=[A-Za-z0-9+/]{43}=/);
});
