/** Jobs: reprocessing and replays in the background, exact, resumed after a crash, once. */
import { randomUUID } from 'node:crypto';
import type { AuditEntryView } from '../src/audit/audit.dto';
import type { DeliveryView } from '../src/inbox/deliveries.dto';
import type { JobView } from '../src/jobs/jobs.dto';
import { question } from './fixtures/typeform-events';
import { askEmail, newEvent, newPartial, tokenOf } from './support/events';
import { eventually, MANY_CONNECTIONS, startTestApp, TestApp } from './support/test-app';

interface Started {
  jobId: string;
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ ...MANY_CONNECTIONS, RECONCILE_INTERVAL_SECONDS: '0' });
});
afterAll(() => app.stop());

let used = 0;
let formId: string;
beforeEach(() => {
  formId = `jobs${(used += 1)}`;
});

const sql = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await app.database.pool.query<Row>(text, values)).rows;
const NOTE = 'Anything else?';
const answers = (n: number) => [
  askEmail(`p${n}@example.com`),
  question('extra', NOTE, 'short_text', 'text', `Note ${n}`),
];
/** Delivers `count` responses, and returns their tokens in the order in which a job reads them. */
const deliver = async (count: number): Promise<string[]> => {
  const events = Array.from({ length: count }, (_, n) => newEvent({ formId, questions: answers(n) }));
  await Promise.all(events.map((event) => app.deliver(event).expect(200)));
  await app.settled();
  return events.map(tokenOf).sort();
};
const mapCity = (ref = 'extra') =>
  app
    .admin('patch', `/v1/forms/${formId}`)
    .send({ identifierMapping: { city: ref } })
    .expect(200);
const reprocess = async (): Promise<string> =>
  ((await app.admin('post', `/v1/forms/${formId}/reprocess`).expect(202)).body as { jobId: string }).jobId;
const job = async (id: string): Promise<JobView> =>
  (await app.admin('get', `/v1/jobs/${id}`).expect(200)).body as JobView;
const ended = async (id: string): Promise<JobView> => {
  await eventually(async () => ['done', 'failed'].includes((await job(id)).status), 'the job has ended');
  return job(id);
};
const withCity = async (): Promise<string[]> =>
  (
    await sql<{ token: string }>(
      `SELECT token FROM form_response WHERE form_id = $1 AND identifiers ? 'city' ORDER BY token COLLATE "C"`,
      [formId],
    )
  ).map(({ token }) => token);
/** Keeps jobs from advancing while `work` looks at one that is half done: no process has it, and none may take it yet. */
const park = (id: string) =>
  sql(`UPDATE job SET lease_owner = NULL, lease_until = NULL, due_at = now() + interval '1 day' WHERE id = $1`, [id]);
const unpark = (id: string) => sql(`UPDATE job SET due_at = now() WHERE id = $1`, [id]);
const auditOf = async (action: string): Promise<AuditEntryView[]> => {
  const { body } = await app.admin('get', `/v1/audit?action=${action}&limit=200`).expect(200);
  return (body as { items: AuditEntryView[] }).items;
};

