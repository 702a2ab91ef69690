/** A transaction that keeps an old snapshot (a dump, for hours) makes claiming no slower: nothing that is done is read again. */
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
afterAll(async () => {
  log?.stop();
  await app?.stop();
  await database.drop();
});

const isClaim = ({ sql }: Statement): boolean => sql.includes(`status || '' = 'pending'`);
const fromTheBeginning = ({ values }: Statement): boolean => values[3] === null;

it('claims go on where the last one found something', async () => {
  database = await createTestDatabase();
  await using dump = await database.pool.connect().then((client) => ({
    client,
    [Symbol.asyncDispose]: async () => {
      await client.query('ROLLBACK');
      client.release();
    },
  }));
  await dump.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM webhook_event');
  await database.pool.query(
    `INSERT INTO webhook_event (event_id, event_type, form_id, token, source, status, received_at, next_attempt_at, payload_bytes, payload)
     SELECT 'done' || n, 'form_response', 'f', 'done' || n, 'webhook', 'pending', now(), now(), 1000,
            convert_to(repeat('x', 1000), 'utf8') FROM generate_series(1, $1::integer) AS n`,
    [DONE_BEFORE],
  );
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
});
