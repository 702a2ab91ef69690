/** Events are read before anything is locked: whatever changes between reading and storing counts. */
import { DataSource } from 'typeorm';
import { OnboardingService, type ReadEvent } from '../src/onboarding/onboarding.service';
import { type FixtureEvent, question, toBody } from './fixtures/typeform-events';
import { askEmail, newEvent, newId, tokenOf } from './support/events';
import { whileNoBatchBegins } from './support/held-processing';
import { eventually, startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const answered = (formId: string): FixtureEvent =>
  newEvent({ formId, questions: [question('extra', 'Anything else?', 'short_text', 'text', 'Lisboa')] });

const read = (event: FixtureEvent): ReadEvent =>
  app.app.get(OnboardingService, { strict: false }).read({
    eventId: event.event_id,
    eventType: event.event_type,
    formId: String(event.form_response.form_id),
    receivedAt: new Date(),
    payload: toBody(event),
  });

const store = (event: ReadEvent): Promise<unknown> =>
  app.app
    .get(DataSource)
    .transaction((manager) => app.app.get(OnboardingService, { strict: false }).applyBatch(manager, [event]));

const identifiersOf = async (event: FixtureEvent): Promise<Record<string, unknown>> => {
  const { form_id: formId } = event.form_response;
  const { body } = await app.admin('get', `/v1/responses/${String(formId)}/${tokenOf(event)}`).expect(200);
  return body.identifiers as Record<string, unknown>;
};

it('a mapping that changes after an event was read decides what its answers mean', async () => {
  const formId = newId();
  await app.deliver(answered(formId)).expect(200);
  await app.settled();
  const [before, after] = [answered(formId), answered(formId)];
  // Read by the settings of the batch before.
  const early = [read(before), read(after)] as const;
  expect(early[1].version).not.toBeNull();
  await store(early[0]);
  expect(await identifiersOf(before)).toEqual({});
  await app
    .admin('patch', `/v1/forms/${formId}`)
    .send({ identifierMapping: { city: 'extra' } })
    .expect(200);
  await store(early[1]);
  expect(await identifiersOf(after)).toMatchObject({ city: { value: 'Lisboa' } });
});

it('an erasure goes between the batches of a backlog, which is processed once all the same', async () => {
  const erased = newEvent({ formId: 'backlog', questions: [askEmail(`${newId()}@example.com`)] });
  await app.deliver(erased).expect(200);
  await app.settled();
  const { body } = await app.admin('get', `/v1/responses/backlog/${tokenOf(erased)}`).expect(200);
  const { deletion } = await whileNoBatchBegins(app, async () => {
    for (let sent = 0; sent < 1_200; sent += 100) {
      const events = Array.from({ length: 100 }, () =>
        newEvent({ formId: 'backlog', questions: [askEmail(`${newId()}@example.com`)] }),
      );
      await Promise.all(events.map((event) => app.deliver(event).expect(200)));
    }
    // It waits behind the first claim of the processor, and the claims that follow wait behind it.
    const path = `/v1/clients/${String(body.clientId)}`;
    return { deletion: app.admin('delete', path).expect(200).then() };
  });
  await deletion;
  await app.settled();
  const { rows } = await app.database.pool.query(
    `SELECT status, attempts, count(*)::integer AS count FROM webhook_event
      WHERE form_id = 'backlog' AND event_id <> $1 GROUP BY status, attempts`,
    [erased.event_id],
  );
  expect(rows).toEqual([{ status: 'processed', attempts: 1, count: 1_200 }]);
  await eventually(async () => {
    const { rows: clients } = await app.database.pool.query(
      `SELECT FROM client WHERE id IN (SELECT client_id FROM form_response WHERE form_id = 'backlog')`,
    );
    return clients.length === 1_200;
  }, 'each of the others has a client, and only these');
});
