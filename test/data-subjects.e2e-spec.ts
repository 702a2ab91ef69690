/** A person is found wherever something of them lies, and forgotten everywhere. */
import type { TypeformSandbox } from '../sandbox/sandbox';
import type { DataSubjectErasureResult, DataSubjectView } from '../src/privacy/data-subjects.dto';
import { EventOverrides, FixtureEvent, question } from './fixtures/typeform-events';
import { askEmail, askName, askPhone, minutesAgo, newEvent, newId, newPartial, tokenOf } from './support/events';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { eventually, startTestApp, TestApp } from './support/test-app';

const FORM = 'subjects';
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

/** Waits until no event is pending, but for those that a test keeps so. */
const settled = (): Promise<void> =>
  eventually(
    async () =>
      (await sql(`SELECT FROM webhook_event WHERE status = 'pending' AND next_attempt_at < 'infinity'`)).length === 0,
    'no event is due',
  );

async function deliver(event: FixtureEvent): Promise<FixtureEvent> {
  await app.deliver(event).expect(200);
  await settled();
  return event;
}

/** An event that is left in this status. */
async function left(status: string, event: FixtureEvent): Promise<FixtureEvent> {
  await deliver(event);
  await sql(`DELETE FROM form_response WHERE event_id = $1`, [event.event_id]);
  await sql(`UPDATE webhook_event SET status = $2, next_attempt_at = 'infinity' WHERE event_id = $1`, [
    event.event_id,
    status,
  ]);
  return event;
}

const search = async (person: object): Promise<DataSubjectView> =>
  (await app.admin('post', '/v1/data-subjects/search').send(person).expect(200)).body as DataSubjectView;
const erase = async (what: object): Promise<DataSubjectErasureResult> =>
  (await app.admin('post', '/v1/data-subjects/erase').send(what).expect(200)).body as DataSubjectErasureResult;
const delivery = async (event: FixtureEvent): Promise<Record<string, unknown>> =>
  (await app.admin('get', `/v1/deliveries/${event.event_id}`).expect(200)).body as Record<string, unknown>;
const payload = async (event: FixtureEvent): Promise<number> =>
  (await app.admin('get', `/v1/deliveries/${event.event_id}/payload`)).status;
const newest = async (): Promise<Record<string, unknown>> =>
  ((await app.admin('get', '/v1/audit?limit=1').expect(200)).body as { items: [Record<string, unknown>] }).items[0];
const clientIdOf = async (email: string): Promise<string | undefined> =>
  ((await app.admin('get', `/v1/clients?email=${email}`).expect(200)).body as { items: { id: string }[] }).items[0]?.id;

const story = (text: string) => question('story', 'Tell us more', 'long_text', 'text', text);
/** A phone of no other test. */
let phones = 0;
const newPhone = (): string => `+1202555${String((phones += 1)).padStart(4, '0')}`;

/** Somebody of whom something lies in every corner: what is found of them, and events of others. */
async function scattered() {
  const id = newId();
  const email = `${id}@example.com`;
  const phone = newPhone();
  const about = (text: string, overrides: EventOverrides = {}) =>
    newEvent({ formId: FORM, questions: [story(text)], ...overrides });
  const client = await deliver(
    newEvent({ formId: FORM, questions: [askEmail(email.toUpperCase()), askName(`Ada ${id}`)] }),
  );
  // A response of somebody else that names the person, and a version that another one replaced.
  const other = `other-${id}@example.com`;
  const mention = await deliver(newEvent({ formId: FORM, questions: [askEmail(other), story(`Ask <${email}>.`)] }));
  const token = newId();
  const at = minutesAgo(9);
  const replaced = await deliver(
    newPartial({ formId: FORM, token, submittedAt: at, questions: [story(`I am ${email}`)] }),
  );
  const final = await deliver(newEvent({ formId: FORM, token, questions: [story('Rather not say')] }));
  const strays = [
    await deliver(about(`Write to ${email}`, { submittedAt: minutesAgo(YEAR_MINUTES) })),
    await deliver(
      about(`call ${phone.slice(2, 5)} ${phone.slice(5, 8)}-${phone.slice(8)}`, {
        eventType: 'form_response_reviewed',
      }),
    ),
    await left('dead', about('x', { hidden: { link: `https://example.org/?m=${id}%40example.com` } })),
    await left('retrying', about(`${email}, +1 (202) 555-0000`)),
    await left('pending', about(phone)),
  ];
  const anonymous = await deliver(newPartial({ formId: FORM, questions: [story(`Ada ${id}: ${phone}`)] }));
  const others = [
    await left('dead', about(`x${email} ${email}.br ${phone}9`)),
    await deliver(about('nobody', { submittedAt: minutesAgo(YEAR_MINUTES) })),
  ];
  return { id, email, phone, other, client, mention, replaced, final, strays, anonymous, others };
}

