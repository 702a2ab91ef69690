/** Migrations: up, down, up; no drift against the entities; one process at a time. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { MIGRATIONS, pendingMigrations, runMigrations } from '../src/database/migrations';
import { dataSourceOptions } from '../src/database/data-source-options';
import { createTestDatabase, TestDatabase } from './support/database';
import { newEvent } from './support/events';
import { eventually, startTestApp } from './support/test-app';

const ENTITIES = (): unknown[] => {
  // ormconfig reads the environment as the command line does.
  process.env.DATABASE_URL = database.url;
  return jest.requireActual<{ ENTITIES: unknown[] }>('../ormconfig').ENTITIES;
};

let database: TestDatabase;
let dataSource: DataSource;
beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  dataSource = await new DataSource({ ...dataSourceOptions(database.url, 3), entities: ENTITIES() as [] }).initialize();
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** Everything in the schema that a migration could forget to take back, as comparable text. */
async function schema(): Promise<string[]> {
  const { rows } = await database.pool.query<{ line: string }>(`
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_migration'
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'schema_migration'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace AND conrelid <> 'schema_migration'::regclass
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'storage ' || attrelid::regclass || '.' || attname || ' ' || attstorage::text FROM pg_attribute
      WHERE attrelid::regclass::text = 'webhook_event' AND attname = 'payload'
    ORDER BY 1`);
  return rows.map(({ line }) => line);
}

it('every file in migrations/ is run, in the order of their names', () => {
  const files = readdirSync(join(__dirname, '..', 'migrations'))
    .filter((file) => file.endsWith('.ts'))
    .sort();
  expect(MIGRATIONS.map(({ name }) => /\d+$/.exec(name)?.[0])).toEqual(files.map((file) => /^\d+/.exec(file)?.[0]));
});

it('up, down and up again end in the same schema, and down leaves nothing', async () => {
  expect(await pendingMigrations(dataSource)).toEqual(MIGRATIONS.map(({ name }) => name));
  await runMigrations(dataSource);
  const first = await schema();
  expect(first.length).toBeGreaterThan(50);
  expect(await pendingMigrations(dataSource)).toEqual([]);
  for (let undone = 0; undone < MIGRATIONS.length; undone += 1) await dataSource.undoLastMigration();
  expect(await schema()).toEqual([]);
  await runMigrations(dataSource);
  expect(await schema()).toEqual(first);
});

describe('after a way back', () => {
  const undo = async (from: string): Promise<void> => {
    const undone = MIGRATIONS.length - MIGRATIONS.findIndex(({ name }) => name.startsWith(from));
    for (let n = 0; n < undone; n += 1) await dataSource.undoLastMigration();
  };

  it('what the release before listed again of what was erased is listed once', async () => {
    await runMigrations(dataSource);
    await dataSource.query(
      `INSERT INTO erased_response (form_id, token, erased_at) VALUES ('f', 'a', now()), ('f', 'b', now())`,
    );
    const list = (token: string): Promise<unknown> =>
      dataSource.query(
        `INSERT INTO typeform_response (form_id, token, completed, at, check_id, fate)
         VALUES ('f', ${token}, true, '2026-01-10', gen_random_uuid(), 'erased')`,
      );
    await list(`erased_token('a')`);
    await undo('CompletenessCounts');
    await list(`'a'`);
    await list(`'b'`);
    await runMigrations(dataSource);
    expect(await dataSource.query('SELECT token LIKE $1 AS hashed FROM typeform_response', ['erased:%'])).toEqual([
      { hashed: true },
      { hashed: true },
    ]);
    expect(await dataSource.query('SELECT day::text, erased FROM typeform_response_day')).toEqual([
      { day: '2026-01-10', erased: 2 },
    ]);
  });

  it('a migration does not hold up processing while it waits for a long transaction', async () => {
    await runMigrations(dataSource);
    await undo('ReplacedVersions');
    const long = await database.pool.connect();
    try {
      await long.query('BEGIN; SELECT FROM form_response');
      const migrating = runMigrations(dataSource);
      const waits = `SELECT FROM pg_locks WHERE relation = 'form_response'::regclass AND NOT granted`;
      await eventually(async () => (await database.pool.query(waits)).rowCount === 1, 'the migration waits');
      await database.pool.query('SELECT FROM form_response');
      await long.query('COMMIT');
      await migrating;
    } finally {
      long.release();
    }
    expect(await pendingMigrations(dataSource)).toEqual([]);
  });
});

it('the entities say the same as the schema', async () => {
  await runMigrations(dataSource);
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
});

it('several processes that start together run each migration once', async () => {
  const others = await Promise.all(
    [1, 2, 3].map(() => new DataSource(dataSourceOptions(database.url, 3)).initialize()),
  );
  const runs = await Promise.all(others.map((other) => runMigrations(other)));
  expect(runs.flat()).toEqual(MIGRATIONS.map(({ name }) => name));
  await Promise.all(others.map((other) => other.destroy()));
});

it('while one is pending readiness is false and names it, webhooks are 503, and both recover by themselves', async () => {
  const app = await startTestApp({}, { database });
  try {
    const { body } = await app.http.get('/health/ready').expect(503);
    expect(body.error).toMatchObject({
      migrations: { status: 'down', message: expect.stringContaining('InitialSchema') },
    });
    expect(app.logs.join('\n')).toContain(`${MIGRATIONS.length} migrations pending: run migrate`);
    await app.http.get('/health/startup').expect(503);
    await app.http.get('/health/live').expect(200);
    const refused = await app.deliver(newEvent()).expect(503);
    expect(refused.headers['retry-after']).toBe('5');
    expect(refused.body.code).toBe('database_unavailable');
    await runMigrations(dataSource);
    await app.http.get('/health/ready').expect(200);
    await app.deliver(newEvent()).expect(200);
    await eventually(async () => {
      const { rows } = await database.pool.query('SELECT FROM form_response');
      return rows.length === 1;
    }, 'the event became a response');
  } finally {
    await app.stop();
  }
});

// Rows are stored in batches: a trigger for each took four times the database's time of the rest of its batch.
it('no trigger runs for each inserted event, response or client', async () => {
  const migrated = await createTestDatabase();
  try {
    const { rows } = await migrated.pool.query(
      // Bit 0 of tgtype: for each row; bit 2: on INSERT.
      `SELECT tgrelid::regclass::text AS table, tgname AS trigger FROM pg_trigger
        WHERE NOT tgisinternal AND tgtype & 5 = 5 AND tgrelid IN ('webhook_event'::regclass, 'form_response'::regclass, 'client'::regclass)`,
    );
    expect(rows).toEqual([]);
  } finally {
    await migrated.drop();
  }
});
