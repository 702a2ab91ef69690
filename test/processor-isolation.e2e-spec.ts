/** One event that fails, waits or takes long holds up nobody: the others are processed, and what is to blame is set aside and says why. */
import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { FailedAttempts } from '../src/inbox/failed-attempts';
import { OnboardingService } from '../src/onboarding/onboarding.service';
import { question, toBody } from './fixtures/typeform-events';
import { askEmail, askPhone, newEvent, newId } from './support/events';
import { deliverTogether } from './support/held-processing';
import { eventually, startTestApp, TestApp } from './support/test-app';

type Event = ReturnType<typeof newEvent>;

let app: TestApp;
let holder: PoolClient;
beforeAll(async () => {
  app = await startTestApp({ RETRY_INITIAL_SECONDS: '1', RETRY_MAX_SECONDS: '1' });
  holder = await app.database.pool.connect();
});
afterAll(async () => {
  holder.release();
  await app.stop();
});
afterEach(async () => {
  await holder.query('ROLLBACK');
  await app.database.pool.query('DROP TRIGGER IF EXISTS spoil ON form_response');
});

/** Whatever is written of a form runs into this statement. */
async function spoil(formId: string, statement: string): Promise<void> {
  await app.database.pool.query(`
    CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statement}; RETURN NEW; END $$;
    CREATE TRIGGER spoil BEFORE INSERT ON form_response FOR EACH ROW WHEN (NEW.form_id = '${formId}') EXECUTE FUNCTION spoil()`);
}