const ids = (events: readonly FixtureEvent[]): string[] => events.map(({ event_id: eventId }) => eventId).sort();

describe('a search', () => {
  it('finds a person whoever it is filed under, in whatever notation, and nobody else', async () => {
    const who = await scattered();
    const { email, phone, client, mention, replaced, strays, anonymous } = who;
    const clientId = await clientIdOf(email);
    const byBoth = await search({
      email: ` ${email.toUpperCase()}`,
      phone: `001 ${phone.slice(2, 5)} ${phone.slice(5)}`,
    });
    expect(byBoth.clientIds).toEqual([clientId]);
    expect(byBoth.responses.map(({ token }) => token).sort()).toEqual([client, mention, anonymous].map(tokenOf).sort());
    expect(byBoth.events.map(({ eventId }) => eventId).sort()).toEqual(
      ids([client, mention, replaced, anonymous, ...strays]),
    );
    expect(byBoth.events).toContainEqual({
      eventId: strays[0]!.event_id,
      formId: FORM,
      token: tokenOf(strays[0]!),
      status: 'quarantined',
      reason: 'too_old',
    });
    expect(byBoth.counts).toEqual({ clients: 1, responses: 3, events: 9 });

    const byPhone = await search({ phone });
    expect(byPhone.events.map(({ eventId }) => eventId).sort()).toEqual(ids([strays[1]!, strays[4]!, anonymous]));
    const byName = await search({ name: `ÁDA ${who.id}` });
    expect(byName.responses.map(({ token }) => token).sort()).toEqual([client, anonymous].map(tokenOf).sort());
    expect((await search({ email: 'nobody-at-all@example.com' })).counts).toEqual({
      clients: 0,
      responses: 0,
      events: 0,
    });
  });

  it('reads bodies that cannot be parsed, and finds an international domain in both spellings', async () => {
    const [damaged, idn] = [
      await left('dead', newEvent({ formId: FORM })),
      await left('ignored', newEvent({ formId: FORM })),
    ];
    await sql(`UPDATE webhook_event SET payload = $2 WHERE event_id = $1`, [
      damaged.event_id,
      Buffer.from('{"email":"Damaged\\u0040Example.com'),
    ]);
    await sql(`UPDATE webhook_event SET payload = $2 WHERE event_id = $1`, [
      idn.event_id,
      Buffer.from('["Я: me@пример.рф"]'),
    ]);
    expect((await search({ email: 'damaged@example.com' })).events).toMatchObject([{ eventId: damaged.event_id }]);
    expect((await search({ email: 'ME@xn--e1afmkfd.xn--p1ai' })).events).toMatchObject([{ eventId: idn.event_id }]);
  });

  it('finds what a record could not hold', async () => {
    const email = `${newId()}@example.com`;
    const answers = Array.from({ length: 1_050 }, (_, index) =>
      question(`q${index}`, 'Word', 'short_text', 'text', 'word'),
    );
    const cut = await deliver(
      newEvent({ formId: 'wide', questions: [...answers, question('last', 'Last', 'short_text', 'text', email)] }),
    );
    expect((await delivery(cut)).reason).toBe('truncated');
    const long = await deliver(newEvent({ formId: FORM, questions: [story(`${'word '.repeat(5_000)}${email}`)] }));
    const { events, counts } = await search({ email });
    expect(events.map(({ eventId }) => eventId).sort()).toEqual(ids([cut, long]));
    expect(counts).toEqual({ clients: 0, responses: 2, events: 2 });
    expect(await erase({ email, preview: true })).toMatchObject(counts);
  });

  it('leaves an audit entry that does not say who was looked for; asking for nobody is refused', async () => {
    const { body: made } = await app
      .admin('post', '/v1/api-keys')
      .send({ name: 'reader', role: 'operator' })
      .expect(201);
    const asked = { email: 'wanted@example.com', name: 'Wanted' };
    await app.admin('post', '/v1/data-subjects/search', String(made.key)).send(asked).expect(200);
    expect(await newest()).toMatchObject({
      ...{ action: 'data_subject.searched', subject: '*', actorName: 'reader' },
      details: { by: ['email', 'name'] },
    });
    for (const nobody of [{}, { email: 'no address' }, { email: '@' }, { name: '?!' }, { phone: '12' }])
      await app.admin('post', '/v1/data-subjects/search').send(nobody).expect(422);
    const entries = await sql<{ entry: string }>('SELECT entry::text AS entry FROM audit_entry AS entry');
    expect(entries.map(({ entry }) => entry).join()).not.toMatch(/wanted/i);
    expect(app.logs.join()).not.toContain('wanted@example.com');
  });
});

