/** What happens after the commit: order, failures, retries, kill switch, replay. */
import type { PipelinedTransaction } from '../src/inbox/pipelined-transaction';
import { ProcessorConnections } from '../src/inbox/processor-connections';
import { isConnectionLost } from '../src/database/database-errors';
import { execute, inOrder } from '../src/database/sql-runner';
import { askEmail, askName, minutesAgo, newEvent, newId, newPartial, tokenOf } from './support/events';
import { whileNoBatchBegins } from './support/held-processing';
import { eventually, MANY_CONNECTIONS, startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    ...MANY_CONNECTIONS,
    RETRY_INITIAL_SECONDS: '1',
    RETRY_MAX_SECONDS: '1',
    RETRY_JITTER_PERCENT: '0',
    RETRY_MAX_ATTEMPTS: '3',
  });
  // A record that cannot be written, as a bug or a damaged index would make it.
  await app.database.pool.query(`
    CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM pg_class WHERE relname = 'cured') THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'refused %', NEW.answers USING ERRCODE = '22000';
      END $$;
    CREATE TRIGGER refuse_poison BEFORE INSERT ON form_response FOR EACH ROW WHEN (NEW.form_id = 'poison')
      EXECUTE FUNCTION refuse_poison();`);
});
afterAll(() => app.stop());

const delivery = async (eventId: string): Promise<Record<string, unknown>> =>
  (await app.admin('get', `/v1/deliveries/${eventId}`).expect(200)).body as Record<string, unknown>;
const response = async (formId: string, token: string): Promise<Record<string, unknown>> =>
  (await app.admin('get', `/v1/responses/${formId}/${token}`).expect(200)).body as Record<string, unknown>;

describe('order of arrival', () => {
  const partial = { text: 'partial', complete: false };
  const complete = { text: 'complete', complete: true };
  const versions = [
    { ...partial, minutes: 9, text: 'first partial' },
    { ...partial, minutes: 7, text: 'second partial' },
    { ...complete, minutes: 5, text: 'complete' },
    { ...complete, minutes: 3, text: 'corrected' },
    { ...partial, minutes: 1, text: 'late partial' },
  ];
  const orders = [
    [0, 1, 2, 3, 4],
    [4, 3, 2, 1, 0],
    [2, 0, 4, 3, 1],
    [3, 4, 0, 2, 1],
  ];

  it.each(orders)('the newest complete version wins when they arrive as %d %d %d %d %d', async (...order) => {
    const token = newId();
    const formId = `order${order.join('')}`;
    for (const index of order) {
      const { text, complete: isComplete, minutes } = versions[index] as (typeof versions)[number];
      const make = isComplete ? newEvent : newPartial;
      await app
        .deliver(make({ formId, token, submittedAt: minutesAgo(minutes), questions: [askName(text)] }))
        .expect(200);
      await app.settled();
    }
    expect(await response(formId, token)).toMatchObject({
      responseType: 'completed',
      answers: [{ value: 'corrected' }],
    });
    const { body } = await app.admin('get', `/v1/forms/${formId}`).expect(200);
    expect(body.responseCount).toBe(1);
  });

  it('says of an older version that it was superseded', async () => {
    const token = newId();
    await app.deliver(newEvent({ token, formId: 'superseded' })).expect(200);
    await app.settled();
    const late = newPartial({ token, formId: 'superseded' });
    await app.deliver(late).expect(200);
    await app.settled();
    expect(await delivery(late.event_id)).toMatchObject({ status: 'processed', reason: 'superseded' });
  });

  it('a second event about the same response changes nothing that was already there', async () => {
    const token = newId();
    const submittedAt = minutesAgo(5);
    const questions = [askEmail('twice@example.com')];
    await app.deliver(newEvent({ token, formId: 'twice', submittedAt, questions })).expect(200);
    await app.deliver(newEvent({ token, formId: 'twice', submittedAt, questions })).expect(200);
    await app.settled();
    const { body: responses } = await app.admin('get', '/v1/responses?formId=twice').expect(200);
    expect(responses.items).toHaveLength(1);
    const { body: clients } = await app.admin('get', '/v1/clients?email=twice@example.com').expect(200);
    expect(clients.items).toHaveLength(1);
  });
});

