/** What respondents type, and what somebody with a secret signs: it is stored and shown, and is nowhere more than a text. */
import { ServiceLogger } from '../../src/logger';
import { question, toBody } from '../fixtures/typeform-events';
import { askEmail, askName, newEvent, tokenOf } from '../support/events';
import { startTestApp, TestApp } from '../support/test-app';
import { WebhookReceiver } from '../support/webhook-receiver';

const SCRIPT = `"><script>alert(1)</script><img src=x onerror=alert(1)>`;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const delivered = async (event: unknown): Promise<void> => {
  await app.deliver(event).expect(200);
  await app.settled();
};
const itemsOf = async (path: string): Promise<object[]> =>
  ((await app.admin('get', path).expect(200)).body as { items: object[] }).items;
const queryOf = (parameters: Record<string, string>): string => new URLSearchParams(parameters).toString();

it.each([`x' OR '1'='1`, `'); DROP TABLE webhook_event; --`, `"; SELECT pg_sleep(60) --`, `%_\\`, `$1`, `{a,b}`])(
  'SQL in ids and filters is an id and a filter: %s',
  async (sql) => {
    const event = newEvent({ formId: sql, token: `${sql} token`, eventId: `${sql} event`, questions: [askName(sql)] });
    await delivered(event);
    const path = `/v1/deliveries/${encodeURIComponent(event.event_id)}`;
    expect((await app.admin('get', path).expect(200)).body).toMatchObject({ formId: sql, status: 'processed' });
    expect(await itemsOf(`/v1/deliveries?${queryOf({ formId: sql })}`)).toMatchObject([{ eventId: event.event_id }]);
    expect(await itemsOf(`/v1/deliveries?${queryOf({ token: tokenOf(event) })}`)).toHaveLength(1);
    expect(await itemsOf(`/v1/responses?${queryOf({ formId: sql })}`)).toHaveLength(1);
    expect(await itemsOf(`/v1/clients?${queryOf({ email: sql })}`)).toEqual([]);
    expect([200, 422]).toContain((await app.admin('get', `/v1/clients?${queryOf({ phone: sql })}`)).status);
    await app.admin('get', `/v1/clients?${queryOf({ q: sql })}`).expect(200);
    await app.admin('get', `/v1/audit?${queryOf({ actor: sql })}`).expect(200);
    const { rows } = await app.database.pool.query('SELECT FROM webhook_event WHERE form_id = $1', [sql]);
    expect(rows).toHaveLength(1);
  },
);

