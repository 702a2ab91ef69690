/** The intake beside a processor that is slow or frozen, and beside other replicas: nobody's lock stops it. */
import type { PoolClient } from 'pg';
import { startTestApp, eventually, TestApp } from './support/test-app';
import { newEvent } from './support/events';

/** What a sender is promised, in milliseconds: an answer by then, whatever the database does. */
const DEADLINE_MS = 10_000;

let app: TestApp;
let holder: PoolClient;
beforeEach(async () => {
  app = await startTestApp({ WEBHOOK_PROCESSING_ENABLED: 'false' });
  holder = await app.database.pool.connect();
});
afterEach(async () => {
  await holder.query('ROLLBACK');
  holder.release();
  await app.stop();
});

const duplicatesOf = async (eventId: string): Promise<number | undefined> => {
  const { rows } = await app.database.pool.query<{ duplicates: number }>(
    'SELECT duplicates FROM webhook_event WHERE event_id = $1',
    [eventId],
  );
  return rows[0]?.duplicates;
};

/** Deliveries that are on their way at once: while the table is locked, the first one waits for it and the others for the first. */
async function deliverTogether(targets: readonly TestApp[], events: (target: number) => readonly object[]) {
  await holder.query('BEGIN; LOCK TABLE webhook_event IN EXCLUSIVE MODE');
  const answers = targets.map((target, index) => events(index).map((event) => target.deliver(event).then((a) => a)));
  const waiting = `SELECT count(*)::integer AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                      AND application_name = 'typeform-onboarding-intake' AND datname = current_database()`;
  await eventually(async () => {
    const { rows } = await app.database.pool.query<{ count: number }>(waiting);
    const depths = await Promise.all(targets.map(waitingCommits));
    return rows[0]?.count === targets.length && depths.every((depth, index) => depth === events(index).length - 1);
  }, 'all deliveries wait for the table');
  await holder.query('COMMIT');
  return Promise.all(answers.flat());
}

async function waitingCommits(target: TestApp): Promise<number> {
  return Number(/^onboarding_inbox_waiting_commits (\d+)$/m.exec((await target.http.get('/metrics')).text)?.[1]);
}

describe('a duplicate of an event that a processor holds', () => {
  const CLAIM = 'SELECT FROM webhook_event WHERE event_id = $1 FOR UPDATE';
  const MARK = `UPDATE webhook_event SET status = 'processed', next_attempt_at = NULL WHERE event_id = $1`;

  it.each([
    ['claimed', [CLAIM]],
    ['claimed and marked, but not committed', [CLAIM, MARK]],
  ])('and has %s is answered meanwhile, and counted once it is free', async (_state, statements) => {
    const event = newEvent();
    await app.deliver(event).expect(200);
    await holder.query('BEGIN');
    for (const statement of statements) await holder.query(statement, [event.event_id]);
    const answers = await Promise.all([app.deliver(event), app.deliver(newEvent()), app.deliver(event)]);
    expect(answers.map(({ body }) => body.status as string)).toEqual(['duplicate', 'accepted', 'duplicate']);
    expect(await duplicatesOf(event.event_id)).toBe(0);
    await holder.query('COMMIT');
    await eventually(async () => (await duplicatesOf(event.event_id)) === 2, 'both duplicates are counted');
  });

  it('with another body is kept beside it before it is answered', async () => {
    const event = newEvent({ formId: 'first' });
    await app.deliver(event).expect(200);
    await holder.query('BEGIN');
    for (const statement of [CLAIM, MARK]) await holder.query(statement, [event.event_id]);
    const other = { ...newEvent({ formId: 'second' }), event_id: event.event_id };
    expect((await app.deliver(other)).body.status).toBe('duplicate');
    const { rows } = await app.database.pool.query(
      `SELECT left(event_id, length($1) + 1) AS id, status, reason FROM webhook_event WHERE form_id = 'second'`,
      [event.event_id],
    );
    expect(rows).toEqual([{ id: `${event.event_id}:`, status: 'quarantined', reason: 'event_id_conflict' }]);
  });

  it('is counted by a shutdown, if the event is free by then', async () => {
    const second = await startTestApp({ WEBHOOK_PROCESSING_ENABLED: 'false' }, { database: app.database });
    const event = newEvent();
    try {
      await second.deliver(event).expect(200);
      await holder.query('BEGIN');
      await holder.query(CLAIM, [event.event_id]);
      for (let sent = 0; sent < 3; sent += 1) await second.deliver(event).expect(200);
      await holder.query('COMMIT');
    } finally {
      await second.stop();
    }
    expect(await duplicatesOf(event.event_id)).toBe(3);
  });
});

it('all duplicates of a batch are counted in one transaction', async () => {
  const events = Array.from({ length: 20 }, () => newEvent());
  for (const event of events) await app.deliver(event).expect(200);
  const answers = await deliverTogether([app], () => events);
  expect(answers.map(({ body }) => body.status as string)).toEqual(Array(20).fill('duplicate'));
  const { rows } = await app.database.pool.query<{ size: number }>(
    'SELECT count(*)::integer AS size FROM webhook_event WHERE duplicates = 1 GROUP BY xmin::text ORDER BY 1',
  );
  expect(rows.map(({ size }) => size)).toEqual([1, 19]);
});

it('the same events in another order at two replicas are all acknowledged', async () => {
  // Long enough between two rows that both replicas are in the middle of their inserts at the same time.
  await app.database.pool.query(`
    CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN NEW; END $$;
    CREATE TRIGGER slow BEFORE INSERT ON webhook_event FOR EACH ROW EXECUTE FUNCTION take_time()`);
  const second = await startTestApp({ WEBHOOK_PROCESSING_ENABLED: 'false' }, { database: app.database });
  const [first, ...rest] = Array.from({ length: 33 }, () => newEvent());
  const orders = [
    [first, ...rest],
    [first, ...[...rest].reverse()],
  ] as object[][];
  try {
    const answers = await deliverTogether([app, second], (target) => orders[target] ?? []);
    expect(answers.map(({ status }) => status)).toEqual(Array(66).fill(200));
    const outcomes = answers.map(({ body }) => body.status as string);
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(33);
  } finally {
    await second.stop();
  }
  const { rows } = await app.database.pool.query<{ stored: number; duplicates: number }>(
    'SELECT count(*)::integer AS stored, sum(duplicates)::integer AS duplicates FROM webhook_event',
  );
  expect(rows).toEqual([{ stored: 33, duplicates: 33 }]);
});

it('the deadline of an event includes the time it waits for others', async () => {
  await holder.query('BEGIN; LOCK TABLE webhook_event IN EXCLUSIVE MODE');
  const send = async (): Promise<{ status: number; retryAfter: string | undefined; ms: number }> => {
    const startedAt = performance.now();
    const { status, headers } = await app.deliver(newEvent());
    return { status, retryAfter: headers['retry-after'], ms: performance.now() - startedAt };
  };
  const first = send();
  await eventually(async () => {
    const { rows } = await app.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'typeform-onboarding-intake'
          AND datname = current_database()`,
    );
    return rows.length === 1;
  }, 'the first insert waits');
  const answers = await Promise.all([first, send(), send()]);
  for (const { status, retryAfter, ms } of answers) {
    expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '5' });
    // A second time-out on top would make it twice as long.
    expect(ms).toBeLessThan(1.8 * DEADLINE_MS);
  }
  await holder.query('COMMIT');
  // Nothing of it holds up the next one.
  await app.deliver(newEvent()).expect(200);
});
