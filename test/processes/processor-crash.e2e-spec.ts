/** An event that takes the whole database server down each time it is processed, on a server of this file's own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Pool } from 'pg';
import type { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { newEvent, newId } from '../support/events';
import { deliverTogether } from '../support/held-processing';
import { startOwnPostgres } from '../support/own-postgres';
import { eventually, startTestApp, TestApp } from '../support/test-app';

const dataDir = join(mkdtempSync(join(tmpdir(), 'onboarding-crash-test-')), 'postgres');
let postgres: EmbeddedPostgres;
let pool: Pool;
let app: TestApp;
beforeAll(async () => {
  postgres = await startOwnPostgres({ dataDir });
  pool = new Pool({ connectionString: postgres.url, max: 2 });
  pool.on('error', () => undefined);
  const database = { url: postgres.url, name: postgres.database, pool, drop: () => Promise.resolve() };
  app = await startTestApp({ RETRY_INITIAL_SECONDS: '600', RETRY_MAX_SECONDS: '600' }, { database });
});
afterAll(async () => {
  await app.stop();
  await pool.end();
  await postgres.stop();
  rmSync(dirname(dataDir), { recursive: true, force: true });
});

/** Rows, once the server answers. */
async function rowsOf<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
  let rows: Row[] = [];
  await eventually(async () => {
    try {
      ({ rows } = await pool.query<Row>(sql, values));
      return true;
    } catch {
      return false;
    }
  }, 'the server answers');
  return rows;
}

it('is found, recorded once the server is back, and holds up none of those beside it', async () => {
  const [good, bad] = [newId(), newId()];
  await pool.query(`
    CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'kill -9 ' || pg_backend_pid());
      PERFORM pg_sleep(60);
    END $$;
    CREATE TRIGGER crash BEFORE INSERT ON form_response FOR EACH ROW WHEN (NEW.form_id = '${bad}') EXECUTE FUNCTION crash()`);
  const events = Array.from({ length: 20 }, (_, index) => newEvent({ formId: index === 7 ? bad : good }));
  await deliverTogether(app, events);

  const statusesOf = (formId: string) =>
    rowsOf<{ status: string; count: number }>(
      'SELECT status, count(*)::integer AS count FROM webhook_event WHERE form_id = $1 GROUP BY status',
      [formId],
    );
  await eventually(async () => (await statusesOf(bad))[0]?.status === 'retrying', 'the event is found');
  await eventually(
    async () => (await statusesOf(good)).every(({ status }) => status === 'processed'),
    'the others are processed',
  );
  expect(await statusesOf(good)).toEqual([{ status: 'processed', count: 19 }]);
  expect(
    await rowsOf(
      'SELECT event_id, attempts, last_error FROM webhook_event WHERE attempts <> 1 OR last_error IS NOT NULL',
    ),
  ).toEqual([{ event_id: events[7]?.event_id, attempts: 1, last_error: 'connection_lost' }]);

  await rowsOf('DROP TRIGGER crash ON form_response');
  await app.admin('post', `/v1/deliveries/${events[7]?.event_id}/replay`).expect(200);
  await eventually(async () => (await statusesOf(bad))[0]?.status === 'processed', 'it is processed once it can be');
});