describe('an erasure', () => {
  it('is previewed, forgets the person everywhere, and nobody else; it is recorded without the person', async () => {
    const who = await scattered();
    const { id, email, phone, other, mention, replaced, final, strays, anonymous, others } = who;
    // Somebody who also gave an answer that says nothing of the person.
    const friend = `friend-${id}@example.com`;
    await deliver(newEvent({ formId: FORM, questions: [askEmail(friend), story(`Hello ${email}`)] }));
    await deliver(newEvent({ formId: FORM, questions: [askEmail(friend), story('Nothing of anybody')] }));
    const otherClients = [
      { clientId: (await clientIdOf(other))!, remains: false },
      { clientId: (await clientIdOf(friend))!, remains: true },
    ].sort((one, two) => (one.clientId < two.clientId ? -1 : 1));
    const { counts } = await search({ email, phone });
    expect(counts).toEqual({ clients: 1, responses: 4, events: 10 });
    const rest = { otherClients, left: null, atTypeform: null };
    expect(await erase({ email, phone, preview: true })).toEqual({ preview: true, ...counts, ...rest });
    expect(await newest()).toMatchObject({ action: 'data_subject.searched', details: { by: ['email', 'phone'] } });
    expect((await search({ email, phone })).counts).toEqual(counts);

    expect(await erase({ email, phone })).toEqual({ preview: false, ...counts, ...rest });
    expect(await newest()).toMatchObject({ action: 'data_subject.erased', details: { clients: 1, otherClients: 1 } });
    expect(await clientIdOf(friend)).toBeDefined();
    expect((await search({ email, phone, name: `Ada ${id}` })).counts).toEqual({ clients: 0, responses: 0, events: 0 });
    for (const event of [mention, replaced, anonymous, ...strays]) {
      expect(await delivery(event)).toMatchObject({ status: 'ignored', reason: 'erased', nextAttemptAt: null });
      expect(await payload(event)).toBe(404);
    }
    for (const event of [final, ...others]) expect(await payload(event)).toBe(200);
    await app.admin('get', `/v1/responses/${FORM}/${tokenOf(final)}`).expect(200);
    expect(await clientIdOf(other)).toBeUndefined();

    const { body } = await app.admin('get', '/v1/erasures?limit=1').expect(200);
    expect(body.items).toEqual([
      {
        ...{ at: expect.any(String), actorId: 'bootstrap', actorName: expect.any(String), kind: 'data_subject' },
        ...{ responses: 4, events: 10, atTypeform: false },
      },
    ]);
    const entries = await sql<{ entry: string }>('SELECT entry::text AS entry FROM audit_entry AS entry');
    expect(entries.map(({ entry }) => entry).join()).not.toMatch(new RegExp(`${id}|${phone.slice(2)}`));
    expect(app.logs.join()).not.toContain(id);
    expect((await app.admin('get', '/v1/audit/verify').expect(200)).body).toMatchObject({ valid: true });
    expect(await erase({ email, phone })).toMatchObject({ clients: 0, responses: 0, events: 0 });
  });

  it('keeps what it erased away: repeated, delivered under another id, replayed', async () => {
    const { email, phone, strays, anonymous } = await scattered();
    await erase({ email, phone });
    for (const event of [...strays, anonymous]) {
      await app.deliver(event).expect(200, { status: 'duplicate', eventId: event.event_id });
      await app.admin('post', `/v1/deliveries/${event.event_id}/replay`).expect(409);
      const again = await deliver({ ...event, event_id: newId(), event_type: 'form_response' });
      expect(await delivery(again)).toMatchObject({ status: 'ignored', reason: 'erased' });
    }
    await app.admin('post', '/v1/deliveries/replay').send({ formId: FORM, status: 'ignored,dead' }).expect(200);
    await settled();
    expect((await search({ email, phone })).counts).toEqual({ clients: 0, responses: 0, events: 0 });
  });

  it('takes what is named, in more than one transaction where it is much, and only what is certain', async () => {
    const formId = 'named';
    const events = Array.from({ length: 230 }, () => newEvent({ formId, submittedAt: minutesAgo(YEAR_MINUTES) }));
    await Promise.all(events.map((event) => app.deliver(event).expect(200)));
    const kept = events.pop()!;
    const eventIds = [...ids(events), 'unknown'];
    expect(await erase({ eventIds, preview: true })).toMatchObject({ clients: 0, responses: 0, events: 229 });
    expect(await erase({ eventIds })).toMatchObject({ clients: 0, responses: 0, events: 229 });
    expect(await newest()).toMatchObject({
      action: 'data_subject.erased',
      details: { by: ['eventIds'], deliveries: 229, atTypeform: false },
    });
    expect(await payload(kept)).toBe(200);
    expect(await erase({ eventIds })).toMatchObject({ events: 0 });

    for (const [body, path] of [
      [{}, ''],
      [{ clientIds: [] }, ''],
      [{ phone: '202 555 0123' }, 'phone'],
      [{ email: 'a@b' }, 'email'],
      [{ name: 'Ada' }, 'name'],
    ] as const) {
      const refused = await app.admin('post', '/v1/data-subjects/erase').send(body).expect(422);
      expect(refused.body.errors).toMatchObject([{ path }]);
    }
  });

  it('goes on where it was interrupted', async () => {
    const email = `${newId()}@example.com`;
    const make = () =>
      newEvent({ formId: 'halted', submittedAt: minutesAgo(YEAR_MINUTES), questions: [askEmail(email)] });
    const events = Array.from({ length: 150 }, make);
    await Promise.all(events.map((event) => app.deliver(event).expect(200)));
    // The second transaction fails.
    await sql(`
      CREATE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM erased_response WHERE form_id = 'halted') > 100 THEN RAISE EXCEPTION 'halt'; END IF; RETURN NULL; END $$;
      CREATE TRIGGER halt AFTER INSERT ON erased_response FOR EACH STATEMENT EXECUTE FUNCTION halt()`);
    await app.admin('post', '/v1/data-subjects/erase').send({ email }).expect(500);
    await sql('DROP FUNCTION halt CASCADE');
    expect(await newest()).toMatchObject({ action: 'data_subject.erased', details: { deliveries: 150 } });
    expect((await search({ email })).counts.events).toBe(50);
    expect(await erase({ email })).toMatchObject({ events: 50 });
    expect((await search({ email })).counts.events).toBe(0);
  });

  it('says what is left where more keeps arriving, and goes on when called again', async () => {
    const email = `${newId()}@example.com`;
    await deliver(newEvent({ formId: 'endless', submittedAt: minutesAgo(YEAR_MINUTES), questions: [askEmail(email)] }));
    // Whenever one is erased, another one comes.
    await sql(`
      CREATE FUNCTION come_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO webhook_event (event_id, event_type, form_id, token, source, status, reason, received_at, payload_bytes, payload)
        SELECT gen_random_uuid(), event_type, form_id, gen_random_uuid(), source, status, reason, received_at, payload_bytes, payload
          FROM webhook_event WHERE form_id = 'endless' AND payload IS NOT NULL;
        RETURN NULL; END $$;
      CREATE TRIGGER come_again AFTER INSERT ON erased_response FOR EACH STATEMENT EXECUTE FUNCTION come_again()`);
    const [{ id: before } = { id: '0' }] = await sql<{ id: string }>(
      'SELECT coalesce(max(id), 0) AS id FROM audit_entry',
    );
    const { left: remaining, events } = await erase({ email });
    await sql('DROP FUNCTION come_again CASCADE');
    expect(remaining).toEqual({ clients: 0, responses: 0, events: 1 });
    expect(events).toBeGreaterThan(1);
    expect(await newest()).toMatchObject({
      action: 'data_subject.erasure_continued',
      details: { by: ['email'], left: remaining },
    });
    const rows = await sql<{ action: string; erased: number }>(
      `SELECT action, (details ->> 'deliveries')::integer AS erased FROM audit_entry
        WHERE id > $1 AND starts_with(action, 'data_subject.eras') ORDER BY id`,
      [before],
    );
    expect(rows).toEqual([
      { action: 'data_subject.erased', erased: 1 },
      ...Array.from({ length: events - 1 }, () => ({ action: 'data_subject.erasure_continued', erased: 1 })),
      { action: 'data_subject.erasure_continued', erased: 0 },
    ]);
    expect(await erase({ email })).toMatchObject({ events: 1, left: null });
    expect((await search({ email })).counts.events).toBe(0);
  });

  it('asks Typeform when told to, says what failed, and asks again for the responses that are named', async () => {
    const form = sandbox.control.forms()[0]!.id;
    const [submitted] = sandbox.control.submit(form, { deliver: false, at: minutesAgo(30) });
    const email = `${newId()}@example.com`;
    const token = submitted!.token;
    await deliver(
      newEvent({ formId: form, token, submittedAt: minutesAgo(YEAR_MINUTES), questions: [askEmail(email)] }),
    );
    sandbox.control.addFault({ kind: 'status', target: 'api', status: 403, match: `DELETE /forms/${form}` });
    const { atTypeform } = await erase({ email, atTypeform: true });
    expect(atTypeform).toMatchObject({
      requested: 0,
      failed: [{ formId: form, tokens: [token], code: 'typeform_error' }],
    });
    const responses = [{ formId: form, token }];
    expect(await erase({ responses, atTypeform: true })).toMatchObject({
      events: 0,
      atTypeform: { requested: 1, failed: [] },
    });

    const { body: run } = await app.admin('post', '/v1/backfills').send({ formId: form }).expect(202);
    await eventually(
      async () => (await app.admin('get', `/v1/backfills/${String(run.id)}`)).body.status === 'done',
      'the back-fill is done',
    );
    await settled();
    await app.admin('get', `/v1/responses/${form}/${token}`).expect(404);
  });

  it('of two replicas at once counts everything once', async () => {
    const replica = await startTestApp({ RECONCILE_INTERVAL_SECONDS: '0' }, { database: app.database });
    try {
      const email = `${newId()}@example.com`;
      for (let event = 0; event < 5; event += 1)
        await deliver(newEvent({ formId: FORM, questions: [askEmail(email)] }));
      const erasures = [app, replica, app, replica].map((one) =>
        one.admin('post', '/v1/data-subjects/erase').send({ email }).expect(200),
      );
      const counts = (await Promise.all(erasures)).map(({ body }) => (body as DataSubjectErasureResult).events);
      expect(counts.reduce((sum, events) => sum + events)).toBe(5);
      expect((await search({ email })).counts).toEqual({ clients: 0, responses: 0, events: 0 });
    } finally {
      await replica.stop();
    }
  });

  it('beside deliveries of the same person leaves nothing of what was there before', async () => {
    const email = `${newId()}@example.com`;
    const make = (): FixtureEvent => newEvent({ formId: FORM, questions: [askEmail(email)] });
    const before = Array.from({ length: 20 }, make);
    await Promise.all(before.map((event) => app.deliver(event).expect(200)));
    const [erased] = await Promise.all([
      erase({ email }),
      ...Array.from({ length: 20 }, () => app.deliver(make()).expect(200)),
    ]);
    expect(erased.events).toBeGreaterThanOrEqual(20);
    for (const event of before) expect(await payload(event)).toBe(404);
    await settled();
    await erase({ email });
    expect((await search({ email })).counts).toEqual({ clients: 0, responses: 0, events: 0 });
  });
});

