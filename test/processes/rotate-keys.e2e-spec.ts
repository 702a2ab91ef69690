/** An encryption key is replaced: what it encrypted is encrypted anew, nothing is refused meanwhile, and it is not needed afterwards. */
import { randomUUID } from 'node:crypto';
import { seal, type EncryptionKey } from '../../src/core/secret-box';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { newEvent } from '../support/events';
import { ServiceProcess } from '../support/service-process';
import { startTestApp, type TestApp } from '../support/test-app';

const key = (id: string, byte: number): EncryptionKey => ({ id, key: Buffer.alloc(32, byte) });
const [lost, old, current] = [key('k0', 1), key('k1', 2), key('k2', 3)];
const inEnvironment = (...keys: EncryptionKey[]): string =>
  keys.map(({ id, key: bytes }) => `${id}:${bytes.toString('base64')}`).join(',');
const secretOf = (name: string): string => `hush-${name}-secret-0123456789-0123456789`;

let database: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  database = await createTestDatabase();
  app = await startTestApp({ ENCRYPTION_KEYS: inEnvironment(current, old) }, { database });
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

async function addWebhook(
  secret: [string, EncryptionKey],
  { previous, removed = false }: { previous?: [string, EncryptionKey]; removed?: boolean } = {},
): Promise<string> {
  const id = randomUUID();
  const sealed = ([name, by]: [string, EncryptionKey]): string => seal([by], secretOf(name), id);
  await database.pool.query(
    `INSERT INTO webhook (id, form_id, tag, secret, previous_secret, previous_secret_expires_at, removed_at, created_at, updated_at)
     VALUES ($1, $2, 'onboarding', $3, $4, now() + interval '1 hour', CASE WHEN $5 THEN now() END, now(), now())`,
    [id, id.slice(0, 8), sealed(secret), previous ? sealed(previous) : null, removed],
  );
  return id;
}

async function rotate(...options: string[]): Promise<{ code: number | null; process: ServiceProcess }> {
  const environment = { DATABASE_URL: database.url, ENCRYPTION_KEYS: inEnvironment(current, old) };
  const command = ServiceProcess.command(environment, 'rotate-keys', ...options);
  const { code } = await command.exited;
  expect(command.output).not.toContain('hush');
  return { code, process: command };
}

const statusOf = async (from: TestApp, id: string, secret: string): Promise<number> =>
  (await from.deliver(newEvent(), { path: `/webhooks/typeform/${id}`, secret: secretOf(secret) })).status;

it('rotate-keys makes an older key dispensable', async () => {
  const [plain, rotating, fresh, removed] = [
    await addWebhook(['plain', old]),
    await addWebhook(['new', current], { previous: ['before', old] }),
    await addWebhook(['fresh', current]),
    await addWebhook(['removed', old], { removed: true }),
  ];
  const unreadable = await addWebhook(['unreadable', lost]);

  await database.pool.query('UPDATE webhook SET pushed_revision = revision WHERE id = ANY($1)', [[plain, removed]]);

  const both = await Promise.all([rotate('--json'), rotate('--json')]);
  const results = both.map(({ process }) => JSON.parse(process.stdout) as { resealed: number });
  expect(results.map(({ resealed }) => resealed).reduce((sum, count) => sum + count)).toBe(3);
  for (const result of results) expect(result).toMatchObject({ key: 'k2', unreadable: [unreadable] });
  expect(both.map(({ code }) => code)).toEqual([1, 1]);
  expect(both.some(({ process }) => process.stderr.includes('[1/4] webhooks'))).toBe(true);

  // Typeform has the same secrets still: nothing is written to it again, and what was removed here is not deleted there again.
  const { rows } = await database.pool.query<{ id: string; open: boolean }>(
    'SELECT id, pushed_revision <> revision AS open FROM webhook WHERE revision > 1',
  );
  expect(new Map(rows.map(({ id, open }) => [id, open]))).toEqual(
    new Map([
      [plain, false],
      [removed, false],
      [rotating, true],
    ]),
  );

  const again = await rotate('--json');
  expect(JSON.parse(again.process.stdout)).toEqual({
    key: 'k2',
    resealed: 0,
    unreadable: [unreadable],
    keysInUse: ['k0', 'k2'],
    audit: { resealed: 0, lostKeys: [], wrong: 0 },
  });
  await database.pool.query('DELETE FROM webhook WHERE id = $1', [unreadable]);
  const last = await rotate();
  expect(last.code).toBe(0);
  expect(last.process.stdout).toMatch(
    /of 0 webhook.*\nSealed 0 audit entries.*\nKeys in use: k2\nCan be removed from ENCRYPTION_KEYS: k1\n$/,
  );

  const { body: audit } = await app.admin('get', '/v1/audit?action=webhook.secret_reencrypted').expect(200);
  const entries = (audit.items as { subject: string; details: object }[]).map(({ subject, details }) => ({
    subject,
    details,
  }));
  const details = { fromKeys: ['k1'], toKey: 'k2' };
  expect(entries).toHaveLength(3);
  expect(entries).toEqual(expect.arrayContaining([plain, rotating, removed].map((subject) => ({ subject, details }))));
  expect((await app.admin('get', '/v1/audit/verify').expect(200)).body.valid).toBe(true);

  const without = await startTestApp({ ENCRYPTION_KEYS: inEnvironment(current) }, { database });
  try {
    for (const running of [app, without]) {
      expect(await statusOf(running, plain, 'plain')).toBe(200);
      expect(await statusOf(running, rotating, 'new')).toBe(200);
      expect(await statusOf(running, rotating, 'before')).toBe(200);
      expect(await statusOf(running, fresh, 'fresh')).toBe(200);
      expect(await statusOf(running, removed, 'removed')).toBe(200);
      expect(await statusOf(running, plain, 'before')).toBe(401);
    }
  } finally {
    await without.stop();
  }
});
