/** The same events in any order, division and number, by two processes at once, end in the same clients. */
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { runWithGenericPlan } from '../src/database/generic-plans';
import type { ReadEvent } from '../src/onboarding/onboarding.service';
import { OnboardingService } from '../src/onboarding/onboarding.service';
import { ResponseSettler } from '../src/onboarding/who-is-it/response-settler';
import { question, toBody } from './fixtures/typeform-events';
import { forgetRecords } from './support/database';
import { askEmail, askName, askPhone, minutesAgo, newEvent, newId, newPartial } from './support/events';
import { eventually, startTestApp, type TestApp } from './support/test-app';

const EMAILS = ['a@example.com', 'b@example.com', 'c@example.com', 'none@none.com', null, null];
const PHONES = ['+12025550101', '+12025550102', null];
const NAMES = ['Ana', 'Ben', null];
const RESPONSES = 14;
const SEEDS = [1, 2, 3, 4];

type Event = ReturnType<typeof newEvent>;

let app: TestApp;
let second: TestApp;
beforeAll(async () => {
  app = await startTestApp({ RETRY_INITIAL_SECONDS: '1', RETRY_MAX_SECONDS: '1' });
  second = await startTestApp({ RETRY_INITIAL_SECONDS: '1', RETRY_MAX_SECONDS: '1' }, { database: app.database });
});
afterAll(async () => {
  await second.stop();
  await app.stop();
});
beforeEach(() => forgetRecords(app.database));

/** Versions of a few responses, reproducible by seed. */
function history(seed: number): Event[] {
  const tokens = Array.from({ length: RESPONSES }, () => newId());
  const version = fc.record({
    token: fc.constantFrom(...tokens),
    complete: fc.boolean(),
    email: fc.constantFrom(...EMAILS),
    phone: fc.constantFrom(...PHONES),
    name: fc.constantFrom(...NAMES),
  });
  const [versions = []] = fc.sample(fc.array(version, { minLength: 40, maxLength: 40 }), { seed, numRuns: 1 });
  return versions.map(({ token, complete, email, phone, name }, index) => {
    const questions = [
      ...(email === null ? [] : [askEmail(email)]),
      ...(phone === null ? [] : [askPhone(phone)]),
      ...(name === null ? [] : [askName(name)]),
      question('q', 'Anything else?', 'short_text', 'text', 'no'),
    ];
    const overrides = { formId: 'property', token, questions, submittedAt: minutesAgo(100 - index) };
    return complete ? newEvent(overrides) : newPartial(overrides);
  });
}

async function settled(): Promise<void> {
  await eventually(async () => {
    const { rows } = await app.database.pool.query(
      `SELECT FROM webhook_event WHERE status NOT IN ('processed', 'ignored') LIMIT 1`,
    );
    return rows.length === 0;
  }, 'everything is processed');
}

/** Every client by its responses, without ids and times; responses without a client beside them. */
async function outcome(): Promise<unknown> {
  const { rows: clients } = await app.database.pool.query(
    `SELECT array_agg(token ORDER BY token) AS tokens, client.email, client.phone, client.identifiers, client.conflict
       FROM client LEFT JOIN form_response ON client_id = client.id GROUP BY client.id ORDER BY tokens`,
  );
  const { rows: alone } = await app.database.pool.query(
    'SELECT token FROM form_response WHERE client_id IS NULL ORDER BY token',
  );
  return { clients, alone };
}

/** The conflicts as the responses say them. */
async function checkConflicts(): Promise<void> {
  const { rows } = await app.database.pool.query(
    `SELECT id FROM client WHERE conflict <> EXISTS (
       SELECT FROM form_response AS own JOIN form_response AS other USING (phone_key)
        WHERE own.client_id = client.id AND other.client_id <> client.id)`,
  );
  expect(rows).toEqual([]);
}

async function deliverAll(events: readonly Event[], to: (index: number) => TestApp): Promise<void> {
  await Promise.all(events.map((event, index) => to(index).deliver(event).expect(200)));
}

it.each(SEEDS)('history %d', async (seed) => {
  const events = history(seed);
  for (const event of events) {
    await app.deliver(event).expect(200);
    await settled();
  }
  const expected = await outcome();
  await checkConflicts();

  for (const run of [1, 2]) {
    await forgetRecords(app.database);
    const [again = []] = fc.sample(fc.subarray(events), { seed: seed + run, numRuns: 1 });
    const [shuffled = []] = fc.sample(
      fc.shuffledSubarray([...events, ...again.map((event) => ({ ...event, event_id: newId() }))], {
        minLength: events.length + again.length,
      }),
      { seed: seed + run, numRuns: 1 },
    );
    await deliverAll(shuffled, (index) => (index % 2 === 0 ? app : second));
    await settled();
    expect(await outcome()).toEqual(expected);
    await checkConflicts();
  }
});

it('many events of few people at once, in two processes: no two clients with one e-mail, none lost', async () => {
  const events = Array.from({ length: 200 }, (_, index) =>
    newEvent({
      formId: 'rush',
      questions: [
        ...(index % 3 === 0 ? [] : [askEmail(`p${index % 7}@example.com`)]),
        askPhone(PHONES[index % 2] as string),
        askName(`Visit ${index}`),
      ],
    }),
  );
  await deliverAll(events, (index) => (index % 2 === 0 ? app : second));
  await settled();
  const { rows } = await app.database.pool.query(
    `SELECT email, phone, (SELECT count(*)::integer FROM form_response WHERE client_id = client.id) AS responses
       FROM client ORDER BY email, phone`,
  );
  const total = (rows as { responses: number }[]).reduce((sum, { responses }) => sum + responses, 0);
  expect(total).toBe(200);
  expect((rows as { email: string | null }[]).map(({ email }) => email)).toEqual([
    ...Array.from({ length: 7 }, (_, index) => `p${index}@example.com`),
    null,
    null,
  ]);
  await checkConflicts();
});