describe('the erasure of a client', () => {
  it('takes bodies that name it and belong to nobody along, but not by a phone it shares', async () => {
    const [email, phone, shared] = [`${newId()}@example.com`, newPhone(), newPhone()];
    await deliver(newEvent({ formId: FORM, questions: [askEmail(email), askPhone(phone)] }));
    await deliver(newEvent({ formId: FORM, questions: [askEmail(email), askPhone(shared)] }));
    await deliver(newEvent({ formId: FORM, questions: [askEmail(`o${email}`), askPhone(shared)] }));
    const stray = (text: string) =>
      deliver(newEvent({ formId: FORM, submittedAt: minutesAgo(YEAR_MINUTES), questions: [story(text)] }));
    const [own, byPhone, undecided] = [await stray(email.toUpperCase()), await stray(phone), await stray(shared)];
    const clientId = await clientIdOf(email);
    const { body } = await app.admin('delete', `/v1/clients/${clientId!}`).expect(200);
    expect(body).toEqual({ responses: 2, deliveries: 4, atTypeform: null });
    expect(await Promise.all([own, byPhone, undecided].map(payload))).toEqual([404, 404, 200]);
    expect(await clientIdOf(`o${email}`)).toBeDefined();
  });
});

describe('a single response is erased', () => {
  it('with its deliveries; its client keeps what the others say, and forgets what it alone gave', async () => {
    const [kept, gone, phone] = [`${newId()}@example.com`, `${newId()}@example.com`, newPhone()];
    const first = await deliver(
      newEvent({
        formId: FORM,
        submittedAt: minutesAgo(5),
        questions: [askEmail(gone), askPhone(phone), askName('Old Name')],
      }),
    );
    const second = await deliver(newEvent({ formId: FORM, questions: [askPhone(phone), story('Hello')] }));
    const clientId = (await clientIdOf(gone))!;
    const path = `/v1/responses/${FORM}/${tokenOf(first)}`;
    expect((await app.admin('delete', path).expect(200)).body).toEqual({
      responses: 1,
      deliveries: 1,
      atTypeform: null,
    });
    expect(await newest()).toMatchObject({ action: 'response.erased', subject: `${FORM}/${tokenOf(first)}` });
    await app.admin('get', path).expect(404);
    const { body } = await app.admin('get', `/v1/clients/${clientId}`).expect(200);
    expect(body).toMatchObject({ email: null, phone, responses: [{ token: tokenOf(second) }] });
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`${gone}|Old Name`));
    expect((await search({ email: gone })).counts).toEqual({ clients: 0, responses: 0, events: 0 });
    const { body: again } = await app.admin('delete', path).expect(200);
    expect(again).toMatchObject({ responses: 0, deliveries: 0 });
    await app.admin('delete', `/v1/responses/${FORM}/${newId()}`).expect(404);
    expect(await clientIdOf(kept)).toBeUndefined();

    await deliver({ ...first, event_id: newId() });
    await app.admin('get', path).expect(404);
  });
});

