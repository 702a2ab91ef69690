/** The main job: a signed webhook in, a response and a client out. */
import { EVERY_ANSWER_TYPE, toBody } from './fixtures/typeform-events';
import { minutesAgo, newEvent, newPartial, tokenOf } from './support/events';
import { startTestApp, TestApp } from './support/test-app';

type AnswerView = { fieldId: string; title: string };

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

describe('the main path', () => {
  it('turns a signed webhook into a response and a client', async () => {
    const submittedAt = minutesAgo(2);
    const event = newEvent({ formId: 'lT4Z3j', formTitle: 'Onboarding', submittedAt, hidden: { utm_source: 'mail' } });
    const answer = await app.deliver(event).expect(200);
    expect(answer.body).toEqual({ status: 'accepted', eventId: event.event_id });
    await app.settled();

    const { body: response } = await app.admin('get', `/v1/responses/lT4Z3j/${tokenOf(event)}`).expect(200);
    expect(response).toMatchObject({
      eventId: event.event_id,
      responseType: 'completed',
      test: false,
      submittedAt: new Date(submittedAt).toISOString(),
      hidden: { utm_source: 'mail' },
      identifiers: {
        email: { value: 'alice@example.com', source: 'field:id_mail', confidence: 0.95 },
        phone: { value: '+12025550123', source: 'field:id_tel', confidence: 0.95 },
        firstName: { value: 'Alice' },
        lastName: { value: 'Example' },
        company: { value: 'Example & Sons Ltd' },
        birthday: { value: '1990-05-17' },
        country: { value: 'Portugal' },
      },
    });
    const { body: client } = await app.admin('get', `/v1/clients/${response.clientId}`).expect(200);
    expect(client).toMatchObject({
      email: 'alice@example.com',
      phone: '+12025550123',
      identifiers: { company: { value: 'Example & Sons Ltd', from: `lT4Z3j/${tokenOf(event)}` } },
      responses: [{ token: tokenOf(event) }],
    });
  });

  it('keeps every answer type with its value as it came, titled by field id', async () => {
    const event = newEvent();
    await app.deliver(event).expect(200);
    await app.settled();
    const { body } = await app
      .admin('get', `/v1/responses/${String(event.form_response.form_id)}/${tokenOf(event)}`)
      .expect(200);
    for (const { id, type, value, fieldType } of EVERY_ANSWER_TYPE) {
      const answer = (body.answers as AnswerView[]).find((candidate) => candidate.fieldId === id);
      expect(answer).toMatchObject({ type, value, fieldType });
      expect(answer?.title).not.toMatch(/[*{}]|\n/);
    }
    expect(body.answers).toHaveLength(EVERY_ANSWER_TYPE.length);
  });

  it('keeps the raw body byte for byte', async () => {
    const event = newEvent();
    const bytes = Buffer.concat([
      Buffer.from('  '),
      toBody({ ...event, extra: 'caf\u00e9 \ud83c\udf89' }),
      Buffer.from('\r\n'),
    ]);
    await app.deliver(bytes).expect(200);
    const { body } = await app
      .admin('get', `/v1/deliveries/${event.event_id}/payload`)
      .buffer(true)
      .parse((response, done) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => done(null, Buffer.concat(parts)));
      })
      .expect(200);
    expect(Buffer.compare(body as Buffer, bytes)).toBe(0);
  });

  it('makes a row for a form it did not know, with the questions it saw', async () => {
    const event = newEvent({ formId: 'newform', formTitle: 'Intake *2026*' });
    await app.deliver(event).expect(200);
    await app
      .deliver(newPartial({ formId: 'newform', formTitle: 'Intake *2026*', submittedAt: minutesAgo(2) }))
      .expect(200);
    await app.settled();
    const { body } = await app.admin('get', '/v1/forms/newform').expect(200);
    expect(body).toMatchObject({ title: 'Intake 2026', status: 'active', responseCount: 2, identifierMapping: {} });
    expect(body.lastResponseAt).toBe(new Date(event.form_response.submitted_at as string).toISOString());
    const identifies = {
      key: 'email',
      whose: 'client',
      decidedBy: 'type',
      confidence: 0.95,
      reason: expect.any(String),
    };
    const mail = { id: 'id_mail', ref: 'mail', title: 'Your e-mail', type: 'email', identifies };
    expect(body.fields).toContainEqual(mail);
  });

  it('lists the delivery with what became of it', async () => {
    const event = newEvent();
    await app.deliver(event).expect(200);
    await app.deliver(event).expect(200);
    await app.settled();
    const { body } = await app.admin('get', `/v1/deliveries/${event.event_id}`).expect(200);
    expect(body).toMatchObject({
      status: 'processed',
      source: 'webhook',
      attempts: 1,
      duplicates: 1,
      lastError: null,
      nextAttemptAt: null,
      payloadBytes: toBody(event).length,
    });
    expect(body).not.toHaveProperty('payload');
    expect(Date.parse(body.processedAt)).toBeGreaterThanOrEqual(Date.parse(body.receivedAt));
  });
});
