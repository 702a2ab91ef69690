/** DELETE /v1/forms/{formId}: the form of a deployment check goes without a trace, and nothing else ever does. */
import { askEmail, askName, askPhone, newEvent } from './support/events';
import { startTestApp, type TestApp } from './support/test-app';

const FORM = 'onboarding-verify-0a1b2c';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ TYPEFORM_API_BASE_URL: 'http://127.0.0.1:9', TYPEFORM_API_KEY: 'tfp_0123456789_example' });
});
afterAll(() => app.stop());

const eventOf = (formId: string, email: string) => newEvent({ formId, questions: [askEmail(email)] });
const itemsOf = async (path: string): Promise<Record<string, unknown>[]> =>
  ((await app.admin('get', path).expect(200)).body as { items: Record<string, unknown>[] }).items;

it('removes all of it, and of a client only one that has nothing else', async () => {
  for (const [form, email] of [
    [FORM, 'check@example.com'],
    [FORM, 'both@example.com'],
    ['abcd1234', 'both@example.com'],
  ] as const) {
    await app.deliver(eventOf(form, email)).expect(200);
  }
  await app.settled();
  expect(await itemsOf('/v1/clients')).toHaveLength(2);

  const { body } = await app.admin('delete', `/v1/forms/${FORM}`).expect(200);
  expect(body).toEqual({ deliveries: 2, responses: 2, clients: 1 });
  expect((await itemsOf('/v1/clients')).map(({ email }) => email)).toEqual(['both@example.com']);
  for (const list of ['deliveries', 'responses', 'forms']) {
    expect((await itemsOf(`/v1/${list}`)).map(({ formId }) => formId)).toEqual(['abcd1234']);
  }
  expect(await itemsOf('/v1/audit?action=verification.removed')).toMatchObject([{ subject: FORM, details: body }]);
  await app.admin('delete', `/v1/forms/${FORM}`).expect(404);
});

it('leaves nothing of it in the record of a client that stays, nor a conflict that was only with it', async () => {
  const stays = [askEmail('stays@example.com'), askPhone('+12025550101')];
  await app.deliver(newEvent({ formId: 'abcd1234', questions: stays })).expect(200);
  await app.deliver(newEvent({ formId: FORM, questions: [...stays, askName('Only Of The Check')] })).expect(200);
  const other = [askEmail('check@example.com'), askPhone('+12025550101')];
  await app.deliver(newEvent({ formId: FORM, questions: other })).expect(200);
  await app.settled();
  expect(await itemsOf('/v1/clients?conflict=true')).toHaveLength(2);
  await app.admin('delete', `/v1/forms/${FORM}`).expect(200);
  const [client] = await itemsOf('/v1/clients?email=stays@example.com');
  expect(Object.keys(client?.identifiers as object).sort()).toEqual(['email', 'phone']);
  expect(client?.conflicts).toEqual([]);
  expect(await itemsOf('/v1/clients?q=check')).toEqual([]);
});

it('takes an e-mail that only the check gave from a client that stays', async () => {
  const phone = askPhone('+12025550177');
  await app.deliver(newEvent({ formId: 'abcd1234', questions: [phone] })).expect(200);
  await app.deliver(newEvent({ formId: FORM, questions: [askEmail('only-check@example.com'), phone] })).expect(200);
  await app.settled();
  expect(await itemsOf('/v1/clients?email=only-check@example.com')).toHaveLength(1);
  await app.admin('delete', `/v1/forms/${FORM}`).expect(200);
  expect(await itemsOf('/v1/clients?email=only-check@example.com')).toEqual([]);
  expect(await itemsOf('/v1/clients?phone=%2B12025550177')).toHaveLength(1);
});

it('removes what was not processed yet', async () => {
  await app.database.pool.query(
    `INSERT INTO webhook_event (event_id, event_type, form_id, token, source, status, received_at, payload_bytes, next_attempt_at)
     VALUES ('verify-late', 'form_response', $1, 'late', 'webhook', 'retrying', now(), 0, 'infinity')`,
    [FORM],
  );
  const { body } = await app.admin('delete', `/v1/forms/${FORM}`).expect(200);
  expect(body).toEqual({ deliveries: 1, responses: 0, clients: 0 });
});

it.each(['abcd1234', 'onboarding-verifyx', 'onboarding-verify-', 'xonboarding-verify-1'])(
  'refuses the form %s and removes nothing',
  async (formId) => {
    const before = [await itemsOf('/v1/deliveries'), await itemsOf('/v1/clients'), await itemsOf('/v1/audit')];
    const { body } = await app.admin('delete', `/v1/forms/${formId}`).expect(422);
    expect(body).toMatchObject({
      code: 'validation_failed',
      detail: expect.stringContaining('DELETE /v1/clients/{id}'),
    });
    expect([await itemsOf('/v1/deliveries'), await itemsOf('/v1/clients'), await itemsOf('/v1/audit')]).toEqual(before);
  },
);