it.each([true, false])(
  'a form tells when its newest version was submitted, whatever counts; in one batch: %s',
  async (inOneBatch) => {
    const formId = `newest-${inOneBatch}`;
    const token = newId();
    const newest = newPartial({ formId, token, submittedAt: minutesAgo(5) });
    const versions = [newest, newEvent({ formId, token, submittedAt: minutesAgo(60) })];
    const deliverAll = async (): Promise<void> => {
      for (const version of versions) {
        await app.deliver(version).expect(200);
        if (!inOneBatch) await app.settled();
      }
    };
    await (inOneBatch ? whileNoBatchBegins(app, deliverAll) : deliverAll());
    await app.settled();
    const { body: form } = await app.admin('get', `/v1/forms/${formId}`).expect(200);
    expect(form).toMatchObject({
      responseCount: 1,
      lastResponseAt: new Date(newest.form_response.submitted_at as string).toISOString(),
    });
  },
);

describe('what cannot be used', () => {
  it('an unknown event type is kept and ignored', async () => {
    const event = newEvent({ eventType: 'form_something_new' });
    expect((await app.deliver(event)).body.status).toBe('accepted');
    await app.settled();
    expect(await delivery(event.event_id)).toMatchObject({ status: 'ignored', reason: 'unknown_event_type' });
    await app.admin('get', `/v1/deliveries/${event.event_id}/payload`).expect(200);
  });

  it('events of a paused form are kept, ignored, and used once it is active and they are replayed', async () => {
    await app.deliver(newEvent({ formId: 'paused' })).expect(200);
    await app.settled();
    await app.admin('patch', '/v1/forms/paused').send({ status: 'paused' }).expect(200);
    const event = newEvent({ formId: 'paused' });
    expect((await app.deliver(event)).body.status).toBe('accepted');
    await app.settled();
    expect(await delivery(event.event_id)).toMatchObject({ status: 'ignored', reason: 'form_paused' });
    await app.admin('patch', '/v1/forms/paused').send({ status: 'active' }).expect(200);
    await app
      .admin('post', '/v1/deliveries/replay')
      .send({ formId: 'paused', status: 'ignored' })
      .expect(200, { matched: 1, queued: 1 });
    await app.settled();
    expect(await delivery(event.event_id)).toMatchObject({
      status: 'processed',
      source: 'webhook',
      replays: 1,
    });
    await response('paused', tokenOf(event));
  });
});

describe('failures', () => {
  it('one bad event fails alone, is tried again, and is dead after the limit; a replay cures it', async () => {
    const bad = newEvent({ formId: 'poison', questions: [askEmail('poison@example.com')] });
    const good = Array.from({ length: 40 }, () => newEvent({ formId: 'healthy' }));
    const all = [...good.slice(0, 20), bad, ...good.slice(20)];
    await Promise.all(all.map((event) => app.deliver(event).expect(200)));
    await app.settled();
    const { body: healthy } = await app.admin('get', '/v1/deliveries?formId=healthy&status=processed').expect(200);
    expect(healthy.items).toHaveLength(40);
    await eventually(async () => (await delivery(bad.event_id)).status === 'dead', 'the bad event is given up');
    expect(await delivery(bad.event_id)).toMatchObject({
      attempts: 3,
      lastError: 'data_rejected',
      nextAttemptAt: null,
    });
    expect(app.logs.filter((line) => line.includes(bad.event_id))).toHaveLength(3);
    expect(app.logs.join('\n')).not.toContain('poison@example.com');
    const { text: metrics } = await app.http.get('/metrics').expect(200);
    expect(metrics).toContain('onboarding_event_processing_failures_total{code="data_rejected"} 3');
    expect(metrics).toContain('onboarding_events_dead_total 1');
    expect(metrics).toContain('onboarding_inbox_events{status="dead"} 1');

    await app.database.pool.query('CREATE TABLE cured ()');
    await app.admin('post', '/v1/deliveries/replay').send({ status: 'dead' }).expect(200, { matched: 1, queued: 1 });
    await eventually(async () => (await delivery(bad.event_id)).status === 'processed', 'the replay is processed');
    const cured = await delivery(bad.event_id);
    expect(cured).toMatchObject({ attempts: 1, lastError: null });
    const attempt = { at: expect.any(String) as string, constraint: null, table: null };
    expect(cured.attemptLog).toEqual([
      ...Array.from({ length: 3 }, () => ({ ...attempt, code: 'data_rejected', sqlState: '22000' })),
      { ...attempt, at: cured.processedAt, code: null, sqlState: null },
    ]);
    expect(healthy.items[0]).not.toHaveProperty('attemptLog');
    const [first] = good;
    expect((await delivery(String(first?.event_id))).attemptLog).toHaveLength(1);
    await app.database.pool.query('DROP TABLE cured');
  });

  it('of a constraint are told by its name and table; the last 20 are kept', async () => {
    const { pool } = app.database;
    await pool.query(`ALTER TABLE form_response ADD CONSTRAINT nobody CHECK (form_id <> 'refused')`);
    const event = newEvent({ formId: 'refused' });
    await app.deliver(event).expect(200);
    await eventually(async () => (await delivery(event.event_id)).status === 'dead', 'the event is given up');
    const failure = { code: 'constraint', sqlState: '23514', constraint: 'nobody', table: 'form_response' };
    expect((await delivery(event.event_id)).attemptLog).toEqual(Array(3).fill(expect.objectContaining(failure)));
    await pool.query(
      `UPDATE webhook_event SET attempt_log = (SELECT jsonb_agg(jsonb_build_object('at', now(), 'code', number))
                                                 FROM generate_series(1, 20) AS number) WHERE event_id = $1`,
      [event.event_id],
    );
    await app.admin('post', `/v1/deliveries/${event.event_id}/replay`).expect(200);
    await eventually(async () => (await delivery(event.event_id)).status === 'dead', 'it is given up again');
    const { attemptLog } = await delivery(event.event_id);
    expect((attemptLog as { code: unknown }[]).map(({ code }) => code)).toEqual([
      ...Array.from({ length: 17 }, (_, index) => index + 4),
      ...Array<string>(3).fill('constraint'),
    ]);
    await pool.query('ALTER TABLE form_response DROP CONSTRAINT nobody');
  });

  it('retries until the cause is gone', async () => {
    const event = newEvent({ formId: 'poison' });
    await app.deliver(event).expect(200);
    await eventually(async () => (await delivery(event.event_id)).status === 'retrying', 'the first attempt failed');
    await app.database.pool.query('CREATE TABLE cured ()');
    await eventually(async () => (await delivery(event.event_id)).status === 'processed', 'a later attempt succeeded');
    expect((await delivery(event.event_id)).attempts).toBeGreaterThan(1);
    await app.database.pool.query('DROP TABLE cured');
  });
});

