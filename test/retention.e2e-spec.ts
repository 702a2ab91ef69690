/** Retention: what is older than a form keeps it goes, with all that belongs to it, and nothing brings it back. */
import type { FormRetentionView } from '../src/privacy/retention.dto';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { EventOverrides, FixtureEvent } from './fixtures/typeform-events';
import { askEmail, askPhone, minutesAgo, newEvent, tokenOf } from './support/events';
import { removeExpired } from './support/retention';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { eventually, startTestApp, TestApp } from './support/test-app';

const daysAgo = (days: number): string => minutesAgo(days * 24 * 60);

let sandbox: TypeformSandbox;
let app: TestApp;
beforeAll(async () => {
  sandbox = await startSandbox({ lagMinutes: 0 });
  app = await startTestApp(
    {
      TYPEFORM_API_BASE_URL: sandbox.url,
      TYPEFORM_API_KEY: API_KEY,
      RECONCILE_INTERVAL_SECONDS: '0',
      WEBHOOK_MAX_EVENT_AGE_DAYS: '36500',
      RESPONSE_RETENTION_DAYS: '365',
    },
    { typeformCallsPerSecond: 50 },
  );
});
afterAll(async () => {
  await app.stop();
  await sandbox.stop();
});

let forms = 0;
const newForm = (): string => `kept-${(forms += 1)}`;
const answered = async (days: number, overrides: EventOverrides): Promise<FixtureEvent> => {
  const event = newEvent({ submittedAt: daysAgo(days), landedAt: daysAgo(days), ...overrides });
  await app.deliver(event).expect(200);
  await app.settled();
  return event;
};
const responseIs = (event: FixtureEvent, status: number) =>
  app.admin('get', `/v1/responses/${String(event.form_response.form_id)}/${tokenOf(event)}`).expect(status);
const deliveryIs = (event: FixtureEvent, status: number) =>
  app.admin('get', `/v1/deliveries/${event.event_id}`).expect(status);
const clientsOf = async (email: string): Promise<{ id: string; phone: string | null }[]> =>
  (await app.admin('get', `/v1/clients?email=${email}`).expect(200)).body.items as {
    id: string;
    phone: string | null;
  }[];
const keep = (formId: string, retentionDays: number | null) =>
  app.admin('patch', `/v1/forms/${formId}`).send({ retentionDays }).expect(200);
const retentionOf = async (formId: string): Promise<FormRetentionView | undefined> =>
  ((await app.admin('get', '/v1/retention?limit=200').expect(200)).body.items as FormRetentionView[]).find(
    (form) => form.formId === formId,
  );

/** As if the last removal had been a day ago. */
const nextDay = (formId: string) =>
  app.database.pool.query(
    `UPDATE onboarding_form SET expired_before = expired_before - interval '25 hours' WHERE form_id = $1`,
    [formId],
  );

describe('a form', () => {
  it('keeps what the installation says, unless it says so itself', async () => {
    const formId = newForm();
    await answered(400, { formId });
    expect(await retentionOf(formId)).toMatchObject({ retentionDays: 365, decidedBy: 'installation', expired: 1 });
    expect((await keep(formId, 30)).body).toMatchObject({ retentionDays: 30 });
    expect(await retentionOf(formId)).toMatchObject({ retentionDays: 30, decidedBy: 'form' });
    await keep(formId, 0);
    expect(await retentionOf(formId)).toMatchObject({
      retentionDays: 0,
      decidedBy: 'form',
      expired: 0,
      nextExpiryAt: null,
    });
    expect((await keep(formId, null)).body).toMatchObject({ retentionDays: null });
    for (const retentionDays of [-1, 1.5, 36_501, '30']) {
      const { body } = await app.admin('patch', `/v1/forms/${formId}`).send({ retentionDays }).expect(422);
      expect(body.errors).toEqual([{ path: 'retentionDays', message: expect.stringContaining('must be') }]);
    }
    const { body } = await app.admin('get', `/v1/audit?action=form.updated`).expect(200);
    expect(body.items[0]).toMatchObject({ subject: formId, details: { retentionDays: { from: 0, to: null } } });
  });

  it('that keeps everything loses nothing', async () => {
    const formId = newForm();
    const old = await answered(4_000, { formId });
    await keep(formId, 0);
    await removeExpired(app);
    await responseIs(old, 200);
  });
});

