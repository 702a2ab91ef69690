/** A delivery that somebody recorded and sends again: elsewhere, later, or with a forged signature. */
import { toBody } from '../fixtures/typeform-events';
import { askEmail, minutesAgo, newEvent, tokenOf } from '../support/events';
import { storeWebhook } from '../support/registered-webhook';
import { removeExpired } from '../support/retention';
import { StatementLog } from '../support/statements';
import { startTestApp, TestApp } from '../support/test-app';

const DAYS = 24 * 60;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const stored = async (eventId: string): Promise<boolean> =>
  (await app.database.pool.query('SELECT FROM webhook_event WHERE event_id = $1', [eventId])).rowCount === 1;

it('a delivery to one webhook is none to another, nor to the shared endpoint', async () => {
  const [secret, other] = ['the-secret-of-the-first-webhook', 'the-secret-of-the-second-webhook'];
  const [path, elsewhere] = [await storeWebhook(app, secret), await storeWebhook(app, other)];
  const event = newEvent();
  for (const wrong of [elsewhere, '/webhooks/typeform', `${path}x`, `${path}/`.toUpperCase()]) {
    expect((await app.deliver(event, { path: wrong, secret })).status).toBe(401);
  }
  expect(await stored(event.event_id)).toBe(false);
  await app.deliver(event, { path, secret }).expect(200);
});

it('whether an event is known is looked up only once its signature is right', async () => {
  const secret = 'the-secret-of-a-watched-webhook';
  const path = await storeWebhook(app, secret);
  const known = newEvent();
  await app.deliver(known, { path, secret }).expect(200);
  await app.settled();
  const statements = new StatementLog();
  // The worker names the events it has done, too.
  const ofTheIntake = (): boolean =>
    statements
      .take()
      .some(
        ({ sql, values }) =>
          sql.includes('INSERT INTO webhook_event') && JSON.stringify(values).includes(known.event_id),
      );
  try {
    for (const to of [path, '/webhooks/typeform', '/webhooks/typeform/unknown', '/webhooks/elsewhere']) {
      await app.deliver(known, { path: to, secret: 'a-secret-that-signs-nothing-here' }).expect(401);
      await app.deliver(known, { path: to, headers: { 'typeform-signature': '' } }).expect(401);
    }
    expect(ofTheIntake()).toBe(false);
    await app.deliver(known, { path, secret }).expect(200);
    expect(ofTheIntake()).toBe(true);
  } finally {
    statements.stop();
  }
});

it('a flood without a key or a signature sends no statement to the database', async () => {
  // Without a worker, which looks for work now and then.
  const intake = await startTestApp({ WORKER_MODE: 'intake', RECONCILE_INTERVAL_SECONDS: '0' });
  const statements = new StatementLog();
  const body = toBody(newEvent());
  const requests = [
    () => intake.http.post('/webhooks/typeform').set('content-type', 'application/json').send(body.toString()),
    () => intake.deliver(body, { secret: 'a-secret-that-signs-nothing-here' }),
    () => intake.deliver(body, { path: '/webhooks/typeform/7f2c1f3e-7d0a-4b52-9f0e-6a2f4c9b1d11' }),
    () => intake.http.get('/v1/clients'),
    () => intake.http.get('/v1/clients').set('authorization', 'Bearer short'),
    () => intake.http.get('/v1/clients').set('cookie', 'onboarding_session=short'),
    () => intake.http.post('/v1/deliveries/replay').send({ status: 'dead' }),
    () => intake.http.get('/v1/nothing'),
    () => intake.http.get('/nothing'),
  ];
  const ROUNDS = 60;
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const answer of await Promise.all(requests.map((request) => request())))
        expect([401, 404]).toContain(answer.status);
    }
    // What the service does by itself every few seconds, such as signing that it is there, is no answer to anybody.
    const counts = new Map<string, number>();
    for (const { sql } of statements.take()) counts.set(sql, (counts.get(sql) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count >= ROUNDS)).toEqual([]);
  } finally {
    statements.stop();
    await intake.stop();
  }
});

it('what retention has removed does not come back by a delivery that was recorded', async () => {
  const formId = 'recorded';
  const event = newEvent({
    formId,
    submittedAt: minutesAgo(10 * DAYS),
    landedAt: minutesAgo(10 * DAYS),
    questions: [askEmail('expired@example.com')],
  });
  await app.deliver(event).expect(200);
  await app.settled();
  await app.admin('get', `/v1/responses/${formId}/${tokenOf(event)}`).expect(200);
  await app.admin('patch', `/v1/forms/${formId}`).send({ retentionDays: 5 }).expect(200);
  await removeExpired(app);
  await app.admin('get', `/v1/deliveries/${event.event_id}`).expect(404);

  for (const again of [event, { ...event, event_id: `${event.event_id}x` }]) {
    await app.deliver(again).expect(200);
    await app.settled();
    const { body } = await app.admin('get', `/v1/deliveries/${again.event_id}`).expect(200);
    expect(body).toMatchObject({ status: 'ignored', reason: 'expired' });
  }
  await app.admin('get', `/v1/responses/${formId}/${tokenOf(event)}`).expect(404);
  expect((await app.admin('get', '/v1/clients?email=expired@example.com').expect(200)).body.items).toEqual([]);
});