describe('reprocessing', () => {
  it('reads all responses again with the mapping in force, and says exactly how far it is', async () => {
    const tokens = await deliver(130);
    await sql(`UPDATE form_response SET identifiers = identifiers - 'email' WHERE form_id = $1`, [formId]);
    await mapCity();
    const id = await reprocess();
    expect(await ended(id)).toMatchObject({
      id,
      kind: 'reprocess',
      params: { formId },
      status: 'done',
      total: 130,
      done: 130,
      failed: 0,
      error: null,
      createdBy: 'ADMIN_API_KEY',
      startedAt: expect.any(String),
      finishedAt: expect.any(String),
    });
    expect(await withCity()).toEqual(tokens);
    const { body } = await app.admin('get', `/v1/responses?formId=${formId}&limit=1`).expect(200);
    expect(body.items[0].identifiers).toMatchObject({
      email: { confidence: 0.95 },
      city: { value: expect.stringMatching(/^Note/), source: 'field:id_extra', confidence: 1 },
    });
    const { body: client } = await app.admin('get', `/v1/clients/${body.items[0].clientId}`).expect(200);
    expect(client.identifiers.city).toMatchObject({ value: body.items[0].identifiers.city.value });
    const { body: searched } = await app.admin('get', `/v1/responses?formId=${formId}&q=note&limit=200`).expect(200);
    expect(searched.items).toHaveLength(130);
    const made = (await auditOf('form.reprocessed')).filter(({ subject }) => subject === formId);
    expect(made).toMatchObject([{ actorId: 'bootstrap', details: { jobId: id, joinedActiveJob: false } }]);
    const { body: list } = await app.admin('get', '/v1/jobs?kind=reprocess&status=done,failed&limit=1').expect(200);
    expect(list.items).toEqual([await job(id)]);
  });

  it('gives a response to another client when the mapping says so', async () => {
    const event = newEvent({
      formId,
      questions: [
        askEmail(`wrong-${formId}@example.com`),
        question('deep', NOTE, 'short_text', 'text', 'right@example.com'),
      ],
    });
    await app.deliver(event).expect(200);
    await app.settled();
    await app
      .admin('patch', `/v1/forms/${formId}`)
      .send({ identifierMapping: { email: 'deep' } })
      .expect(200);
    await ended(await reprocess());
    const { body } = await app.admin('get', '/v1/clients?email=right@example.com').expect(200);
    expect(body.items).toHaveLength(1);
    const { body: wrong } = await app.admin('get', `/v1/clients?email=wrong-${formId}@example.com`).expect(200);
    expect(wrong.items).toEqual([]);
  });

  it('finds what a replay finds where there are no answers, and nothing where they cannot be read', async () => {
    const hidden = { account: 'Acme' };
    const empty = newEvent({ formId, questions: [], hidden });
    const other = newEvent({ formId, questions: [], hidden });
    const unreadable = { ...other, form_response: { ...other.form_response, answers: 'no list' } };
    await app.deliver(empty).expect(200);
    await app.deliver(unreadable).expect(200);
    await app.settled();
    await app
      .admin('patch', `/v1/forms/${formId}`)
      .send({ identifierMapping: { company: 'hidden:account' } })
      .expect(200);
    const companies = async (): Promise<unknown[]> => {
      const { body } = await app.admin('get', `/v1/responses?formId=${formId}`).expect(200);
      const items = body.items as { token: string; identifiers: { company?: { value: string } } }[];
      return items.map(({ token, identifiers }) => [token, identifiers.company?.value ?? null]).sort();
    };
    const expected = [
      [tokenOf(empty), 'Acme'],
      [tokenOf(other), null],
    ].sort();
    const { body: preview } = await app
      .admin('post', `/v1/forms/${formId}/mapping-preview`)
      .send({ identifierMapping: { company: 'hidden:account' } })
      .expect(200);
    const items = preview.items as { token: string; then: { company?: { value: string } } }[];
    expect(items.map(({ token, then }) => [token, then.company?.value ?? null]).sort()).toEqual(expected);
    await ended(await reprocess());
    expect(await companies()).toEqual(expected);
    await app.admin('post', '/v1/deliveries/replay').send({ formId }).expect(200);
    await app.settled();
    expect(await companies()).toEqual(expected);
  });

  it('goes on where it was when its process dies', async () => {
    const tokens = await deliver(5);
    await mapCity();
    const id = await reprocess();
    await ended(id);
    // As a process left it that died after two responses: it still has the lease, which is about to run out.
    const [{ cursor }] = (await sql<{ cursor: { settings: string } }>('SELECT cursor FROM job WHERE id = $1', [
      id,
    ])) as [{ cursor: { settings: string } }];
    await sql(`UPDATE form_response SET identifiers = identifiers - 'city' WHERE form_id = $1`, [formId]);
    await sql(
      `UPDATE job SET status = 'running', done = 2, total = 5, finished_at = NULL, cursor = $2, due_at = now(),
              lease_owner = $3, lease_until = clock_timestamp() + interval '1 second'
        WHERE id = $1`,
      [id, JSON.stringify({ ...cursor, after: tokens[1] }), randomUUID()],
    );
    expect(await ended(id)).toMatchObject({ status: 'done', total: 5, done: 5, failed: 0 });
    expect(await withCity()).toEqual(tokens.slice(2));
  });

  it('a process that was taken for dead changes nothing any more', async () => {
    await deliver(103);
    await mapCity();
    // Its lease is another process's as soon as its first chunk is committed.
    await sql(`
      CREATE FUNCTION take_over() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.lease_owner := gen_random_uuid(); NEW.lease_until := now() + interval '1 day'; RETURN NEW; END $$;
      CREATE TRIGGER take_over BEFORE UPDATE ON job FOR EACH ROW WHEN (NEW.done > OLD.done) EXECUTE FUNCTION take_over();`);
    const id = await reprocess();
    await eventually(async () => (await job(id)).done > 0, 'a chunk is done');
    await sql('DROP TRIGGER take_over ON job; DROP FUNCTION take_over');
    // Another job is done meanwhile, so the process has let go of this one.
    formId = `${formId}-other`;
    await deliver(1);
    expect(await ended(await reprocess())).toMatchObject({ status: 'done', done: 1 });
    expect(await job(id)).toMatchObject({ status: 'running', total: 103, done: 100 });
    await sql(`UPDATE job SET lease_until = now() WHERE id = $1`, [id]);
    expect(await ended(id)).toMatchObject({ status: 'done', total: 103, done: 103 });
  });

  it('a second request joins the one that is active; one after it is another', async () => {
    await deliver(1);
    const holder = await app.database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM form_response WHERE form_id = $1 FOR UPDATE', [formId]);
      const [first, second] = [await reprocess(), await reprocess()];
      expect(second).toBe(first);
      await holder.query('ROLLBACK');
      await ended(first);
      const third = await reprocess();
      expect(third).not.toBe(first);
      await ended(third);
      const made = (await auditOf('form.reprocessed')).filter(({ subject }) => subject === formId);
      expect(made.map(({ details }) => details)).toMatchObject([
        { joinedActiveJob: false },
        { joinedActiveJob: true },
        { joinedActiveJob: false },
      ]);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  });

  it('begins anew when the mapping changes while it is at it', async () => {
    const tokens = await deliver(4);
    await mapCity();
    const id = await reprocess();
    await ended(id);
    // Half done with the mapping that was in force then.
    const [{ cursor }] = (await sql<{ cursor: object }>('SELECT cursor FROM job WHERE id = $1', [id])) as [
      { cursor: object },
    ];
    await park(id);
    await sql(`UPDATE job SET status = 'running', done = 2, cursor = $2 WHERE id = $1`, [
      id,
      JSON.stringify({ ...cursor, after: tokens[1] }),
    ]);
    await app
      .admin('patch', `/v1/forms/${formId}`)
      .send({ identifierMapping: { state: 'extra' } })
      .expect(200);
    expect(await reprocess()).toBe(id);
    await unpark(id);
    expect(await ended(id)).toMatchObject({ status: 'done', total: 4, done: 4, failed: 0 });
    expect(await withCity()).toEqual([]);
    expect(await sql(`SELECT FROM form_response WHERE form_id = $1 AND identifiers ? 'state'`, [formId])).toHaveLength(
      4,
    );
  });

  it('an erased response stays away, and a newer version is not overwritten', async () => {
    await deliver(1);
    const token = tokenOf(newEvent());
    await app.deliver(newPartial({ formId, token, questions: answers(7) })).expect(200);
    await app.settled();
    const { body: found } = await app.admin('get', '/v1/clients?email=p0@example.com').expect(200);
    await mapCity();
    const id = await reprocess();
    await ended(id);
    await park(id);
    await sql(
      `UPDATE job SET status = 'running', done = 0, total = 2, cursor = jsonb_set(cursor, '{after}', '""') WHERE id = $1`,
      [id],
    );
    await app.admin('delete', `/v1/clients/${found.items[0].id}`).expect(200);
    await app.deliver(newEvent({ formId, token, questions: answers(8) })).expect(200);
    await app.settled();
    await unpark(id);
    expect(await ended(id)).toMatchObject({ status: 'done', total: 1, done: 1, failed: 0 });
    const rows = await sql('SELECT token, response_type, identifiers FROM form_response WHERE form_id = $1', [formId]);
    expect(rows).toMatchObject([
      {
        token,
        response_type: 'completed',
        identifiers: { email: { value: 'p8@example.com' }, city: { value: 'Note 8' } },
      },
    ]);
    const { body: gone } = await app.admin('get', '/v1/clients?email=p0@example.com').expect(200);
    expect(gone.items).toEqual([]);
  });

  it('one response that cannot be read is left as it was and counted; the others are read', async () => {
    const tokens = await deliver(4);
    await sql(`UPDATE form_response SET answers = '{"none": "of this is a list"}' WHERE form_id = $1 AND token = $2`, [
      formId,
      tokens[1],
    ]);
    await mapCity();
    expect(await ended(await reprocess())).toMatchObject({ status: 'done', total: 4, done: 3, failed: 1, error: null });
    expect(await withCity()).toEqual([tokens[0], tokens[2], tokens[3]]);
    expect(app.logs.some((line) => line.includes('An item of a job failed'))).toBe(true);
    expect(app.logs.join()).not.toMatch(/p[0-9]+@example\.com|Note \d/);
  });

  it('of a form without responses is done at once', async () => {
    await deliver(1);
    await sql('DELETE FROM form_response WHERE form_id = $1', [formId]);
    expect(await ended(await reprocess())).toMatchObject({ status: 'done', total: 0, done: 0, failed: 0 });
  });
});