describe('the daily removal', () => {
  it('takes expired responses with their events and clients, and leaves the rest as if they had never been', async () => {
    const formId = newForm();
    const [gone, stays] = [`gone.${formId}@example.com`, `stays.${formId}@example.com`];
    const expired = await answered(31, { formId, questions: [askEmail(gone)] });
    const earlier = await answered(40, { formId, questions: [askEmail(stays), askPhone('+12025550177')] });
    const recent = await answered(29, { formId, questions: [askEmail(stays)] });
    await keep(formId, 30);
    expect(await retentionOf(formId)).toMatchObject({ expired: 2, expiringWithin7Days: 3 });
    expect((await clientsOf(stays))[0]?.phone).toBe('+12025550177');

    await removeExpired(app);
    for (const event of [expired, earlier]) {
      await responseIs(event, 404);
      await deliveryIs(event, 404);
    }
    await responseIs(recent, 200);
    await deliveryIs(recent, 200);
    expect(await clientsOf(gone)).toEqual([]);
    expect(await clientsOf(stays)).toMatchObject([{ email: stays, phone: null }]);
    expect((await app.admin('get', `/v1/forms/${formId}`).expect(200)).body).toMatchObject({ responseCount: 1 });
    expect(await retentionOf(formId)).toMatchObject({ expired: 0, expiringWithin7Days: 1 });

    const { body, text } = await app.admin('get', '/v1/audit?action=retention.removed').expect(200);
    const entries = (body.items as { subject: string }[]).filter(({ subject }) => subject === formId);
    expect(entries).toMatchObject([
      { actorId: 'retention', details: { responses: 2, deliveries: 2, clients: 1 }, requestId: null },
    ]);
    expect(text).not.toContain(gone);
    expect((await app.admin('get', '/v1/audit/verify').expect(200)).body).toMatchObject({ valid: true });
  });

  it('takes events that became no response, but none that still waits', async () => {
    const formId = newForm();
    await answered(1, { formId });
    await app.admin('patch', `/v1/forms/${formId}`).send({ status: 'paused' }).expect(200);
    const ignored = await answered(50, { formId });
    await deliveryIs(ignored, 200);
    const waiting = await answered(60, { formId });
    await app.database.pool.query(
      `UPDATE webhook_event SET status = 'retrying', next_attempt_at = now() + interval '1 day' WHERE event_id = $1`,
      [waiting.event_id],
    );
    await keep(formId, 30);
    await removeExpired(app);
    await deliveryIs(ignored, 404);
    await deliveryIs(waiting, 200);
  });

  it('leaves a response with an event that waits for the next day', async () => {
    const formId = newForm();
    const event = await answered(50, { formId });
    const wait = (status: string) =>
      app.database.pool.query(
        `UPDATE webhook_event SET status = $2, next_attempt_at = now() + interval '1 day' WHERE event_id = $1`,
        [event.event_id, status],
      );
    await wait('retrying');
    await keep(formId, 30);
    await removeExpired(app);
    await responseIs(event, 200);
    await wait('processed');
    await nextDay(formId);
    await removeExpired(app);
    await responseIs(event, 404);
  });

  it('happens once a day, whoever asks', async () => {
    const formId = newForm();
    await answered(50, { formId });
    await keep(formId, 30);
    await removeExpired(app);
    const another = await answered(20, { formId });
    await app.database.pool.query(
      `UPDATE form_response SET effective_at = effective_at - interval '31 days' WHERE token = $1`,
      [tokenOf(another)],
    );
    await Promise.all([removeExpired(app), removeExpired(app)]);
    expect(await retentionOf(formId)).toMatchObject({ expired: 1 });
    await nextDay(formId);
    await Promise.all([removeExpired(app), removeExpired(app), removeExpired(app)]);
    expect(await retentionOf(formId)).toMatchObject({ expired: 0 });
  });

  it('does in many small steps what is much', async () => {
    const formId = newForm();
    const day = daysAgo(90);
    for (let batch = 0; batch < 5; batch += 1) {
      const events = Array.from({ length: 50 }, (_, index) =>
        newEvent({ formId, submittedAt: day, questions: [askEmail(`p${batch}.${index}@${formId}.example.com`)] }),
      );
      await Promise.all(events.map((event) => app.deliver(event).expect(200)));
    }
    const last = await answered(1, { formId });
    await keep(formId, 30);
    await removeExpired(app);
    const { rows } = await app.database.pool.query<{ responses: number; events: number; clients: number }>(
      `SELECT (SELECT count(*)::integer FROM form_response WHERE form_id = $1) AS responses,
              (SELECT count(*)::integer FROM webhook_event WHERE form_id = $1) AS events,
              (SELECT count(*)::integer FROM client WHERE email LIKE '%@' || $1 || '.example.com') AS clients`,
      [formId],
    );
    expect(rows).toEqual([{ responses: 1, events: 1, clients: 0 }]);
    await responseIs(last, 200);
    const { body } = await app.admin('get', '/v1/jobs?kind=retention').expect(200);
    const job = (body.items as { params: { formId: string } }[]).find(({ params }) => params.formId === formId);
    expect(job).toMatchObject({ status: 'done', total: 250, done: 250, failed: 0, createdBy: 'retention' });
  });
});

it('a back-fill does not bring back what was removed', async () => {
  const formId = sandbox.control.forms()[0]!.id;
  const submitted = (days: number): string =>
    sandbox.control.submit(formId, { deliver: false, at: daysAgo(days) })[0]!.token;
  const [old, recent] = [submitted(100), submitted(10)];
  const backfill = async (): Promise<object> => {
    const { body } = await app
      .admin('post', '/v1/backfills')
      .send({ formId, since: daysAgo(300) })
      .expect(202);
    let run: { status: string } = body as { status: string };
    await eventually(async () => {
      run = (await app.admin('get', `/v1/backfills/${(body as { id: string }).id}`).expect(200)).body as typeof run;
      return run.status !== 'queued' && run.status !== 'running';
    }, 'the back-fill ended');
    await app.settled();
    return run;
  };
  expect(await backfill()).toMatchObject({ status: 'done', recovered: 2 });
  await app.admin('get', `/v1/responses/${formId}/${old}`).expect(200);
  await keep(formId, 30);
  await removeExpired(app);
  await app.admin('get', `/v1/responses/${formId}/${old}`).expect(404);

  expect(await backfill()).toMatchObject({ status: 'done', recovered: 0 });
  // Kept longer from now on: what is gone stays gone.
  await keep(formId, 0);
  expect(await backfill()).toMatchObject({ status: 'done', recovered: 0 });
  await app.admin('get', `/v1/responses/${formId}/${old}`).expect(404);
  await app.admin('get', `/v1/responses/${formId}/${recent}`).expect(200);
});