it('keys that every object has are data, in every part of an event', async () => {
  const hostile =
    '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"prototype":{"polluted":true}';
  const event = newEvent({ formId: 'prototypes', questions: [askName('Alice Example')], hidden: { note: 'kept' } });
  const text = toBody(event)
    .toString()
    .replaceAll(/\{(?=")/g, `{${hostile},`);
  expect(text.split('polluted').length).toBeGreaterThan(20);
  await delivered(Buffer.from(text));
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(Object.prototype).not.toHaveProperty('polluted');
  const { body } = await app.admin('get', `/v1/responses/prototypes/${tokenOf(event)}`).expect(200);
  expect(body).toMatchObject({ answers: [{ value: 'Alice Example' }], hidden: { note: 'kept' } });
});

it('markup in answers, ids and addresses is never served as a page', async () => {
  const event = newEvent({ formId: SCRIPT, questions: [askName(SCRIPT), askEmail('markup@example.com')] });
  await delivered(event);
  const formId = encodeURIComponent(SCRIPT);
  const paths = [
    `/v1/responses?${queryOf({ formId: SCRIPT })}`,
    `/v1/responses/${formId}/${tokenOf(event)}`,
    '/v1/clients?email=markup@example.com',
    `/v1/deliveries/${event.event_id}/payload`,
    `/v1/forms/${formId}`,
    `/v1/responses/export?${queryOf({ format: 'csv', formId: SCRIPT })}`,
    `/v1/responses/export?${queryOf({ format: 'ndjson', formId: SCRIPT })}`,
    `/v1/forms/${formId}x`,
    `/v1/nothing/${formId}`,
    `/nothing/${formId}`,
    `/webhooks/${formId}`,
    `/console/${formId}.js`,
  ];
  for (const path of paths) {
    const { headers } = await app.admin('get', path);
    expect({ path, type: headers['content-type'] }).toEqual({
      path,
      type: expect.stringMatching(/^(application\/(json|problem\+json|x-ndjson)|text\/(csv|plain))(;|$)/),
    });
    expect(headers['x-content-type-options']).toBe('nosniff');
    // A browser saves what it would otherwise show.
    if (/csv|ndjson|payload/.test(path))
      expect(headers['content-disposition']).toMatch(/^attachment; filename="[\w.-]+"$/);
    if (!path.startsWith('/webhooks')) expect(headers['content-security-policy']).toMatch(/default-src '(none|self)'/);
  }
});

it('a log line stays one line of JSON, whatever is put into it', () => {
  const written: string[] = [];
  const output = jest.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0);
  const errors = jest.spyOn(process.stderr, 'write').mockImplementation((line) => written.push(String(line)) > 0);
  const hostile = `a\r\n{"level":"error","message":"forged"}\u001b[31m\u2028\u0000"}`;
  try {
    const logger = new ServiceLogger({ environment: 'production', logLevel: 'trace' });
    logger.warn(hostile, { route: hostile, [hostile]: hostile }, hostile);
    logger.error(hostile, new Error(hostile), hostile);
    logger.log(hostile, hostile);
  } finally {
    output.mockRestore();
    errors.mockRestore();
  }
  const lines = written.join('').split('\n').filter(Boolean);
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({ message: hostile });
    expect(line).not.toMatch(/[\u0000-\u001f]/);
  }
});

describe('something else where a text is expected', () => {
  const { event_id, event_type, form_response } = newEvent({ formId: 'confused' });
  it.each<[string, object]>([
    ['an operator for the id', { event_id: { $ne: null }, event_type, form_response }],
    ['a list for the type', { event_id, event_type: ['form_response'], form_response }],
    ['a list for the response', { event_id, event_type, form_response: [form_response] }],
    ['a number for the form', { event_id, event_type, form_response: { ...form_response, form_id: 1 } }],
    ['true for the token', { event_id, event_type, form_response: { ...form_response, token: true } }],
  ])('%s is refused', (_what, body) => app.deliver(body).expect(400));

  it.each<[string, object]>([
    ['answers', { answers: { $gt: '' } }],
    ['answers', { answers: 'none' }],
    ['an answer', { answers: [null, 1, 'a', [], { type: { $ne: 1 } }, { type: 'text', text: { $ne: '' } }] }],
    ['hidden fields', { hidden: ['email', 'a@example.com'] }],
    ['a hidden field', { hidden: { email: { $ne: null }, phone: ['+12025550123'] } }],
    ['the definition', { definition: 'none' }],
    ['the fields', { definition: { title: ['x'], fields: { 0: { id: 'a' } } } }],
    ['the time', { submitted_at: { $gt: 0 }, landed_at: [] }],
    ['the rest', { variables: {}, calculated: [], outcome: 1, ending: 'x' }],
  ])('%j of an odd kind are left out, and the event is processed', async (_part, odd) => {
    const event = newEvent({ formId: 'confused' });
    Object.assign(event.form_response, odd);
    await delivered(event);
    const { body } = await app.admin('get', `/v1/deliveries/${event.event_id}`).expect(200);
    expect(body).toMatchObject({ status: 'processed' });
  });

  it.each(['email[$ne]=a', 'email[]=a', 'q[]=a', 'limit[]=1', 'email=a&email=b', 'email=a&email[x]=b'])(
    'a filter of an odd kind is refused: %s',
    (query) => app.admin('get', `/v1/clients?${query}`).expect(422),
  );
});

it('an address is the same one with invisible characters, other widths and other case', async () => {
  const spellings = ['odd.spelling@example.com', 'Odd.\u200bSpelling@Example.com\ufeff', 'ｏｄｄ.spelling@example.com'];
  for (const spelling of spellings) await delivered(newEvent({ formId: 'unicode', questions: [askEmail(spelling)] }));
  expect(await itemsOf('/v1/clients?email=odd.spelling@example.com')).toHaveLength(1);
  expect(await itemsOf('/v1/responses?formId=unicode')).toHaveLength(3);
  // A look-alike of another alphabet is another address.
  await delivered(newEvent({ formId: 'unicode', questions: [askEmail('\u043edd.spelling@example.com')] }));
  const [client] = (await itemsOf('/v1/clients?email=odd.spelling@example.com')) as { id: string }[];
  expect(await itemsOf(`/v1/responses?clientId=${client?.id}`)).toHaveLength(3);
});

it('long labels and hundreds of emoji are kept whole', async () => {
  const emoji = '\u{1F469}\u200d\u{1F4BB}'.repeat(300);
  const label = `${'A label that goes on. '.repeat(500)}${emoji}`;
  const questions = [
    question('one', emoji, 'multiple_choice', 'choice', { id: 'c', ref: emoji, label }),
    question('many', 'Many', 'multiple_choice', 'choices', { ids: ['a', 'b'], labels: [label, emoji], refs: [] }),
  ];
  const event = newEvent({ formId: 'labels', questions, hidden: { [emoji.slice(0, 50)]: emoji } });
  await delivered(event);
  const { body } = await app.admin('get', `/v1/responses/labels/${tokenOf(event)}`).expect(200);
  expect(body.answers).toMatchObject([{ value: { label } }, { value: { labels: [label, emoji] } }]);
  expect(Object.values(body.hidden as object)).toEqual([emoji]);
});

it('no address in an answer is ever asked for', async () => {
  const bait = await WebhookReceiver.start();
  try {
    const url = bait.url;
    const questions = [
      question('file', 'Upload', 'file_upload', 'file_url', url),
      question('site', 'Website', 'website', 'url', url),
      question('sign', 'Sign here', 'signature', 'signature', { url, type: 'drawn' }),
      question('text', 'Anything else', 'long_text', 'text', `![x](${url}) <img src="${url}">`),
    ];
    const event = newEvent({ formId: 'bait', questions, hidden: { callback: url } });
    Object.assign(event.form_response, { response_url: url });
    await delivered(event);
    await app.admin('get', `/v1/responses/bait/${tokenOf(event)}`).expect(200);
    await app.admin('get', '/v1/responses/export?format=xlsx&formId=bait').expect(200);
    await app.admin('post', `/v1/deliveries/${event.event_id}/replay`).expect(200);
    await app.settled();
    expect(bait.received).toEqual([]);
  } finally {
    await bait.stop();
  }
});
