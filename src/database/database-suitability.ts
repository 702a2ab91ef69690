/** Whether this service can work with a database at all: what no setting of a session can make good. */
import type { DataSource, QueryRunner } from 'typeorm';
import { DatabaseSetupError } from './database-setup.error';
import { rolledBack, withQueryRunner } from './query-runner';

/** Rounds of the pooling probe: a pooler that hands out its connections in turn may need several to show. */
const PROBE_ROUNDS = 3;

/** Throws DatabaseSetupError for a database that is not UTF-8, and behind a pooler that shares sessions. Needs two connections. */
export async function requireSuitableDatabase(dataSource: DataSource): Promise<void> {
  await requireUtf8(dataSource);
  await requireOwnSessions(dataSource);
}

/** In another encoding PostgreSQL would refuse most of what people write. */
export async function requireUtf8(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ encoding: string; name: string }[]>(
    `SELECT current_setting('server_encoding') AS encoding, current_database() AS name`,
  );
  if (!row || row.encoding === 'UTF8') return;
  throw new DatabaseSetupError(
    `the database ${row.name} has the encoding ${row.encoding}, and only UTF8 can hold every answer`,
    `create another one (CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8'), move the data with pg_dump, and name it in DATABASE_URL`,
  );
}

/**
 * Advisory locks, LISTEN and the settings of a session need one session of the server for each connection. A pooler in transaction mode
 * gives one away after each transaction, which shows: two connections that are open at the same time get the same process of the
 * server, or one connection gets another process than before.
 */
export async function requireOwnSessions(dataSource: DataSource): Promise<void> {
  try {
    await withQueryRunner(dataSource, (first) =>
      withQueryRunner(dataSource, (second) => compareSessions(first, second)),
    );
  } catch (error) {
    // PgBouncer in statement mode refuses the transaction.
    throw error instanceof Error && /statement pooling/i.test(error.message) ? sharedSessions(error) : error;
  }
}

async function compareSessions(first: QueryRunner, second: QueryRunner): Promise<void> {
  for (let round = 0; round < PROBE_ROUNDS; round += 1) {
    const before = await serverProcess(first);
    const { other, after } = await rolledBack(second, async () => ({
      other: await serverProcess(second),
      after: await serverProcess(first),
    }));
    if (before === other || before !== after) throw sharedSessions();
  }
}

async function serverProcess(runner: QueryRunner): Promise<number> {
  const [row] = (await runner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
  return row?.pid ?? 0;
}

function sharedSessions(cause?: unknown): DatabaseSetupError {
  return new DatabaseSetupError(
    'DATABASE_URL goes through a pooler (PgBouncer?) in transaction or statement mode, which breaks locks and notifications',
    'connect to PostgreSQL directly, or use a pool with pool_mode=session',
    cause,
  );
}
