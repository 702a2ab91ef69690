/** A database of its own for each test file, cloned from the migrated template. */
import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';

export interface TestDatabase {
  url: string;
  name: string;
  pool: Pool;
  drop(): Promise<void>;
}

/** The same server and user, another database. */
export function urlOfDatabase(url: string, database: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${database}`);
}

/** Clones the template. `empty` makes a database without any schema instead. */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = serverUrl();
  const name = `onboarding_${randomBytes(6).toString('hex')}`;
  // Copying files is the cheaper strategy on a server that need not write them to the disk.
  const { ONBOARDING_TEST_TEMPLATE: template, ONBOARDING_TEST_CLONE: strategy = '' } = process.env;
  await onServer(`CREATE DATABASE ${name} ${empty ? '' : `TEMPLATE ${template} ${strategy}`}`);
  const url = urlOfDatabase(server, name);
  const pool = new Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined);
  return {
    url,
    name,
    pool,
    drop: async () => {
      await pool.end();
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Removes all events, responses and clients. Much cheaper than TRUNCATE, which makes new files for each index. */
export async function forgetRecords({ pool }: TestDatabase): Promise<void> {
  await pool.query('DELETE FROM webhook_event; DELETE FROM form_response; DELETE FROM client');
}

/** Runs one statement in the server's default database. */
export async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env.ONBOARDING_TEST_SERVER;
  if (!url) throw new Error('the global setup has not run: start the tests with npm test or npx jest');
  return url;
}