const phone = askPhone('+12025550101');
const mail = askEmail('one@example.com');
it.each([
  ['a phone alone', [phone], [phone]],
  ['a phone alone, and with an e-mail', [phone], [phone, mail]],
  ['an e-mail', [mail], [mail, phone]],
])('two batches at the same moment that give %s make one client', async (_what, first, other) => {
  const dataSource = app.app.get(DataSource);
  const onboarding = app.app.get(OnboardingService, { strict: false });
  // A form each: of one form the second would wait for the first already, to count its responses.
  const incoming = (formId: string, questions: (typeof phone)[]): ReadEvent => {
    const event = newEvent({ formId, questions });
    const { event_id: eventId, event_type: eventType } = event;
    return onboarding.read({ eventId, eventType, formId, receivedAt: new Date(), payload: toBody(event) });
  };
  const waits = async (): Promise<boolean> => {
    const { rows } = await app.database.pool.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.length > 0;
  };
  let second: Promise<unknown> | undefined;
  let done = false;
  await dataSource.transaction(async (manager) => {
    await onboarding.applyBatch(manager, [incoming('one', first)]);
    second = dataSource
      .transaction((later) => onboarding.applyBatch(later, [incoming('other', other)]))
      .finally(() => (done = true));
    await eventually(async () => done || (await waits()), 'the second batch waits for the first');
    expect(done).toBe(false);
  });
  await second;
  const { rows } = await app.database.pool.query(
    'SELECT client_id FROM form_response WHERE client_id IS NOT NULL GROUP BY client_id',
  );
  expect(rows).toHaveLength(1);
});

it('what the release before writes is given to the right client', async () => {
  await deliverAll(
    [
      newEvent({ formId: 'old', questions: [askEmail('one@example.com'), askPhone('+12025550101')] }),
      newEvent({ formId: 'old', questions: [askEmail('two@example.com'), askPhone('+12025550101')] }),
    ],
    () => app,
  );
  await settled();
  // It knows no keys, and takes a phone for a person.
  await app.database.pool.query(
    `UPDATE form_response SET email_key = NULL, phone_key = NULL, updated_at = updated_at + interval '1 second',
            client_id = (SELECT id FROM client WHERE email = 'one@example.com')`,
  );
  await app.database.pool.query(`DELETE FROM client WHERE email = 'two@example.com'`);
  await app.app.get(ResponseSettler, { strict: false }).settle();
  const { rows } = await app.database.pool.query(
    `SELECT email, conflict, (SELECT count(*)::integer FROM form_response WHERE client_id = client.id) AS responses
       FROM client ORDER BY email`,
  );
  expect(rows).toEqual([
    { email: 'one@example.com', conflict: true, responses: 1 },
    { email: 'two@example.com', conflict: true, responses: 1 },
  ]);
});

it('responses that can never be settled stop no other, and no search text; they are reported once', async () => {
  const good = newEvent({ formId: 'z-good', questions: [askEmail('late@example.com')] });
  const stuck = Array.from({ length: 40 }, (_, n) => newEvent({ formId: 'a-stuck', token: `stuck${n}` }));
  await deliverAll([...stuck, good], () => app);
  await settled();
  const { pool } = app.database;
  await pool.query(`UPDATE form_response SET identifiers = 'null', updated_at = updated_at + interval '1 second'
                     WHERE form_id = 'a-stuck'`);
  await pool.query(`UPDATE form_response SET email_key = NULL, search_text = NULL, updated_at = updated_at + interval '1 second'
                     WHERE form_id = 'z-good'`);
  // As it starts, a process looks for what there is to settle.
  const other = await startTestApp({ RECONCILE_INTERVAL_SECONDS: '0' }, { database: app.database });
  try {
    await eventually(async () => {
      const { rows } = await pool.query<{ keyed: boolean; text: string | null }>(
        `SELECT email_key = 'late@example.com' AND keyed_at = updated_at AS keyed, search_text AS text
           FROM form_response WHERE form_id = 'z-good'`,
      );
      return rows[0]?.keyed === true && rows[0].text !== null;
    }, 'the response after them is settled and searchable');
    const reported = (): string[] => other.logs.filter((line) => line.includes('could not be settled'));
    await eventually(() => Promise.resolve(reported().length > 0), 'what could not be settled is reported');
    for (let pass = 0; pass < 3; pass += 1) await other.app.get(ResponseSettler, { strict: false }).settle();
    // All three processes write to the log of the last one; each says it once.
    expect(reported().length).toBeLessThanOrEqual(3);
    for (const line of reported()) expect(line).toContain('"responses":40');
  } finally {
    await other.stop();
  }
});

it('the checks of foreign keys are planned once while responses are stored, and everything else as before', async () => {
  const settings = `SELECT current_setting('plan_cache_mode') AS mode, current_setting('enable_seqscan') AS seqscan`;
  await app.app.get(DataSource).transaction(async (sql) => {
    await sql.query('SET LOCAL plan_cache_mode = force_custom_plan');
    await sql.query('CREATE TEMPORARY TABLE during (mode text, seqscan text) ON COMMIT DROP');
    await runWithGenericPlan(sql, `INSERT INTO during ${settings}`, []);
    expect(await sql.query('SELECT * FROM during')).toEqual([{ mode: 'force_generic_plan', seqscan: 'off' }]);
    expect(await sql.query(settings)).toEqual([{ mode: 'force_custom_plan', seqscan: 'on' }]);
  });
});