describe('a merged client', () => {
  it('forgets the address that only the erased response gave, and shows one that is left', async () => {
    const [left, gone] = [`${newId()}@example.com`, `${newId()}@example.com`];
    const [kept, erased] = [
      await deliver(newEvent({ formId: FORM, questions: [askEmail(left)] })),
      await deliver(newEvent({ formId: FORM, questions: [askEmail(gone)] })),
    ];
    const clientId = (await clientIdOf(gone))!;
    const otherId = await clientIdOf(left);
    await app.admin('post', `/v1/clients/${clientId}/merge`).send({ otherId }).expect(200);
    await app.admin('delete', `/v1/responses/${FORM}/${tokenOf(erased)}`).expect(200);
    const { body } = await app.admin('get', `/v1/clients/${clientId}`).expect(200);
    expect(body).toMatchObject({ email: left, responses: [{ token: tokenOf(kept) }] });
    for (const table of ['client', 'client_alias', 'form_response', 'webhook_event']) {
      const traces = await sql(`SELECT FROM ${table} AS t WHERE to_jsonb(t)::text LIKE $1`, [`%${gone}%`]);
      expect({ table, traces }).toEqual({ table, traces: [] });
    }
  });
});

describe('a single delivery is erased', () => {
  it('with its response, if that came from it', async () => {
    const email = `${newId()}@example.com`;
    const event = await deliver(newEvent({ formId: FORM, questions: [askEmail(email)] }));
    const path = `/v1/deliveries/${event.event_id}`;
    expect((await app.admin('delete', path).expect(200)).body).toEqual({
      responses: 1,
      deliveries: 1,
      atTypeform: null,
    });
    expect(await newest()).toMatchObject({ action: 'delivery.erased', subject: event.event_id });
    expect(await clientIdOf(email)).toBeUndefined();
    expect(await delivery(event)).toMatchObject({ status: 'ignored', reason: 'erased' });
    expect((await app.admin('delete', path).expect(200)).body).toMatchObject({ responses: 0, deliveries: 0 });
    await app.admin('delete', `/v1/deliveries/${newId()}`).expect(404);
    const again = await deliver({ ...event, event_id: newId() });
    expect(await delivery(again)).toMatchObject({ status: 'ignored', reason: 'erased' });
  });

  it('alone, if another one gave the response', async () => {
    const token = newId();
    const partial = await deliver(newPartial({ formId: FORM, token, submittedAt: minutesAgo(9) }));
    const complete = await deliver(newEvent({ formId: FORM, token }));
    const { body } = await app.admin('delete', `/v1/deliveries/${partial.event_id}`).expect(200);
    expect(body).toEqual({ responses: 0, deliveries: 1, atTypeform: null });
    expect(await Promise.all([partial, complete].map(payload))).toEqual([404, 200]);
    await app.admin('get', `/v1/responses/${FORM}/${token}`).expect(200);
  });
});

it("erasing a client leaves what mentions it and is, or will be, somebody else's", async () => {
  const email = 'mentioned@example.com';
  const mentions = (text: string, who: string) => newEvent({ formId: FORM, questions: [askEmail(who), story(text)] });
  await deliver(newEvent({ formId: FORM, questions: [askEmail(email)] }));
  const id = await clientIdOf(email);
  // Longer than a search text, so that its record alone does not tell everything.
  const long = await deliver(mentions(`Ask ${email}. ${'A long story. '.repeat(2_000)}`, 'long.story@example.com'));
  const waiting = await left('pending', mentions(`Ask ${email} as well`, 'waiting@example.com'));
  const dead = await left('dead', mentions(`Ask ${email} too`, 'dead@example.com'));
  await app.admin('delete', `/v1/clients/${id}`).expect(200);
  expect([await payload(long), await payload(waiting), await payload(dead)]).toEqual([200, 200, 404]);
  expect(await clientIdOf('long.story@example.com')).toBeDefined();
});
