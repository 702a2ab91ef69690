/** The main job: a signed webhook in, a client out. */
import { completedEvent } from './fixtures/typeform-events';
import { startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

describe('the main path', () => {
  it('turns a signed webhook into a response and a client', async () => {
    const event = completedEvent();
    const answer = await app.deliver(event).expect(200);
    expect(answer.body).toEqual({ status: 'accepted', eventId: event.event_id });
    await app.settled();
    const { body } = await app.admin('get', '/v1/clients').expect(200);
    expect(body.items).toHaveLength(1);
    console.log(JSON.stringify(body, null, 1));
  });
});
