/** Readiness is what the intake lives through: not ready when nothing can be committed, ready whatever else is stuck. */
import type { PoolClient } from 'pg';
import { newEvent } from './support/events';
import { eventually, startTestApp, type TestApp } from './support/test-app';

const READINESS_SESSIONS = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'typeform-onboarding-readiness'`;

let app: TestApp;
/** Holds a lock until the end of the test, or until it is let go. */
let holder: PoolClient | undefined;
beforeAll(async () => {
  app = await startTestApp();
});
afterEach(unlock);
afterAll(() => app.stop());

async function lock(table: string, of = app): Promise<void> {
  holder = await of.database.pool.connect();
  await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
}

async function unlock(): Promise<void> {
  await holder?.query('ROLLBACK');
  holder?.release();
  holder = undefined;
}

const readiness = async (of = app): Promise<{ status: number; message: string | undefined }> => {
  const { status, body } = await of.http.get('/health/ready');
  return { status, message: body.error?.database?.message };
};

const isReady = (of = app): Promise<void> =>
  eventually(async () => (await readiness(of)).status === 200, 'readiness is back');

describe('nothing can be committed', () => {
  it('while the table of the inbox is locked, although the database answers', async () => {
    expect(await readiness()).toMatchObject({ status: 200 });
    await lock('webhook_event');
    await eventually(async () => (await readiness()).status === 503, 'the lock shows');
    expect((await readiness()).message).toMatch(/^events cannot be committed: (lock_timeout|too_late)$/);
    expect((await app.http.get('/metrics')).text).toMatch(/^onboarding_ready 0$/m);
    expect((await app.http.get('/health/live')).status).toBe(200);
    await unlock();
    await isReady();
  });

  it('while what the last events met was a full disk; the next commit makes it ready again at once', async () => {
    await app.database.pool.query(
      `CREATE FUNCTION fill_up() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$;
       CREATE TRIGGER fill_up BEFORE INSERT ON webhook_event FOR EACH STATEMENT EXECUTE FUNCTION fill_up()`,
    );
    await app.deliver(newEvent()).expect(503);
    expect(await readiness()).toEqual({ status: 503, message: 'events cannot be committed: disk_full' });
    await app.database.pool.query('DROP FUNCTION fill_up CASCADE');
    await app.deliver(newEvent()).expect(200);
    expect(await readiness()).toMatchObject({ status: 200 });
  });
});

describe('events can be committed', () => {
  it('while admin queries hold every connection of their pool', async () => {
    await lock('client');
    const waiting = Array.from({ length: app.config.database.poolSize + 2 }, () =>
      app.admin('get', '/v1/clients').then(({ status }) => status),
    );
    const stuck = `SELECT count(*)::integer AS count FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await eventually(async () => {
      const { rows } = await app.database.pool.query<{ count: number }>(stuck);
      return rows[0]?.count === app.config.database.poolSize;
    }, 'the pool is used up');
    await app.deliver(newEvent()).expect(200);
    for (let asked = 0; asked < 3; asked += 1) expect(await readiness()).toMatchObject({ status: 200 });
    await unlock();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 200));
  });
});

describe('a probe', () => {
  it('is one session and one transaction at a time, however many ask, and leaves nothing behind', async () => {
    const before = await app.database.pool.query('SELECT count(*)::integer AS count FROM webhook_event');
    const answers = await Promise.all(Array.from({ length: 100 }, () => readiness()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const sessions = await app.database.pool.query(READINESS_SESSIONS);
    expect(sessions.rows).toHaveLength(1);
    const after = await app.database.pool.query('SELECT count(*)::integer AS count FROM webhook_event');
    expect(after.rows).toEqual(before.rows);
  });

  it('takes a page of the disk each time, and gives it back', async () => {
    await isReady();
    const { rows } = await app.database.pool.query<{ persistence: string; pages: number }>(
      `SELECT relpersistence AS persistence, pg_relation_size(oid)::integer AS pages FROM pg_class WHERE relname = 'commit_probe'`,
    );
    expect(rows).toEqual([{ persistence: 't', pages: 0 }]);
  });

  it('works where the role may create no temporary table', async () => {
    const { pool, name } = app.database;
    await pool.query(`REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`);
    await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
      'typeform-onboarding-readiness',
    ]);
    await isReady();
    await pool.query(`GRANT TEMPORARY ON DATABASE ${name} TO PUBLIC`);
  });
});

it('a process that only processes is ready while it could commit, too', async () => {
  const processor = await startTestApp({ WORKER_MODE: 'processor' });
  try {
    expect(await readiness(processor)).toMatchObject({ status: 200 });
    await lock('webhook_event', processor);
    await eventually(async () => (await readiness(processor)).status === 503, 'the lock shows');
    await unlock();
    await isReady(processor);
  } finally {
    await unlock();
    await processor.stop();
  }
});
