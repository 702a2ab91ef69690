/** Promise 1 with a synchronous standby: a 200 says that the standby has the event too, whatever happens to the commit that waits for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool, type PoolClient } from 'pg';
import type { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { newEvent } from '../support/events';
import { startOwnPostgres } from '../support/own-postgres';
import { eventually, startTestApp, type TestApp } from '../support/test-app';

const root = mkdtempSync(join(tmpdir(), 'onboarding-synchronous-'));
let postgres: EmbeddedPostgres;
let pool: Pool;
let app: TestApp;
/** Holds a row, as a processor does. */
let holder: PoolClient | undefined;

beforeAll(async () => {
  postgres = await startOwnPostgres({ dataDir: join(root, 'postgres') });
  pool = new Pool({ connectionString: postgres.url, max: 4 });
  pool.on('error', () => undefined);
  const database = { url: postgres.url, name: postgres.database, pool, drop: () => pool.end() };
  app = await startTestApp({ WEBHOOK_PROCESSING_ENABLED: 'false' }, { database });
});
afterEach(async () => {
  holder?.release(true);
  holder = undefined;
  await waitForStandby(false);
});
afterAll(async () => {
  await app?.stop();
  await pool?.end();
  await postgres?.stop();
  rmSync(root, { recursive: true, force: true });
});

it('a commit that was cancelled while it waited for the standby is not acknowledged', async () => {
  await waitForStandby(true);
  const answer = app.deliver(newEvent()).then(({ status }) => status);
  await endWaitingCommit('pg_cancel_backend');
  expect(await answer).toBe(503);
});

it('an event that no standby has is not acknowledged when it is sent again, even while a processor holds its row', async () => {
  await waitForStandby(true);
  const event = newEvent();
  const first = app.deliver(event).then(({ status }) => status);
  await endWaitingCommit('pg_terminate_backend');
  expect(await first).toBe(503);
  // It is on the disk of the primary, where everybody sees it.
  holder = await pool.connect();
  await holder.query('BEGIN');
  const { rows } = await holder.query('SELECT FROM webhook_event WHERE event_id = $1 FOR UPDATE', [event.event_id]);
  expect(rows).toHaveLength(1);

  let answered = false;
  const second = app.deliver(event).then(({ status }) => {
    answered = true;
    return status;
  });
  await eventually(async () => answered || (await waiting()).length > 0, 'it waits for the standby');
  expect(answered).toBe(false);
  await waitForStandby(false);
  expect(await second).toBe(200);
});

it('readiness waits for the standby, and its session ends without one', async () => {
  const ready = async (): Promise<number> => (await app.http.get('/health/ready')).status;
  await eventually(async () => (await ready()) === 200, 'it is ready');
  const session = await pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'typeform-onboarding-readiness'`,
  );
  const [{ pid }] = session.rows as [{ pid: number }];
  await waitForStandby(true);
  // What was tried less than a second ago is not tried again.
  await eventually(async () => (await ready()) === 503, 'it is not ready');
  // As a server that shuts down does.
  await pool.query('SELECT pg_terminate_backend($1)', [pid]);
  await eventually(async () => {
    const { rows } = await pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
    return rows.length === 0;
  }, 'the session ends');
});

/** The commits of the intake that wait for a standby. */
async function waiting(): Promise<number[]> {
  const { rows } = await pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'typeform-onboarding-intake'`,
  );
  return rows.map(({ pid }) => pid);
}

async function endWaitingCommit(how: 'pg_cancel_backend' | 'pg_terminate_backend'): Promise<void> {
  await eventually(async () => (await waiting()).length > 0, 'the commit waits for the standby');
  for (const pid of await waiting()) await pool.query(`SELECT ${how}($1)`, [pid]);
}

/** From now on commits wait for a standby that does not exist, or for none. */
async function waitForStandby(on: boolean): Promise<void> {
  await pool.query(`ALTER SYSTEM SET synchronous_standby_names = '${on ? 'nobody' : ''}'`);
  await pool.query('SELECT pg_reload_conf()');
  // The checkpointer tells all sessions whether any standby is waited for.
  await eventually(async () => {
    const { rows } = await pool.query<{ names: string }>(
      `SELECT current_setting('synchronous_standby_names') AS names`,
    );
    return rows[0]?.names === (on ? 'nobody' : '');
  }, 'the setting is in force');
}
