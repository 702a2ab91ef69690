/** What a claim costs, whatever else there is in the inbox. */
import { createTestDatabase, type TestDatabase } from './support/database';
import { newEvent } from './support/events';
import { pagesRead, type Statement, StatementLog } from './support/statements';
import { startTestApp, type TestApp } from './support/test-app';

const DONE_BEFORE = 20_000;
const EVENTS = 200;
/** No more than the rows of those events. */
const FEW_PAGES = 300;

let database: TestDatabase;
let app: TestApp | undefined;
let log: StatementLog | undefined;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  log?.stop();
  await app?.stop();
  app = undefined;
  await database.drop();
});

/** Stores events that are due, of a type that no version knows. */
async function addDue(count: number, bytes: number): Promise<void> {
  await database.pool.query(
    `INSERT INTO webhook_event (event_id, event_type, form_id, token, source, status, received_at, next_attempt_at, payload_bytes, payload)
     SELECT 'due' || n, 'unheard_of', 'f', 'due' || n, 'webhook', 'pending', now(), now() - interval '1 hour', $2::integer,
            convert_to(repeat('x', $2::integer), 'utf8') FROM generate_series(1, $1::integer) AS n`,
    [count, bytes],
  );
}

/** How often a statement of this database has needed more memory than it may use, until now. */
async function temporaryFiles(): Promise<number> {
  // What a connection has counted is seen once it is closed, at the latest.
  const client = await database.pool.connect();
  try {
    await client.query('SELECT pg_stat_force_next_flush()');
    await client.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await client.query<{ files: number }>(
      'SELECT temp_files::integer AS files FROM pg_stat_database WHERE datname = current_database()',
    );
    return rows[0]?.files ?? NaN;
  } finally {
    client.release();
  }
}

const isClaim = ({ sql }: Statement): boolean => sql.includes(`status || '' = 'pending'`);
const fromTheBeginning = ({ values }: Statement): boolean => values[3] === null;

it('beside a transaction that keeps an old snapshot (a dump, for hours), claims go on where the last one found something', async () => {
  const dump = await database.pool.connect();
  try {
    await dump.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM webhook_event');
    await addDue(DONE_BEFORE, 1_000);
    await database.pool.query(`UPDATE webhook_event SET status = 'processed', next_attempt_at = NULL`);

    log = new StatementLog();
    app = await startTestApp({}, { database });
    for (let sent = 0; sent < EVENTS; sent += 1) await app.deliver(newEvent()).expect(200);
    await app.settled();
    const claims = log.take().filter(isClaim);
    await app.stop();
    app = undefined;

    const beginning = claims.filter(fromTheBeginning);
    const others = claims.filter((claim) => !fromTheBeginning(claim));
    // The snapshot does what it is there for: from the beginning, all that is done is read.
    expect(await pagesRead(database.pool, beginning[0] as Statement)).toBeGreaterThan(4 * FEW_PAGES);
    expect(others.length).toBeGreaterThan(beginning.length);
    for (const claim of others.slice(-3)) expect(await pagesRead(database.pool, claim)).toBeLessThan(FEW_PAGES);
  } finally {
    dump.release(true);
  }
});

it('a backlog of which the planner knows nothing yet is claimed in the order of its index', async () => {
  await database.pool.query('ALTER TABLE webhook_event SET (autovacuum_enabled = off)');
  // More than a sort may hold in memory.
  await addDue(20_000, 500);
  const stored = await temporaryFiles();
  app = await startTestApp({}, { database });
  await app.settled();
  await app.stop();
  app = undefined;
  const { rows } = await database.pool.query(
    `SELECT count(*) FILTER (WHERE status = 'ignored')::integer AS done,
            (SELECT reltuples <= 0 FROM pg_class WHERE oid = 'webhook_event'::regclass) AS unknown FROM webhook_event`,
  );
  expect(rows).toEqual([{ done: 20_000, unknown: true }]);
  expect(await temporaryFiles()).toBe(stored);
});

it('beside a backlog of new events, a claim of those to be tried again reads none of it', async () => {
  log = new StatementLog();
  app = await startTestApp({}, { database });
  await app.deliver(newEvent()).expect(200);
  await app.settled();
  await app.stop();
  app = undefined;
  const claim = log.take().find(({ sql }) => sql.includes('FOR UPDATE SKIP LOCKED') && sql.includes(`= 'retrying'`));
  await addDue(DONE_BEFORE, 500);
  expect(await pagesRead(database.pool, claim as Statement)).toBeLessThan(FEW_PAGES);
});