describe('replays', () => {
  const replay = (body: object) => app.admin('post', '/v1/deliveries/replay').send(body);
  const deliveries = async (query = ''): Promise<DeliveryView[]> => {
    const { body } = await app.admin('get', `/v1/deliveries?formId=${formId}&limit=200${query}`).expect(200);
    return (body as { items: DeliveryView[] }).items;
  };
  const asJob = async (body: object): Promise<string> =>
    ((await replay({ ...body, async: true }).expect(202)).body as Started).jobId;

  it('as a job put the same events back, once, and count them', async () => {
    await deliver(12);
    await sql(
      `UPDATE webhook_event SET payload = NULL WHERE event_id = (SELECT min(event_id) FROM webhook_event WHERE form_id = $1)`,
      [formId],
    );
    const { body } = await replay({ formId, async: true, reason: 'the CRM was down' }).expect(202);
    const { jobId, ...more } = body as Started;
    expect(more).toEqual({});
    expect(await ended(jobId)).toMatchObject({
      kind: 'replay',
      status: 'done',
      params: { filter: { formId } },
      total: 11,
      done: 11,
      failed: 0,
    });
    await app.settled();
    expect((await deliveries()).map(({ replays }) => replays).sort()).toEqual([0, ...Array<number>(11).fill(1)]);
    const made = (await auditOf('deliveries.replayed')).filter(({ subject }) => subject === formId);
    expect(made).toMatchObject([
      {
        details: {
          filter: { formId },
          jobId,
          reason: 'the CRM was down',
          receivedUntil: expect.any(String),
        },
      },
    ]);
  });

  it('leave quarantined events alone unless they are asked for by name', async () => {
    await deliver(2);
    const old = newEvent({ formId, submittedAt: '2020-01-01T00:00:00Z' });
    expect((await app.deliver(old).expect(200)).body.status).toBe('quarantined');
    await replay({ formId }).expect(200, { matched: 2, queued: 2 });
    expect(await ended(await asJob({ formId }))).toMatchObject({ total: 2, done: 2 });
    await replay({ formId, status: 'processed,dead' }).expect(200);
    await app.settled();
    expect(await deliveries('&status=quarantined')).toMatchObject([{ eventId: old.event_id, replays: 0 }]);
    await replay({ formId, status: 'dead,quarantined', reason: 'a very old form' }).expect(200, {
      matched: 1,
      queued: 1,
    });
    await app.settled();
    expect(await deliveries('&status=quarantined')).toEqual([]);
    const [newest] = await auditOf('deliveries.replayed');
    expect(newest?.details).toMatchObject({ reason: 'a very old form', matched: 1 });
  });

  it('cover what the list shows by the same filters, and exactly what was counted before', async () => {
    await deliver(4);
    const [one, other] = (await deliveries()) as [DeliveryView, DeliveryView];
    await sql(`UPDATE webhook_event SET event_id = 'backfill:' || event_id, source = 'backfill' WHERE event_id = $1`, [
      other.eventId,
    ]);
    const count = async (filter: object) => (await replay({ ...filter, dryRun: true }).expect(200)).body as object;
    expect(await count({ formId, token: one.token })).toMatchObject({ matched: 1, queued: 1 });
    expect(await count({ formId, source: 'backfill' })).toMatchObject({ matched: 1, queued: 1 });
    expect(await count({ formId, source: 'webhook', status: 'processed,dead' })).toMatchObject({ queued: 3 });
    expect(await count({ formId, token: one.token, source: 'backfill' })).toMatchObject({ matched: 0 });
    expect((await deliveries()).map(({ replays }) => replays)).toEqual([0, 0, 0, 0]);
    await replay({ dryRun: true }).expect(422);

    const { until, ...counted } = (await count({ formId })) as { until: string };
    expect(counted).toEqual({ matched: 4, queued: 4 });
    await deliver(2);
    expect(await ended(await asJob({ formId, until }))).toMatchObject({ total: 4, done: 4 });
    await ended(await asJob({ formId, token: one.token }));
    await replay({ formId, source: 'backfill' }).expect(200, { matched: 1, queued: 1 });
    await app.settled();
    expect((await deliveries()).map(({ token, replays }) => [token, replays])).toEqual(
      (await deliveries()).map(({ token, receivedAt }) => [
        token,
        String(receivedAt) >= until ? 0 : token === one.token || token === other.token ? 2 : 1,
      ]),
    );
    const unasked = (await auditOf('deliveries.replayed')).filter(({ details }) => 'dryRun' in details);
    expect(unasked).toEqual([]);
    expect(await count({ formId, until: '2999-01-01T00:00:00Z' })).toMatchObject({
      until: expect.not.stringContaining('2999'),
    });
  });

  it('keep where an event came from, and say how often it was processed again', async () => {
    await deliver(2);
    const [ours, theirs] = (await deliveries()) as [DeliveryView, DeliveryView];
    await sql(`UPDATE webhook_event SET event_id = 'backfill:' || event_id, source = 'backfill' WHERE event_id = $1`, [
      ours.eventId,
    ]);
    await replay({ formId }).expect(200);
    await app.settled();
    await app.admin('post', `/v1/deliveries/${theirs.eventId}/replay`).expect(200);
    await app.settled();
    expect(await deliveries('&source=backfill')).toMatchObject([{ source: 'backfill', replays: 1 }]);
    expect(await deliveries('&source=webhook')).toMatchObject([
      { eventId: theirs.eventId, source: 'webhook', replays: 2 },
    ]);
    // The release before wrote `replay` over it.
    await sql(`UPDATE webhook_event SET source = 'replay' WHERE form_id = $1`, [formId]);
    expect(await deliveries('&source=backfill')).toMatchObject([{ source: 'backfill' }]);
    expect(await deliveries('&source=webhook')).toMatchObject([{ eventId: theirs.eventId, source: 'webhook' }]);
  });

  it('of more than 10,000 events become a job by themselves', async () => {
    await deliver(2);
    // Erased ones match and cannot be processed again.
    const addErased = (from: number, to: number) =>
      sql(
        `INSERT INTO webhook_event (event_id, event_type, form_id, token, source, status, reason, received_at, payload_bytes)
         SELECT 'erased-' || n, 'form_response', $1, 't' || n, 'webhook', 'ignored', 'erased', now() - interval '1 hour', 9
           FROM generate_series($2::integer, $3::integer) AS n`,
        [formId, from, to],
      );
    await addErased(1, 9_998);
    await replay({ formId }).expect(200, { matched: 10_000, queued: 2 });
    await addErased(9_999, 9_999);
    const { body } = await replay({ formId }).expect(202);
    expect(await ended((body as Started).jobId)).toMatchObject({ status: 'done', total: 2, done: 2, failed: 0 });
    await app.settled();
    const counts = await sql(
      'SELECT replays, count(*)::integer AS count FROM webhook_event WHERE form_id = $1 GROUP BY replays ORDER BY replays',
      [formId],
    );
    expect(counts).toEqual([
      { replays: 0, count: 9_999 },
      { replays: 2, count: 2 },
    ]);
  });

  it('that are resumed after a crash put no event back twice', async () => {
    await deliver(6);
    const id = await asJob({ formId });
    await ended(id);
    await app.settled();
    const third = (await deliveries()).reverse()[2];
    await sql(
      `UPDATE job SET status = 'running', done = 3, finished_at = NULL, cursor = $2, lease_owner = $3,
              lease_until = clock_timestamp() + interval '1 second' WHERE id = $1`,
      [id, JSON.stringify({ place: { at: third?.receivedAt, id: third?.eventId } }), randomUUID()],
    );
    expect(await ended(id)).toMatchObject({ status: 'done', total: 6, done: 6 });
    await app.settled();
    expect((await deliveries()).reverse().map(({ replays }) => replays)).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it.each([
    [{ reason: 'why' }, ''],
    [{ async: true }, ''],
    [{ formId: 'x', reason: '' }, 'reason'],
    [{ formId: 'x', reason: 'y'.repeat(501) }, 'reason'],
    [{ formId: 'x', async: 'yes' }, 'async'],
    [{ status: 'dead,unknown' }, 'status'],
    [{ status: 7 }, 'status'],
  ])('%j is 422', async (body, path) => {
    const { body: problem } = await replay(body).expect(422);
    expect((problem.errors as { path: string }[]).map((error) => error.path)).toContain(path);
  });
});

describe('jobs', () => {
  it('need a database that is not in the way: contention is waited out', async () => {
    await deliver(2);
    await mapCity();
    const holder = await app.database.pool.connect();
    try {
      // An erasure, or whatever else wants to be alone, and takes its time.
      await holder.query(`SELECT pg_advisory_lock_shared(hashtextextended('typeform-onboarding:processing', 0))`);
      const id = await reprocess();
      await eventually(async () => (await job(id)).error === 'contention', 'the job says what it waits for');
      expect(await job(id)).toMatchObject({ status: 'running', total: null, done: 0, error: 'contention' });
      await holder.query('SELECT pg_advisory_unlock_all()');
      expect(await ended(id)).toMatchObject({ status: 'done', total: 2, done: 2, error: null });
    } finally {
      await holder.query('SELECT pg_advisory_unlock_all()');
      holder.release();
    }
  });

  it('leave their row alone while they count, however long that takes', async () => {
    await deliver(2);
    const holder = await app.database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE webhook_event IN ACCESS EXCLUSIVE MODE');
      const { body } = await app.admin('post', '/v1/deliveries/replay').send({ formId, async: true }).expect(202);
      const id = (body as Started).jobId;
      const counting = `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'SELECT count(*)%webhook_event%'`;
      await eventually(async () => (await sql(counting)).length > 0, 'the job counts');
      expect(await sql('SELECT FROM job WHERE id = $1 FOR UPDATE NOWAIT', [id])).toHaveLength(1);
      await holder.query('ROLLBACK');
      expect(await ended(id)).toMatchObject({ status: 'done', total: 2, done: 2 });
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  });

  it('that ended are kept for 90 days', async () => {
    const insert = (days: number) =>
      sql<{ id: string }>(
        `INSERT INTO job (kind, status, params, due_at, created_by, created_at, finished_at)
         SELECT 'replay', 'done', '{}', ended, 'on duty', ended, ended FROM (SELECT now() - $1 * interval '1 day' AS ended) AS at
         RETURNING id`,
        [days],
      );
    const [[old], [young]] = [await insert(91), await insert(89)];
    const other = await startTestApp(
      { ...MANY_CONNECTIONS, RECONCILE_INTERVAL_SECONDS: '0' },
      { database: app.database },
    );
    try {
      await eventually(async () => (await sql('SELECT FROM job WHERE id = $1', [old?.id])).length === 0, 'it is gone');
      await app.admin('get', `/v1/jobs/${young?.id}`).expect(200);
    } finally {
      await other.stop();
    }
  });

  it('that nobody asked for are 404', async () => {
    await app.admin('get', `/v1/jobs/${randomUUID()}`).expect(404);
    await app.admin('get', '/v1/jobs/none').expect(404);
  });
});
