/** The migration that separates clients which were merged by a phone alone: nobody is lost, and the audit log says who was meant. */
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source-options';
import { MIGRATIONS, runMigrations } from '../src/database/migrations';
import { ResponseSettler } from '../src/onboarding/who-is-it/response-settler';
import { createTestDatabase, type TestDatabase } from './support/database';
import { startTestApp } from './support/test-app';

/** Measured with more by setting this; how long it took is printed then. */
const CLIENTS = Number(process.env.SEPARATED_CLIENTS ?? 2_000);
const FIRST = 'ClientIdentity1764700000000';
const SEPARATION = 'SeparateClients1764800000000';

const TESTER = '00000000-0000-4000-9000-000000000001';
const NOBODY = '00000000-0000-4000-9000-000000000002';

let database: TestDatabase;
let dataSource: DataSource;

/** Undoes this migration and every later one. */
async function undoFrom(migration: string): Promise<void> {
  const toUndo = MIGRATIONS.length - MIGRATIONS.findIndex(({ name }) => name === migration);
  for (let undone = 0; undone < toUndo; undone += 1) await dataSource.undoLastMigration();
}

/** Runs SQL and returns the one number it selects. */
async function count(sql: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(`SELECT (${sql})::integer AS count`);
  return rows[0]?.count ?? -1;
}

/**
 * What the release before left: of every 20th client an owner of another e-mail was taken for the same by the phone, and of every
 * 40th another response gave the phone alone. Every 100th client typed an address that stands for nobody.
 */
async function seed(): Promise<void> {
  await database.pool.query(
    `CREATE TEMP TABLE given AS
       SELECT i, kind, ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid AS client_id,
              '+1415' || lpad(i::text, 7, '0') AS phone,
              CASE WHEN kind = 'other' THEN 'other' || i || '@example.com' WHEN kind = 'alone' THEN NULL
                   WHEN i % 100 = 1 THEN 'noreply@example' || i || '.com' ELSE 'client' || i || '@example.com' END AS email,
              initcap(kind) || ' ' || i AS name,
              timestamptz '2026-01-01' + (CASE kind WHEN 'first' THEN 0 WHEN 'second' THEN 1 ELSE 2 END) * interval '1 hour' AS at
         FROM generate_series(1, ${CLIENTS}) AS i CROSS JOIN unnest(ARRAY['first', 'second', 'other', 'alone']) AS kind
        WHERE kind IN ('first', 'second') OR kind = 'other' AND i % 20 = 0 OR kind = 'alone' AND i % 40 = 0;
     CREATE TEMP TABLE made AS
       SELECT *, 'token' || i || kind AS token,
              jsonb_strip_nulls(jsonb_build_object(
                'email', CASE WHEN email IS NOT NULL THEN jsonb_build_object('value', email, 'source', 'field:e', 'confidence', 0.95) END,
                'phone', jsonb_build_object('value', phone, 'source', 'field:p', 'confidence', 0.95),
                'fullName', jsonb_build_object('value', name, 'source', 'field:n', 'confidence', 0.8))) AS identifiers
         FROM given;
     INSERT INTO client (id, email, phone, identifiers, created_at, updated_at)
       SELECT client_id, email, phone, identifiers || jsonb_build_object('fullName', jsonb_build_object(
                'value', CASE WHEN i % 20 = 0 THEN 'Other ' || i ELSE name END, 'from', 'form/x', 'source', 'field:n', 'confidence', 0.8)),
              at, at FROM made WHERE kind = 'second';
     INSERT INTO form_response (form_id, token, event_id, response_type, test, received_at, effective_at, answers, hidden, variables,
                                identifiers, client_id, created_at, updated_at)
       SELECT 'form', token, 'event' || token, 'completed', false, at, at, '[]', '{}', '[]', identifiers, client_id, at, at FROM made;`,
  );
}

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  dataSource = await new DataSource(dataSourceOptions(database.url, 3, { timeouts: false })).initialize();
  await runMigrations(dataSource);
  await undoFrom(FIRST);
  await seed();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