async function statuses(formId: string): Promise<Record<string, number>> {
  const { rows } = await app.database.pool.query<{ status: string; count: number }>(
    'SELECT status, count(*)::integer AS count FROM webhook_event WHERE form_id = $1 GROUP BY status',
    [formId],
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

const delivery = async (event: Event): Promise<Record<string, unknown>> =>
  (await app.admin('get', `/v1/deliveries/${event.event_id}`).expect(200)).body as Record<string, unknown>;
const many = (count: number, overrides: (index: number) => Parameters<typeof newEvent>[0]): Event[] =>
  Array.from({ length: count }, (_, index) => newEvent(overrides(index)));

it.each([
  ['raises an error of its own', `RAISE EXCEPTION 'no' USING ERRCODE = 'P0001'`, 'internal_error', 'P0001'],
  ['uses up what the server has', `RAISE EXCEPTION 'no' USING ERRCODE = '53200'`, 'out_of_resources', '53200'],
  ['sleeps', 'PERFORM pg_sleep(40)', 'too_slow', '57014'],
])('an event that %s', async (_case, statement, code, sqlState) => {
  const [good, bad] = [newId(), newId()];
  await spoil(bad, statement);
  const events = many(200, (index) => ({ formId: index === 77 ? bad : good }));
  await deliverTogether(app, events);
  await eventually(async () => (await statuses(good)).processed === 199, 'the others are processed');
  await eventually(async () => Number((await delivery(events[77] as Event)).attempts) >= 1, 'the bad one is set aside');
  expect(await delivery(events[77] as Event)).toMatchObject({
    lastError: code,
    attemptLog: expect.arrayContaining([expect.objectContaining({ code, sqlState })]) as object[],
  });
  await app.database.pool.query('DROP TRIGGER spoil ON form_response');
  await eventually(async () => (await statuses(bad)).processed === 1, 'it is processed once it can be');
});

it('a connection that is lost once is not the fault of the event that stood alone', async () => {
  const form = newId();
  await app.database.pool.query('CREATE SEQUENCE cuts');
  await spoil(form, `IF nextval('cuts') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF`);
  const event = newEvent({ formId: form });
  await app.deliver(event).expect(200);
  await eventually(async () => (await statuses(form)).processed === 1, 'it is processed');
  expect(await delivery(event)).toMatchObject({ attempts: 1 });
});

it('an event whose failure the database does not take holds up nobody, and it is recorded once it can be', async () => {
  const [good, bad] = [newId(), newId()];
  await spoil(bad, `RAISE EXCEPTION 'no' USING ERRCODE = 'P0001'`);
  await app.database.pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'XX001'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON webhook_event FOR EACH ROW
      WHEN (NEW.form_id = '${bad}' AND NEW.status = 'retrying') EXECUTE FUNCTION refuse()`);
  try {
    await deliverTogether(
      app,
      many(21, (index) => ({ formId: index === 7 ? bad : good })),
    );
    await eventually(async () => (await statuses(good)).processed === 20, 'the others are processed');
    await app.deliver(newEvent({ formId: good })).expect(200);
    await eventually(async () => (await statuses(good)).processed === 21, 'what comes later is processed');
    expect(await statuses(bad)).toEqual({ pending: 1 });
  } finally {
    await app.database.pool.query('DROP TRIGGER refuse ON webhook_event');
  }
  await eventually(async () => (await statuses(bad)).retrying === 1, 'it is recorded');
  await app.database.pool.query('DROP TRIGGER spoil ON form_response');
  await eventually(async () => (await statuses(bad)).processed === 1, 'it is processed once it can be');
});

it('a full disk, which takes neither the records nor why there are none, blames no event', async () => {
  const formId = newId();
  await spoil(formId, `RAISE EXCEPTION 'no' USING ERRCODE = '53100'`);
  await app.database.pool.query(`
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER full_disk BEFORE UPDATE ON webhook_event FOR EACH ROW
      WHEN (NEW.form_id = '${formId}' AND NEW.status = 'retrying') EXECUTE FUNCTION full_disk()`);
  const refusals = (): number => app.logs.filter((line) => line.includes('Processing an event failed')).length;
  const before = refusals();
  try {
    await deliverTogether(
      app,
      many(3, () => ({ formId })),
    );
    await eventually(() => refusals() >= before + 3, 'events have failed alone');
  } finally {
    await app.database.pool.query('DROP TRIGGER spoil ON form_response');
  }
  // Why one failed just before there was room is not taken either.
  await eventually(async () => (await statuses(formId)).processed === 3, 'all are processed once there is room');
  await app.database.pool.query('DROP TRIGGER full_disk ON webhook_event');
  const { rows } = await app.database.pool.query('SELECT DISTINCT attempts FROM webhook_event WHERE form_id = $1', [
    formId,
  ]);
  expect(rows).toEqual([{ attempts: 1 }]);
});

it('three clients that somebody else holds, among hundreds that keep coming', async () => {
  const formId = newId();
  const held = [1, 2, 3].map((number) => `held-${number}-${formId}@example.com`);
  const about = (email: string) => ({ formId, questions: [askEmail(email)] });
  await deliverTogether(
    app,
    held.map((email) => newEvent(about(email))),
  );
  await eventually(async () => (await statuses(formId)).processed === 3, 'the clients are there');
  await holder.query('BEGIN');
  await holder.query('SELECT FROM client WHERE email = ANY($1) FOR UPDATE', [held]);

  const stuck: Event[] = [];
  for (let wave = 0; wave < 4; wave += 1) {
    const mine = held.map((email) => newEvent(about(email)));
    stuck.push(...mine);
    const others = many(100, (index) => about(`p-${wave}-${index}-${formId}@example.com`));
    await deliverTogether(app, [...others.slice(0, 50), ...mine, ...others.slice(50)]);
  }
  await eventually(async () => (await statuses(formId)).processed === 403, 'all others are processed meanwhile');
  await eventually(async () => (await statuses(formId)).retrying === 12, 'those that wait are set aside');
  expect(await delivery(stuck[0] as Event)).toMatchObject({ status: 'retrying', lastError: 'lock_timeout' });
  expect((await delivery(stuck[0] as Event)).attemptLog).toContainEqual(
    expect.objectContaining({ code: 'lock_timeout', sqlState: '55P03', table: 'client' }),
  );
  await holder.query('ROLLBACK');
  await eventually(async () => (await statuses(formId)).processed === 415, 'the clients are free, nothing is lost');
});

it('a processor that cannot claim says so, and goes on once it can', async () => {
  const event = newEvent({ formId: newId() });
  const stops = async (): Promise<number> =>
    Number(
      /^onboarding_processing_stops_total\{step="claim",cause="schema"\} (\d+)$/m.exec(
        (await app.http.get('/metrics')).text,
      )?.[1],
    );
  await app.database.pool.query('ALTER TABLE webhook_event RENAME COLUMN first_attempt_at TO away');
  try {
    await eventually(async () => (await stops()) > 0, 'the stop is counted');
    expect(app.logs.filter((line) => line.includes('Processing waits') && line.includes('42703'))).toHaveLength(1);
  } finally {
    await app.database.pool.query('ALTER TABLE webhook_event RENAME COLUMN away TO first_attempt_at');
  }
  await app.deliver(event).expect(200);
  await eventually(async () => (await delivery(event)).status === 'processed', 'it goes on');
  expect(app.logs.some((line) => line.includes('Processing goes on'))).toBe(true);
});

it('batches end at their bytes, and everything is processed', async () => {
  const formId = newId();
  const events = many(30, () => ({ formId, hidden: { note: 'x'.repeat(700_000) } }));
  await deliverTogether(app, events);
  await eventually(async () => (await statuses(formId)).processed === 30, 'all is processed');
  const { rows } = await app.database.pool.query<{ bytes: number }>(
    `SELECT max(bytes)::integer AS bytes FROM (
       SELECT sum(payload_bytes) AS bytes FROM webhook_event WHERE form_id = $1 GROUP BY xmin::text) AS batch`,
    [formId],
  );
  expect(rows[0]?.bytes).toBeGreaterThan(1_000_000);
  expect(rows[0]?.bytes).toBeLessThanOrEqual(5 * 1024 * 1024);
});

it('a batch takes the same number of statements whatever its size, and two batches take a quarter of the locks of a server at most', async () => {
  const onboarding = app.app.get(OnboardingService, { strict: false });
  const formId = newId();
  const apply = (events: readonly Event[]): Promise<{ statements: number; locks: number }> =>
    app.app.get(DataSource).transaction(async (manager) => {
      const statements = jest.spyOn(manager, 'query');
      const incoming = events.map((event) =>
        onboarding.read({
          eventId: event.event_id,
          eventType: 'form_response',
          formId,
          receivedAt: new Date(),
          payload: toBody(event),
        }),
      );
      expect(await onboarding.applyBatch(manager, incoming)).toHaveLength(events.length);
      const count = statements.mock.calls.length;
      const [row] = await manager.query<{ locks: number }[]>(
        'SELECT count(*)::integer AS locks FROM pg_locks WHERE pid = pg_backend_pid()',
      );
      return { statements: count, locks: row?.locks ?? Infinity };
    });
  const people = (count: number): Event[] =>
    many(count, (index) => ({
      formId,
      questions: [askEmail(`${newId()}@example.com`), askPhone(`+1202555${String(1000 + index)}`)],
    }));
  await apply(people(1));
  const [few, all] = [await apply(people(2)), await apply(people(256))];
  expect(all.statements).toBe(few.statements);
  expect(all.statements).toBeLessThan(20);
  expect(all.locks).toBeGreaterThan(3 * 256);
  expect(all.locks).toBeLessThan((100 * 64) / 4);
});

it('two processors whose batches teach the same forms something new do not wait for each other in a circle', async () => {
  const other = await startTestApp({}, { database: app.database });
  const forms = [1, 2, 3, 4].map((number) => `learning-${number}-${newId()}`);
  const people = [1, 2, 3, 4, 5].map((number) => `learner-${number}@example.com`);
  try {
    const events = many(400, (index) => ({
      formId: forms[(index * 7) % forms.length],
      questions: [
        askEmail(people[index % people.length] as string),
        question(`q${index}`, `Question ${index}`, 'short_text', 'text', 'x'),
      ],
    }));
    await Promise.all(events.map((event, index) => (index % 2 === 0 ? app : other).deliver(event).expect(200)));
    for (const formId of forms)
      await eventually(async () => (await statuses(formId)).processed === 100, 'all is processed');
    const { rows } = await app.database.pool.query(
      `SELECT sum(response_count)::integer AS responses, sum(jsonb_array_length(fields))::integer AS questions,
              (SELECT sum(attempts)::integer FROM webhook_event WHERE form_id = ANY($1)) AS attempts
         FROM onboarding_form WHERE form_id = ANY($1)`,
      [forms],
    );
    expect(rows).toEqual([{ responses: 400, questions: 404, attempts: 400 }]);
  } finally {
    await other.stop();
  }
});

it('that an event took its connection down is not forgotten because somebody else has it at that moment', async () => {
  const intake = await startTestApp({ WORKER_MODE: 'intake' });
  const other = await intake.database.pool.connect();
  try {
    await intake.deliver(newEvent()).expect(200);
    await other.query('BEGIN');
    const { rows } = await other.query<{ event_id: string; now: Date }>(
      'SELECT event_id, now() FROM webhook_event FOR UPDATE',
    );
    const [{ event_id: eventId, now } = { event_id: '', now: new Date() }] = rows;
    const failures = intake.app.get(FailedAttempts, { strict: false });
    const claimed = {
      eventId,
      eventType: 'form_response',
      formId: 'f',
      receivedAt: now,
      attempts: 0,
      firstAttemptAt: null,
    };
    const lost = Object.assign(new Error('the connection was lost'), { code: '57P01' });
    failures.add({ ...claimed, claimedAt: now, ageMs: 0, payload: Buffer.alloc(0) }, lost);
    await failures.record();
    expect(failures.eventIds).toEqual([eventId]);
    await other.query('ROLLBACK');
    await eventually(async () => {
      await failures.record();
      return failures.eventIds.length === 0;
    }, 'it is recorded');
    const { body } = await intake.admin('get', `/v1/deliveries/${eventId}`).expect(200);
    expect(body).toMatchObject({ status: 'retrying', lastError: 'connection_lost', attempts: 1 });
  } finally {
    await other.query('ROLLBACK');
    other.release();
    await intake.stop();
  }
});