describe('what is quarantined', () => {
  it('stays so in a replay by filter, until it is asked for by name; its origin and the replays are told', async () => {
    const formId = 'quarantine';
    const [fresh, old] = [newEvent({ formId }), newEvent({ formId, submittedAt: minutesAgo(60 * 24 * 40) })];
    await app.deliver(fresh).expect(200);
    expect((await app.deliver(old).expect(200)).body).toMatchObject({ status: 'quarantined' });
    await app.settled();
    const replay = (filter: object, result: object) =>
      app.admin('post', '/v1/deliveries/replay').send(filter).expect(200, result);
    await replay({ formId }, { matched: 1, queued: 1 });
    await app.settled();
    expect(await delivery(old.event_id)).toMatchObject({ status: 'quarantined', replays: 0 });
    expect(await delivery(fresh.event_id)).toMatchObject({ status: 'processed', source: 'webhook', replays: 1 });
    await replay({ formId, status: 'quarantined' }, { matched: 1, queued: 1 });
    await app.settled();
    expect(await delivery(old.event_id)).toMatchObject({ status: 'processed', source: 'webhook', replays: 1 });
  });

  it('is replayed by filter for one reason only, so that what nobody vouched for does not come along', async () => {
    const formId = 'mixed';
    const [old, ahead] = [60 * 24 * 40, -60].map((minutes) => newEvent({ formId, submittedAt: minutesAgo(minutes) }));
    for (const event of [old!, ahead!])
      expect((await app.deliver(event).expect(200)).body).toMatchObject({ status: 'quarantined' });
    const replay = (filter: object) => app.admin('post', '/v1/deliveries/replay').send({ formId, ...filter });
    for (const asked of [{}, { async: true }]) {
      const { body } = await replay({ status: 'quarantined', ...asked }).expect(422);
      expect(body.errors).toMatchObject([
        { path: 'quarantinedFor', message: expect.stringContaining('one of in_the_future, too_old') },
      ]);
    }
    await replay({ quarantinedFor: 'too_old' }).expect(422);
    const listed = await app.admin('get', `/v1/deliveries?formId=${formId}&quarantinedFor=in_the_future`).expect(200);
    expect(listed.body.items).toMatchObject([{ eventId: ahead!.event_id }]);
    const chosen = { status: 'dead,quarantined', quarantinedFor: 'in_the_future' };
    await replay(chosen).expect(200, { matched: 1, queued: 1 });
    await app.settled();
    expect(await delivery(ahead!.event_id)).toMatchObject({ status: 'processed', replays: 1 });
    expect(await delivery(old!.event_id)).toMatchObject({ status: 'quarantined', replays: 0 });
    await replay({ status: 'quarantined' }).expect(200, { matched: 1, queued: 1 });
  });

  it.each(['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z'])(
    'is nothing that says %s: that is no time, so the time of arrival counts',
    async (zero) => {
      const event = newEvent({ formId: 'zero', submittedAt: zero });
      Object.assign(event.form_response, { landed_at: zero });
      expect((await app.deliver(event).expect(200)).body).toMatchObject({ status: 'accepted' });
      await app.settled();
      expect(await delivery(event.event_id)).toMatchObject({ status: 'processed', submittedAt: null });
      const stored = await response('zero', tokenOf(event));
      expect(stored).toMatchObject({ submittedAt: null, landedAt: null });
      const { body } = await app.admin('get', `/v1/responses?formId=zero&submittedSince=${minutesAgo(5)}`).expect(200);
      expect((body.items as { token: string }[]).map(({ token }) => token)).toContain(tokenOf(event));
    },
  );
});