it('separates whom a phone alone had merged, loses nobody, and can be undone and done again', async () => {
  const merged = Math.floor(CLIENTS / 20);
  const alone = Math.floor(CLIENTS / 40);
  const responses = await count('SELECT count(*) FROM form_response');
  const before = await count(`SELECT count(*) FROM client WHERE identifiers -> 'fullName' ->> 'value' LIKE 'Other %'`);
  expect(before).toBe(merged);

  const started = performance.now();
  await runMigrations(dataSource);
  const seconds = (performance.now() - started) / 1_000;

  expect(await count('SELECT count(*) FROM form_response')).toBe(responses);
  expect(await count('SELECT count(*) FROM form_response WHERE client_id IS NULL')).toBe(0);
  expect(await count('SELECT count(*) FROM client')).toBe(CLIENTS + merged + alone);
  // Each e-mail has its client, with its own name; each client that was there is there, and has not lost its e-mail.
  const differing = `SELECT count(*) FROM form_response JOIN client ON client.id = client_id
                      WHERE email_key IS DISTINCT FROM client.email AND email_key IS NOT NULL`;
  expect(await count(differing)).toBe(0);
  const named = `SELECT count(*) FROM client WHERE identifiers -> 'fullName' ->> 'value' = `;
  expect(await count(`${named} replace(replace(email, 'other', 'Other '), '@example.com', '')`)).toBe(merged);
  expect(await count(`${named} replace(replace(email, 'client', 'Second '), '@example.com', '')`)).toBe(
    CLIENTS - Math.floor((CLIENTS + 99) / 100),
  );
  expect(await count(`SELECT count(*) FROM client WHERE email IS NULL AND identifiers ? 'email'`)).toBe(0);
  expect(
    await count(`SELECT count(*) FROM client WHERE email LIKE 'client%' AND id::text LIKE '00000000-0000-4000-8000-%'`),
  ).toBe(CLIENTS - Math.floor((CLIENTS + 99) / 100));
  expect(await count('SELECT count(*) FROM client WHERE conflict')).toBe(2 * merged + alone);
  if (process.env.SEPARATED_CLIENTS) {
    console.log(`${CLIENTS} clients, ${responses} responses: ${merged} separated in ${seconds.toFixed(1)} s`);
  }

  for (let again = 0; again < 2; again += 1) {
    await undoFrom(SEPARATION);
    await runMigrations(dataSource);
  }
  expect(await count('SELECT count(*) FROM client')).toBe(CLIENTS + merged + alone);
  expect(await count('SELECT count(*) FROM client WHERE conflict')).toBe(2 * merged + alone);
});

it('is in the audit log, whose chain holds', async () => {
  const app = await startTestApp({}, { database });
  try {
    const { body } = await app.admin('get', '/v1/audit?action=clients.separated&limit=200').expect(200);
    const entries = body.items as {
      details: { clientIds: string[]; clients: number; made: number; responses: number };
    }[];
    const sum = (key: 'clients' | 'made' | 'responses'): number =>
      entries.reduce((total, { details }) => total + details[key], 0);
    const [merged, alone] = [Math.floor(CLIENTS / 20), Math.floor(CLIENTS / 40)];
    expect([sum('clients'), sum('made'), sum('responses')]).toEqual([merged, merged + alone, merged + alone]);
    expect(new Set(entries.flatMap(({ details }) => details.clientIds)).size).toBe(merged);
    expect((await app.admin('get', '/v1/audit/verify').expect(200)).body).toMatchObject({ valid: true });
  } finally {
    await app.stop();
  }
});

it('leaves clients of test requests and of answers that identify nobody to the service, which takes them away', async () => {
  await undoFrom(SEPARATION);
  await database.pool.query(
    `INSERT INTO client (id, identifiers, created_at, updated_at)
       SELECT id::uuid, '{}', now(), now() FROM unnest(ARRAY['${TESTER}', '${NOBODY}']) AS id;
     INSERT INTO form_response (form_id, token, event_id, response_type, test, received_at, effective_at, answers, hidden, variables,
                                identifiers, client_id, created_at, updated_at)
       SELECT 'form', id, id, 'completed', id = '${TESTER}', now(), now(), '[]', '{}', '[]',
              CASE WHEN id = '${TESTER}' THEN '{"fullName": {"value": "Lorem Ipsum", "source": "field:n", "confidence": 0.8}}' ELSE '{}' END::jsonb,
              id::uuid, now(), now()
         FROM unnest(ARRAY['${TESTER}', '${NOBODY}']) AS id;`,
  );
  await runMigrations(dataSource);
  const app = await startTestApp({}, { database });
  try {
    await app.app.get(ResponseSettler, { strict: false }).settle();
    expect(await count(`SELECT count(*) FROM client WHERE id IN ('${TESTER}', '${NOBODY}')`)).toBe(0);
    expect(
      await count(`SELECT count(*) FROM form_response WHERE token IN ('${TESTER}', '${NOBODY}') AND client_id IS NULL`),
    ).toBe(2);
  } finally {
    await app.stop();
  }
});
