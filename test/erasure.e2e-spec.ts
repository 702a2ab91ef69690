/** Erasure: what is removed is nowhere, and nothing that arrives, is repeated or found again brings it back. */
import type { ErasureResult } from '../src/privacy/erasure.dto';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { EventOverrides, FixtureEvent, question } from './fixtures/typeform-events';
import { askEmail, askName, askPhone, minutesAgo, newEvent, newId, newPartial, tokenOf } from './support/events';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { eventually, startTestApp, TestApp } from './support/test-app';

const FORM = 'erase';
const YEAR_MINUTES = 400 * 24 * 60;

let sandbox: TypeformSandbox;
let app: TestApp;
beforeAll(async () => {
  sandbox = await startSandbox({ lagMinutes: 0 });
  app = await startTestApp({
    TYPEFORM_API_BASE_URL: sandbox.url,
    TYPEFORM_API_KEY: API_KEY,
    RECONCILE_INTERVAL_SECONDS: '0',
  });
});
afterAll(async () => {
  await app.stop();
  await sandbox.stop();
});

async function sql<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
  return (await app.database.pool.query<Row>(statement, values)).rows;
}

/** Somebody whose every text is found nowhere else. */
class Person {
  private readonly id = newId();
  readonly email = `${this.id}@example.com`;
  readonly phone = `+1202555${String(Math.floor(Math.random() * 10_000)).padStart(4, '0')}`;
  readonly texts = [this.id, `Name ${this.id}`, this.phone.slice(1)];

  /** An event of this person, about a response of its own unless a token is given. */
  event(overrides: EventOverrides = {}, make = newEvent): FixtureEvent {
    const questions = [
      askEmail(this.email),
      askPhone(this.phone),
      askName(`Name ${this.id}`),
      question('story', 'Tell us more', 'long_text', 'text', `Answer of ${this.id}`),
    ];
    return make({ formId: FORM, questions, hidden: { account: `hidden ${this.id}` }, ...overrides });
  }

  /** Answers a form and is a client once this resolves. */
  async answers(overrides: EventOverrides = {}): Promise<FixtureEvent> {
    const event = this.event(overrides);
    await app.deliver(event).expect(200);
    await app.settled();
    return event;
  }

  async client(): Promise<string | null> {
    const { body } = await app.admin('get', `/v1/clients?email=${this.email}`).expect(200);
    return (body as { items: { id: string }[] }).items[0]?.id ?? null;
  }