describe('hostile content', () => {
  const emoji = '\ud83d\udc69\u200d\ud83d\udcbb'.repeat(100);
  it.each([
    ['SQL', "Robert'); DROP TABLE client;--", "Robert'); DROP TABLE client;--"],
    ['NUL characters', 'a\u0000b', 'a\ufffdb'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['prototype keys', '__proto__', '__proto__'],
    ['emoji', emoji, emoji],
    ['line breaks and control characters', 'a\r\n\u001b[31mred', 'a\r\n\u001b[31mred'],
    ['200 kB', 'x'.repeat(200_000), 'x'.repeat(200_000)],
  ])('%s in an answer is stored and shown', async (_case, text, shown) => {
    const event = newEvent({ formId: 'hostile', questions: [askName(text)], hidden: { note: text } });
    await app.deliver(event).expect(200);
    await app.settled();
    expect(await delivery(event.event_id)).toMatchObject({ status: 'processed' });
    expect(await response('hostile', tokenOf(event))).toMatchObject({
      answers: [{ value: shown }],
      hidden: { note: shown },
    });
    expect(app.logs.join('\n')).not.toContain(text.slice(0, 20));
  });
});

it('a crowd of senders that wait for their commit does not stop the processing', async () => {
  const event = newEvent({ formId: 'crowded' });
  await app.deliver(event).expect(200);
  await app.settled();
  const holder = await app.database.pool.connect();
  let answered = 0;
  try {
    await holder.query(`SELECT pg_advisory_lock(hashtextextended('typeform-onboarding:appending', 0))`);
    const crowd = Array.from({ length: 20 }, async () => {
      const { status } = await app.deliver(newEvent({ formId: 'crowded' }));
      answered += 1;
      return status;
    });
    const waiting = async (): Promise<number> =>
      Number(/^onboarding_inbox_waiting_commits (\d+)$/m.exec((await app.http.get('/metrics')).text)?.[1]);
    await eventually(async () => (await waiting()) >= 16, 'the crowd waits');
    await app.admin('post', '/v1/deliveries/replay').send({ formId: 'crowded' }).expect(200);
    await eventually(async () => {
      const { status, replays } = await delivery(event.event_id);
      return status === 'processed' && replays === 1;
    }, 'the replayed event is processed');
    expect(answered).toBe(0);
    await holder.query('SELECT pg_advisory_unlock_all()');
    expect(await Promise.all(crowd)).toEqual(Array(20).fill(200));
  } finally {
    await holder.query('SELECT pg_advisory_unlock_all()');
    holder.release();
  }
});

it('with the kill switch, events are kept and processed by the next process that may', async () => {
  const off = await startTestApp({ WEBHOOK_PROCESSING_ENABLED: 'false' }, { database: app.database });
  try {
    const event = newEvent({ formId: 'killswitch' });
    await off.deliver(event).expect(200);
    // The other application shares the database and is allowed to process.
    await eventually(async () => (await delivery(event.event_id)).status === 'processed', 'the other process did it');
  } finally {
    await off.stop();
  }
});

describe('statements that are sent at once', () => {
  beforeAll(() => app.database.pool.query('CREATE TABLE steps (step integer)'));
  const add = (step: number) => `INSERT INTO steps VALUES (${step})`;
  const stored = async () => (await app.database.pool.query<{ step: number }>('SELECT step FROM steps')).rows;
  const unsendable = {
    toPostgres: () => {
      throw new Error('no memory for this value');
    },
  };

  it('run one after the other, in one transaction', async () => {
    const transaction = await app.app.get(ProcessorConnections).begin();
    const [, seen] = await inOrder(
      transaction,
      () => transaction.query(add(1)),
      () => transaction.query('SELECT step FROM steps'),
    );
    expect(seen).toEqual([{ step: 1 }]);
    expect(await stored()).toEqual([]);
    await transaction.commit();
    expect(await stored()).toEqual([{ step: 1 }]);
  });

  it('behind one that fails change nothing, and do not hide why', async () => {
    const transaction = await app.app.get(ProcessorConnections).begin();
    const deeper = async <Result>(step: () => Promise<Result>): Promise<Result> => await step();
    const steps = inOrder(
      transaction,
      // Both answers may arrive at once: this one takes longer to get here.
      () => deeper(() => deeper(() => deeper(() => transaction.query('SELECT 1 / 0')))),
      () => transaction.query(add(2)),
    );
    const failure = await steps.catch((error: unknown) => error);
    await transaction.rollback();
    expect(failure).toMatchObject({ message: 'division by zero' });
    expect(await stored()).toEqual([{ step: 1 }]);
  });

  /** Why a step failed. The transaction ends first: one that stays open would keep the application from stopping. */
  const failureOf = async (transaction: PipelinedTransaction, step: () => Promise<unknown>): Promise<unknown> => {
    const failure = await step().then(
      () => 'it did not fail',
      (error: unknown) => error,
    );
    await transaction.rollback();
    return failure;
  };

  it.each([
    ['a query', (transaction: PipelinedTransaction) => transaction.query('SELECT step FROM steps')],
    ['the commit', (transaction: PipelinedTransaction) => transaction.commit()],
  ])('fail without being waited for: %s says why, and nothing is kept', async (_, next) => {
    const transaction = await app.app.get(ProcessorConnections).begin();
    await transaction.query(add(4));
    await execute(transaction, 'SELECT 1 / 0');
    await execute(transaction, add(5));
    const failure = await failureOf(transaction, () => next(transaction));
    expect(failure).toMatchObject({ message: 'division by zero' });
    expect(await stored()).toEqual([{ step: 1 }]);
  });

  it('are not taken for committed when one has failed, whoever was told', async () => {
    const transaction = await app.app.get(ProcessorConnections).begin();
    await transaction.query(add(7));
    await transaction.query('SELECT 1 / 0').catch(() => undefined);
    const failure = await failureOf(transaction, () => transaction.commit());
    expect(failure).toMatchObject({ message: 'division by zero' });
    expect(await stored()).toEqual([{ step: 1 }]);
  });

  it('are not committed when one of them could not be sent', async () => {
    const transaction = await app.app.get(ProcessorConnections).begin();
    await transaction.query(add(8));
    await execute(transaction, 'SELECT $1', [unsendable]);
    await execute(transaction, add(9));
    const failure = await failureOf(transaction, () => transaction.commit());
    expect(failure).toMatchObject({ message: 'no memory for this value' });
    expect(await stored()).toEqual([{ step: 1 }]);
  });

  it('run on another connection after one that could not be sent', async () => {
    const ask = async (value: unknown) => {
      const transaction = await app.app.get(ProcessorConnections).begin();
      try {
        return await transaction.query('SELECT $1::text AS value', [value]);
      } finally {
        await transaction.rollback();
      }
    };
    await expect(ask(unsendable)).rejects.toThrow('no memory for this value');
    expect(await ask('kept')).toEqual([{ value: 'kept' }]);
  });

  it('fail with their connection when it is cut before the commit', async () => {
    const transaction = await app.app.get(ProcessorConnections).begin();
    await transaction.query(add(10));
    await execute(transaction, 'SELECT pg_terminate_backend(pg_backend_pid())');
    await execute(transaction, add(11));
    const failure = await failureOf(transaction, () => transaction.commit());
    // The server's message, or the error of the socket if that is noticed first.
    expect(isConnectionLost(failure)).toBe(true);
    expect(await stored()).toEqual([{ step: 1 }]);
  });

  it('are seen by the next query, though nobody has waited for them', async () => {
    const transaction = await app.app.get(ProcessorConnections).begin();
    await execute(transaction, add(6));
    const seen = await transaction.query('SELECT step FROM steps');
    await transaction.rollback();
    expect(seen).toEqual([{ step: 1 }, { step: 6 }]);
    expect(await stored()).toEqual([{ step: 1 }]);
  });

  it('change nothing either when their connection is cut', async () => {
    const transaction = await app.app.get(ProcessorConnections).begin();
    const [{ pid }] = await transaction.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
    await app.database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
    const failure = await failureOf(transaction, () => transaction.query(add(3)));
    expect(isConnectionLost(failure)).toBe(true);
    expect(await stored()).toEqual([{ step: 1 }]);
  });
});
