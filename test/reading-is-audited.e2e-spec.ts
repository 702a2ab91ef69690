/** Reading personal data leaves its trace, and the trace none of the data. */
import { newEvent } from './support/events';
import { eventually, startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

interface Entry {
  action: string;
  subject: string;
  actorName: string;
  details: object;
}
const newest = async (): Promise<Entry> =>
  ((await app.admin('get', '/v1/audit?limit=1').expect(200)).body as { items: [Entry] }).items[0];

it('a payload, an export, a search for a person', async () => {
  const event = newEvent({ formId: 'watched' });
  await app.deliver(event).expect(200);
  await app.settled();
  const { body: reader } = await app
    .admin('post', '/v1/api-keys')
    .send({ name: 'reader', role: 'operator' })
    .expect(201);
  const get = (path: string) => app.admin('get', path, (reader as { key: string }).key).expect(200);

  await get(`/v1/deliveries/${event.event_id}/payload`);
  expect(await newest()).toMatchObject({
    ...{ action: 'delivery.payload_read', subject: event.event_id, actorName: 'reader' },
    details: { formId: 'watched' },
  });
  await get('/v1/responses/export?format=csv&formId=watched&q=alice');
  expect(await newest()).toMatchObject({
    ...{ action: 'responses.exported', subject: 'watched', actorName: 'reader' },
    details: { format: 'csv', filters: ['q'] },
  });
  await get('/v1/responses?q=alice');
  expect(await newest()).toMatchObject({ action: 'responses.searched', subject: '*' });
  await get('/v1/clients?email=alice@example.com');
  expect(await newest()).toMatchObject({ action: 'clients.searched', details: { by: ['email'] } });
  await get('/v1/clients?phone=%2B12025550123&q=alice');
  expect(await newest()).toMatchObject({ action: 'clients.searched', details: { by: ['phone', 'q'] } });

  const { rows } = await app.database.pool.query<{ entry: string }>('SELECT entry::text FROM audit_entry AS entry');
  expect(rows.map(({ entry }) => entry).join('\n')).not.toMatch(/alice|2025550123/i);
  expect((await app.admin('get', '/v1/audit/verify').expect(200)).body).toMatchObject({ valid: true });
});

it('a list that looks for nobody, a payload that is not there and a refused key leave none', async () => {
  const before = await newest();
  await app.admin('get', '/v1/clients').expect(200);
  await app.admin('get', '/v1/responses?formId=watched').expect(200);
  await app.admin('get', '/v1/deliveries/nothing/payload').expect(404);
  await app.admin('get', '/v1/clients?q=alice', 'nobody').expect(401);
  expect(await newest()).toEqual(before);
});

it('an API key shows when it was last used, written once a minute', async () => {
  const { body } = await app.admin('post', '/v1/api-keys').send({ name: 'used', role: 'viewer' }).expect(201);
  const { id, key } = body as { id: string; key: string };
  const lastUsed = async (): Promise<string | null> => {
    const { items } = (await app.admin('get', '/v1/api-keys').expect(200)).body as {
      items: { id: string; lastUsedAt: string | null }[];
    };
    return items.find((one) => one.id === id)?.lastUsedAt ?? null;
  };
  expect(await lastUsed()).toBeNull();
  await app.admin('get', '/v1/forms', key).expect(200);
  await eventually(async () => (await lastUsed()) !== null, 'the use was written');
  const first = await lastUsed();
  await app.admin('get', '/v1/forms', key).expect(200);
  await app.admin('get', '/v1/forms', key).expect(200);
  expect(await lastUsed()).toBe(first);
  await app.database.pool.query(
    `UPDATE api_key SET last_used_at = last_used_at - interval '61 seconds' WHERE id = $1`,
    [id],
  );
  await app.admin('get', '/v1/forms', key).expect(200);
  await eventually(async () => ((await lastUsed()) ?? '') >= (first ?? ''), 'the later use was written');
});
