/** `preflight` makes a backup with PostgreSQL's own programs, restores it and counts; and it detects what is not a backup. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrate } from '../src/database/open-database';
import { urlOfDatabase } from '../test/support/database';
import { preflight } from '../test/support/preflight';
import { DebianPostgres, startDebianPostgres } from './support/debian-postgres';

let server: DebianPostgres;
let directory: string;
beforeAll(async () => {
  server = await startDebianPostgres();
  await query('postgres', 'CREATE ROLE owner_only LOGIN');
  await query('postgres', 'CREATE DATABASE onboarding');
  await query('postgres', 'CREATE DATABASE "of-its-owner" OWNER owner_only');
  await migrate(urlOfDatabase(server.url, 'onboarding'), () => undefined);
  await query(
    'onboarding',
    `INSERT INTO client (email, created_at, updated_at)
     SELECT 'client' || at || '@example.com', now(), now() FROM generate_series(1, 1000) AS at`,
  );
});
afterAll(() => server.stop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onboarding-backups-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('makes a backup, restores it with every row, keeps it and drops the scratch database', async () => {
  const made = await check('onboarding', ['--make-backup', directory]);
  expect(made).toMatchObject({ result: 'pass', remedy: null });
  // The clients, the 6 migrations, and the rows that migrations put in themselves.
  expect(made.evidence).toMatch(
    /was restored into a scratch database: \d+ tables with 10\d\d rows, the same as the original$/,
  );
  expect(readdirSync(directory)).toEqual([expect.stringMatching(/^typeform-onboarding-\d{8}T\d{6}Z\.dump$/)]);
  expect(await scratchDatabases()).toEqual([]);

  const found = await check('onboarding', ['--backup-file', directory]);
  expect(found.evidence).toMatch(/is 0\.0 h old and lists \d+ objects$/);
  expect(found.result).toBe('pass');

  const [name = ''] = readdirSync(directory);
  const whole = readFileSync(join(directory, name));
  writeFileSync(join(directory, name), whole.subarray(0, 100));
  const damaged = await check('onboarding', ['--backup-file', directory]);
  expect(damaged).toMatchObject({ result: 'fail', evidence: expect.stringContaining('pg_restore cannot read it') });
});

it('a user that may not make a scratch database: no backup that was not proven is left', async () => {
  const url = urlOfDatabase(server.url, 'of-its-owner').replace('postgres@', 'owner_only@');
  await migrate(url, () => undefined);
  const refused = await check('of-its-owner', ['--make-backup', directory], url);
  expect(refused).toMatchObject({
    result: 'fail',
    evidence: expect.stringContaining('permission denied to create database'),
    remedy: expect.stringContaining('CREATEDB'),
  });
  expect(readdirSync(directory)).toEqual([]);
});

it('a backup that cannot be restored: red, without a word of the data in it, and nothing is left', async () => {
  // Reads another table without naming its schema, which a restore does not search.
  await query(
    'onboarding',
    `CREATE TABLE allowed (name text);
     INSERT INTO allowed VALUES ('hush');
     CREATE FUNCTION is_allowed(text) RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM allowed WHERE name = $1)';
     CREATE TABLE guest (name text CHECK (is_allowed(name)));
     INSERT INTO guest VALUES ('hush')`,
  );
  const refused = await check('onboarding', ['--make-backup', directory]);
  await query('onboarding', 'DROP TABLE guest; DROP FUNCTION is_allowed; DROP TABLE allowed');
  expect(refused).toMatchObject({ result: 'fail', evidence: expect.stringContaining('pg_restore failed') });
  expect(refused.evidence).not.toContain('hush');
  expect(readdirSync(directory)).toEqual([]);
  expect(await scratchDatabases()).toEqual([]);
});

async function check(database: string, args: string[], url = urlOfDatabase(server.url, database)) {
  const environment = {
    NODE_ENV: 'test',
    DATABASE_URL: url,
    DATA_DIR: directory,
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  };
  return (await preflight(environment, '--only', 'database.backup', ...args)).line('database.backup');
}

async function scratchDatabases(): Promise<unknown[]> {
  return query('postgres', `SELECT datname FROM pg_database WHERE datname LIKE 'onboarding\\_preflight%'`);
}

async function query(database: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: urlOfDatabase(server.url, database) });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}