  /** The tables that hold anything of this person, as text or as bytes. */
  async traces(): Promise<string[]> {
    const tables = await sql<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    const needles = this.texts.flatMap((text) => [text, Buffer.from(text).toString('hex')]);
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await sql('SELECT FROM "' + name + '" AS t WHERE to_jsonb(t)::text ILIKE ANY ($1)', [
        needles.map((needle) => `%${needle}%`),
      ]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  }
}

async function erase(clientId: string | null, query = ''): Promise<ErasureResult> {
  return (await app.admin('delete', `/v1/clients/${String(clientId)}${query}`).expect(200)).body as ErasureResult;
}

/** A person who answered one form and was erased. */
async function erasedPerson(): Promise<{ person: Person; event: FixtureEvent; clientId: string }> {
  const person = new Person();
  const event = await person.answers();
  const clientId = (await person.client())!;
  expect(await person.traces()).toEqual(expect.arrayContaining(['client', 'form_response', 'webhook_event']));
  await erase(clientId);
  expect(await person.traces()).toEqual([]);
  return { person, event, clientId };
}

const deliveriesOf = async (event: FixtureEvent): Promise<Record<string, unknown>[]> =>
  (await app.admin('get', `/v1/deliveries?token=${tokenOf(event)}`).expect(200)).body.items as Record<
    string,
    unknown
  >[];

/** Waits until somebody waits for a lock of the given kind, and so for what the test holds. */
const someoneWaits = (lockType: string): Promise<void> =>
  eventually(
    async () =>
      (
        await sql(
          `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND locktype = $1 AND datname = $2`,
          [lockType, app.database.name],
        )
      ).length > 0,
    `somebody waits for a ${lockType} lock`,
  );

describe('everything of a client is removed', () => {
  it('from every table, whatever became of its deliveries; other clients stay', async () => {
    const [person, other] = [new Person(), new Person()];
    const kept = await other.answers();
    const token = newId();
    await app.deliver(person.event({ token, submittedAt: minutesAgo(9) }, newPartial)).expect(200);
    const complete = await person.answers({ token });
    const second = await person.answers({ formId: 'erase2' });
    const clientId = await person.client();
    const again = (changed: EventOverrides) => app.deliver(person.event({ token, ...changed })).expect(200);
    // A duplicate, another body under the same id, an unknown type, a submission of long ago, and three that are not done.
    await app.deliver(complete).expect(200, { status: 'duplicate', eventId: complete.event_id });
    await again({ eventId: complete.event_id, hidden: {} });
    await again({ eventType: 'form_response_reviewed' });
    expect((await again({ submittedAt: minutesAgo(YEAR_MINUTES) })).body.status).toBe('quarantined');
    await app.settled();
    for (const status of ['dead', 'retrying', 'pending']) {
      const eventId = newId();
      await again({ eventId });
      await app.settled();
      await sql(`UPDATE webhook_event SET status = $2, next_attempt_at = 'infinity' WHERE event_id = $1`, [
        eventId,
        status,
      ]);
    }
    const before = await app.admin('get', `/v1/forms/${FORM}`).expect(200);

    expect(await erase(clientId)).toEqual({ responses: 2, deliveries: 9, atTypeform: null });

    expect(await person.traces()).toEqual([]);
    expect(app.logs.join() + (await app.http.get('/metrics')).text).not.toContain(person.email);
    for (const delivery of [...(await deliveriesOf(complete)), ...(await deliveriesOf(second))]) {
      expect(delivery).toMatchObject({ status: 'ignored', reason: 'erased', nextAttemptAt: null, lastError: null });
    }
    await app.admin('get', `/v1/clients/${clientId!}`).expect(404);
    await app.admin('get', `/v1/responses/${FORM}/${token}`).expect(404);
    expect((await app.admin('get', '/v1/responses?formId=erase2').expect(200)).body.items).toEqual([]);
    const exported = await app.admin('get', `/v1/responses/export?format=ndjson&formId=${FORM}`).buffer(true);
    expect(exported.text).toContain(other.email);
    expect(exported.text).not.toContain(token);
    const after = await app.admin('get', `/v1/forms/${FORM}`).expect(200);
    expect(after.body.responseCount).toBe((before.body.responseCount as number) - 1);
    expect(await other.traces()).toEqual(expect.arrayContaining(['client', 'form_response', 'webhook_event']));
    await app.admin('get', `/v1/deliveries/${kept.event_id}/payload`).expect(200);
  });

  it('with one audit entry that says nothing of the person, and not without it', async () => {
    const person = new Person();
    await person.answers();
    const clientId = await person.client();
    await sql(`
      CREATE FUNCTION sabotage() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'sabotage'; END $$;
      CREATE TRIGGER sabotage BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION sabotage()`);
    await app.admin('delete', `/v1/clients/${clientId!}`).expect(500);
    await sql('DROP FUNCTION sabotage CASCADE');
    expect(await person.client()).toBe(clientId);

    await erase(clientId);
    const { body } = await app.admin('get', '/v1/audit?action=client.erased&limit=1').expect(200);
    expect(body.items).toMatchObject([
      {
        subject: clientId,
        actorId: 'bootstrap',
        details: { responses: 1, deliveries: 1, atTypeform: false },
        requestId: expect.any(String),
      },
    ]);
    expect((await app.admin('get', '/v1/audit/verify').expect(200)).body.valid).toBe(true);
  });

  it('only by an admin, only what is there, and again without effect', async () => {
    const person = new Person();
    await person.answers();
    const clientId = await person.client();
    for (const role of ['viewer', 'operator']) {
      const { body } = await app.admin('post', '/v1/api-keys').send({ name: role, role }).expect(201);
      await app.admin('delete', `/v1/clients/${clientId!}`, (body as { key: string }).key).expect(403);
    }
    const { body } = await app.admin('delete', `/v1/clients/${clientId!}?atTypeform=maybe`).expect(422);
    expect(body.errors).toMatchObject([{ path: 'atTypeform' }]);
    await app.admin('delete', '/v1/clients/00000000-0000-4000-8000-000000000000').expect(404);
    expect(await person.client()).toBe(clientId);

    const entries = async (): Promise<number> => {
      const { body: page } = await app.admin('get', '/v1/audit?action=client.erased&limit=200').expect(200);
      return (page as { items: object[] }).items.length;
    };
    expect(await erase(clientId)).toMatchObject({ responses: 1, deliveries: 1 });
    const made = await entries();
    expect(await erase(clientId)).toEqual({ responses: 0, deliveries: 0, atTypeform: null });
    expect(await entries()).toBe(made);
  });
});

describe('an erased response is not brought back by', () => {
  it('a replay', async () => {
    const { person, event } = await erasedPerson();
    const replay = await app.admin('post', `/v1/deliveries/${event.event_id}/replay`).expect(409);
    expect(replay.body.detail).toContain('erased');
    const payload = await app.admin('get', `/v1/deliveries/${event.event_id}/payload`).expect(404);
    expect(payload.body.detail).toContain('erased');
    const { body } = await app.admin('post', '/v1/deliveries/replay').send({ status: 'ignored' }).expect(200);
    expect(body.matched).toBeGreaterThan(body.queued);
    await app.settled();
    expect(await deliveriesOf(event)).toMatchObject([{ status: 'ignored', reason: 'erased', source: 'webhook' }]);
    expect(await person.traces()).toEqual([]);
  });

  it('the same delivery again, also with another body', async () => {
    const { person, event } = await erasedPerson();
    const changed = person.event({ eventId: event.event_id, token: tokenOf(event), hidden: {} });
    for (const body of [event, changed, event])
      await app.deliver(body).expect(200, { status: 'duplicate', eventId: event.event_id });
    expect(await deliveriesOf(event)).toMatchObject([{ status: 'ignored', duplicates: 3 }]);
    expect(await person.traces()).toEqual([]);
  });

  it.each<[string, EventOverrides, typeof newEvent]>([
    ['complete', {}, newEvent],
    ['partial', {}, newPartial],
    ['of an unknown type', { eventType: 'form_response_reviewed' }, newEvent],
    ['of long ago', { submittedAt: minutesAgo(YEAR_MINUTES) }, newEvent],
  ])('another event about it: %s', async (_what, overrides, make) => {
    const { person, event } = await erasedPerson();
    const another = person.event({ token: tokenOf(event), ...overrides }, make);
    await app.deliver(another).expect(200);
    await app.settled();
    const { body } = await app.admin('get', `/v1/deliveries/${another.event_id}`).expect(200);
    expect(body).toMatchObject({ status: 'ignored', reason: 'erased', nextAttemptAt: null });
    await app.admin('get', `/v1/deliveries/${another.event_id}/payload`).expect(404);
    await app.admin('post', `/v1/deliveries/${another.event_id}/replay`).expect(409);
    expect(await person.traces()).toEqual([]);
  });

  it('whoever writes past the service', async () => {
    const { event } = await erasedPerson();
    await new Person().answers();
    const columns = `event_id, response_type, test, received_at, effective_at, answers, hidden, variables, identifiers, created_at, updated_at`;
    await expect(
      sql(
        `INSERT INTO form_response (form_id, token, ${columns}) SELECT $1, $2, ${columns} FROM form_response LIMIT 1`,
        [FORM, tokenOf(event)],
      ),
    ).rejects.toThrow('erased');
  });

  it('a back-fill, which takes it for known', async () => {
    const form = sandbox.control.forms()[0]!.id;
    const [token, other] = sandbox.control
      .submit(form, { count: 2, deliver: false, at: minutesAgo(60) })
      .map((submitted) => submitted.token);
    const person = new Person();
    // Only partials were delivered and erased; Typeform has the complete response.
    await app.deliver(person.event({ formId: form, token, submittedAt: minutesAgo(90) }, newPartial)).expect(200);
    await app.settled();
    await erase(await person.client());

    const { body: run } = await app.admin('post', '/v1/backfills').send({ formId: form }).expect(202);
    let done: Record<string, unknown> = {};
    await eventually(async () => {
      done = (await app.admin('get', `/v1/backfills/${String(run.id)}`)).body as Record<string, unknown>;
      return done.status === 'done';
    }, 'the back-fill is done');
    await app.settled();
    expect(done).toMatchObject({ seen: 2, recovered: 1, duplicates: 1 });
    const { body } = await app.admin('get', `/v1/responses?formId=${form}`).expect(200);
    expect(body.items).toMatchObject([{ token: other }]);
  });
});

describe('what is not erased is kept', () => {
  it('another response under the event id of an erased one', async () => {
    const { event } = await erasedPerson();
    const stranger = new Person();
    const other = stranger.event({ eventId: event.event_id });
    await app.deliver(other).expect(200, { status: 'duplicate', eventId: event.event_id });
    await app.deliver(other).expect(200);
    expect(await deliveriesOf(other)).toMatchObject([{ status: 'quarantined', reason: 'event_id_conflict' }]);
    expect(await stranger.traces()).toEqual(['webhook_event']);
  });

  it('a new submission of the same person, who is a new client', async () => {
    const { person, clientId } = await erasedPerson();
    await person.answers();
    const back = await person.client();
    expect(back).not.toBeNull();
    expect(back).not.toBe(clientId);
    expect(await erase(clientId)).toMatchObject({ responses: 0 });
    expect(await person.client()).toBe(back);
  });
});

describe('at the same moment', () => {
  it('a hundred deliveries leave nothing', async () => {
    for (let round = 0; round < 3; round += 1) {
      const person = new Person();
      const event = await person.answers();
      const clientId = await person.client();
      const token = tokenOf(event);
      const kinds: (() => FixtureEvent)[] = [
        () => event,
        () => person.event({ token }),
        () => person.event({ token, eventId: event.event_id, hidden: { changed: newId() } }),
        () => person.event({ token, submittedAt: minutesAgo(YEAR_MINUTES) }),
        () => person.event({ token }, newPartial),
      ];
      const deliver = (count: number) =>
        Array.from({ length: count }, (_, index) => app.deliver(kinds[index % kinds.length]!()).expect(200));
      const first = Promise.all(deliver(50));
      const [erased] = await Promise.all([erase(clientId), first, ...deliver(50)]);
      expect(erased).toMatchObject({ responses: 1 });
      await app.settled();
      expect(await person.traces()).toEqual([]);
      expect(await person.client()).toBeNull();
    }
  });

  it('an event whose insert is under way is waited for', async () => {
    const person = new Person();
    const event = await person.answers();
    const clientId = await person.client();
    const session = await app.database.pool.connect();
    try {
      await session.query('BEGIN');
      await session.query(
        `INSERT INTO webhook_event SELECT (jsonb_populate_record(event, '{"event_id": "late", "status": "quarantined"}')).*
           FROM webhook_event AS event WHERE event_id = $1`,
        [event.event_id],
      );
      const erasing = erase(clientId);
      await someoneWaits('advisory');
      await session.query('COMMIT');
      expect(await erasing).toMatchObject({ responses: 1, deliveries: 2 });
    } finally {
      session.release();
    }
    expect(await person.traces()).toEqual([]);
  });

  it('an event that is inserted meanwhile waits, and is kept without its body', async () => {
    const person = new Person();
    const event = await person.answers();
    const clientId = await person.client();
    const late = person.event({ token: tokenOf(event), submittedAt: minutesAgo(YEAR_MINUTES) });
    const session = await app.database.pool.connect();
    try {
      await session.query('BEGIN');
      await session.query('SELECT FROM client WHERE id = $1 FOR UPDATE', [clientId]);
      const erasing = erase(clientId);
      await someoneWaits('transactionid');
      const delivering = app.deliver(late).expect(200);
      const answered = delivering.then(() => 'answered');
      await someoneWaits('advisory');
      await session.query('COMMIT');
      expect(await erasing).toMatchObject({ responses: 1, deliveries: 1 });
      expect(await answered).toBe('answered');
    } finally {
      session.release();
    }
    expect((await app.admin('get', `/v1/deliveries/${late.event_id}`)).body).toMatchObject({ reason: 'erased' });
    expect(await person.traces()).toEqual([]);
  });

  it('an event that is being processed is waited for', async () => {
    const person = new Person();
    await person.answers();
    const clientId = await person.client();
    const session = await app.database.pool.connect();
    try {
      await session.query('BEGIN');
      await session.query('SELECT FROM client WHERE id = $1 FOR UPDATE', [clientId]);
      await app.deliver(person.event()).expect(200);
      await someoneWaits('transactionid');
      const erasing = erase(clientId);
      await someoneWaits('advisory');
      await session.query('COMMIT');
      expect(await erasing).toEqual({ responses: 2, deliveries: 2, atTypeform: null });
    } finally {
      session.release();
    }
    await app.settled();
    expect(await person.traces()).toEqual([]);
  });

  it('a change that stays in the way is a conflict, and nothing is erased', async () => {
    const person = new Person();
    await person.answers();
    const clientId = await person.client();
    const session = await app.database.pool.connect();
    try {
      await session.query('BEGIN');
      await session.query('SELECT FROM client WHERE id = $1 FOR UPDATE', [clientId]);
      const { body } = await app.admin('delete', `/v1/clients/${clientId!}`).expect(409);
      expect(body.detail).toContain('nothing was erased');
    } finally {
      await session.query('ROLLBACK');
      session.release();
    }
    expect(await person.client()).toBe(clientId);
  });
});

describe('at Typeform', () => {
  const listed = (form: string): Promise<string[]> =>
    fetch(`${sandbox.url}/forms/${form}/responses`, { headers: { authorization: `Bearer ${API_KEY}` } })
      .then((response) => response.json() as Promise<{ items: { token: string }[] }>)
      .then(({ items }) => items.map(({ token }) => token));
  const deletions = () => sandbox.control.stats().api.calls.filter(({ method }) => method === 'DELETE');

  it('the responses are deleted on request only; what fails is said for each form and can be asked for again', async () => {
    const [first, second] = sandbox.control.forms().map(({ id }) => id) as [string, string];
    const person = new Person();
    for (const form of [first, second]) {
      const [submitted] = sandbox.control.submit(form, { deliver: false, at: minutesAgo(30) });
      await person.answers({ formId: form, token: submitted!.token });
    }
    await person.answers({ formId: 'unknownform' });
    const clientId = await person.client();
    const [before] = await listed(first);
    expect(await erase(clientId)).toEqual({ responses: 3, deliveries: 3, atTypeform: null });
    expect(deletions()).toEqual([]);

    sandbox.control.addFault({ kind: 'status', target: 'api', status: 403, match: `DELETE /forms/${second}` });
    const { atTypeform } = await erase(clientId, '?atTypeform=true');
    expect(atTypeform).toEqual({
      requested: 1,
      failed: expect.arrayContaining([
        {
          formId: second,
          tokens: [expect.any(String)],
          code: 'typeform_error',
          detail: expect.stringContaining('responses:write'),
        },
        {
          formId: 'unknownform',
          tokens: [expect.any(String)],
          code: 'typeform_error',
          detail: expect.stringContaining('check the form id'),
        },
      ]),
    });
    expect(atTypeform?.failed).toHaveLength(2);

    sandbox.control.addFault({ kind: 'drop', target: 'api', times: 2, match: `DELETE /forms/${first}` });
    expect(await erase(clientId, '?atTypeform=true')).toMatchObject({
      responses: 0,
      atTypeform: { requested: 1, failed: [{ formId: expect.any(String) }, { formId: expect.any(String) }] },
    });
    const again = await erase(clientId, '?atTypeform=true');
    expect(again.atTypeform).toMatchObject({ requested: 2, failed: [{ formId: 'unknownform' }] });
    const { body } = await app.admin('get', '/v1/audit?action=client.erased&limit=4').expect(200);
    expect(body.items).toMatchObject([
      { details: { responses: 0, atTypeform: true } },
      { details: { responses: 0, atTypeform: true } },
      { details: { responses: 0, atTypeform: true } },
      { details: { responses: 3, atTypeform: false } },
    ]);

    await sandbox.control.setClock({ advanceSeconds: 3_600 });
    expect(await listed(first)).not.toContain(before);
    expect(await listed(second)).toEqual([]);
    expect(await person.traces()).toEqual([]);
  });
});
