/** Any path parameter, query and body to every route of the OpenAPI document: an answer of the contract, and never an error of ours. */
import * as fc from 'fast-check';
import type { TypeformSandbox } from '../../../sandbox/sandbox';
import { askEmail, askName, newEvent, tokenOf } from '../../support/events';
import { operationsOf, type Operation, type Schema } from '../../support/openapi-operations';
import { API_KEY, startSandbox } from '../../support/sandbox-harness';
import { startTestApp, TestApp } from '../../support/test-app';
import { fuzz, JSON_TEXT, wellFormed } from './fuzzing';

/** What is sent: `target` with its query, and the body as text. */
interface Sent {
  method: Operation['method'];
  target: string;
  body: string | null;
}

/** What the contract has for an answer to a request that can be read or not. 502 and 504 are Typeform's. */
const ANSWERS = new Set([200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 502, 504]);
const NO_ANSWER_ENDS = '/v1/stream';

let sandbox: TypeformSandbox;
let app: TestApp;
let operations: Operation[];
/** Ids of what is there, so that some requests find something. */
let known: string[];
beforeAll(async () => {
  sandbox = await startSandbox();
  app = await startTestApp(
    { TYPEFORM_API_KEY: API_KEY, TYPEFORM_API_BASE_URL: sandbox.url, RECONCILE_INTERVAL_SECONDS: '0' },
    { typeformCallsPerSecond: 1_000 },
  );
  const event = newEvent({ formId: 'fuzzed', questions: [askName('Ada Lovelace'), askEmail('ada@example.com')] });
  await app.deliver(event).expect(200);
  await app.settled();
  const { items } = (await app.admin('get', '/v1/clients').expect(200)).body as { items: { id: string }[] };
  const form = sandbox.control.forms()[0]!.id;
  const webhook = (await app.admin('post', '/v1/webhooks').send({ form }).expect(201)).body as { id: string };
  known = [event.event_id, 'fuzzed', tokenOf(event), String(items[0]?.id), form, webhook.id];
  operations = operationsOf((await app.http.get('/openapi.json').expect(200)).body as object).filter(
    ({ path }) => path !== NO_ANSWER_ENDS,
  );
});
afterAll(async () => {
  await app.stop();
  await sandbox.stop();
});

const ODD_TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\u202e',
    "'",
    '"',
    '\\',
    '%',
    '%00',
    '../',
    ';',
    '{}',
    '[]',
    'null',
    '__proto__',
  ],
  ...[
    'constructor',
    'x'.repeat(130),
    'x'.repeat(1_100),
    '00000000-0000-4000-8000-000000000000',
    '1',
    '-1',
    '1e400',
    'NaN',
    '0x10',
  ],
  ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-01-01T00:00:00+14:00', '2026-01-01T00:00:00.123456789Z'],
  ...[
    '+275760-09-13T00:00:00.000Z',
    '-000001-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '24h',
    '1m',
    '90d',
    '1e9h',
    'P1D',
  ],
  ...[
    'ada@example.com',
    '+12025550123',
    'hidden:email',
    'https://form.typeform.com/to/abcdef',
    'https://[::1]',
    'http://x:99999',
  ],
];
const ODD_VALUES: unknown[] = [
  0,
  -1,
  1.5,
  1e308,
  -0,
  9007199254740993,
  2147483648,
  true,
  false,
  null,
  [],
  {},
  [[]],
  [null],
  { toString: 1 },
];

/** A value for a schema, or another one. */
function valueFor(schema: Schema): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constantFrom(...ODD_TEXTS),
    fc.constantFrom(...ODD_VALUES),
    fc.constantFrom(...known),
    fc.jsonValue(),
  );
  return fc.oneof({ weight: 3, arbitrary: fitting(schema) }, { weight: 1, arbitrary: odd });
}

function fitting({ type, enum: allowed, properties, items }: Schema): fc.Arbitrary<unknown> {
  if (allowed) return fc.constantFrom(...allowed);
  if (type === 'object' && properties) return objectOf(properties);
  if (type === 'array') return fc.array(valueFor(items ?? {}), { maxLength: 4 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return fc.oneof(fc.integer({ min: -1, max: 400 }), fc.double());
  return fc.oneof(fc.constantFrom(...known), fc.constantFrom(...ODD_TEXTS), fc.string({ unit: 'binary' }));
}

function objectOf(properties: Record<string, Schema>): fc.Arbitrary<object> {
  const members = Object.entries(properties).map(([name, schema]) => [name, valueFor(schema)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: [] });
}

/** Text as it may stand in an address: half of a pair of surrogates cannot be written there. */
const escaped = (text: unknown): string =>
  encodeURIComponent(wellFormed(typeof text === 'string' ? text : JSON.stringify(text)));

function sentTo({ method, path, query, body }: Operation): fc.Arbitrary<Sent> {
  const names = path.match(/\{\w+\}/g) ?? [];
  const parameter = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...known) },
    fc.constantFrom(...ODD_TEXTS),
    fc.string({ unit: 'binary' }),
  );
  const parameters = objectOf(Object.fromEntries(query.map(({ name, schema }) => [name, schema])));
  const garbage = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '{', '[]', '\ufeff{}'),
  );
  const text = fc.oneof({ weight: 5, arbitrary: fitting(body ?? {}).map((value) => JSON.stringify(value)) }, garbage);
  return fc
    .record({ ids: fc.tuple(...names.map(() => parameter)), parameters, body: body ? text : fc.constant(null) })
    .map(({ ids, parameters: given, body: sent }) => {
      const filled = names.reduce((target, name, index) => target.replace(name, () => escaped(ids[index])), path);
      const search = Object.entries(given).map(([name, value]) => `${name}=${escaped(value)}`);
      return { method, target: `${filled}${search.length > 0 ? `?${search.join('&')}` : ''}`, body: sent };
    });
}

it('requests to every route', async () => {
  expect(operations.length).toBeGreaterThan(45);
  const arbitrary = fc.oneof(...operations.map(sentTo));
  await fuzz('admin-requests', { folder: 'admin-requests', notation: JSON_TEXT<Sent>(), arbitrary }, async (sent) => {
    const request = app.admin(sent.method, sent.target).buffer(true).redirects(0);
    if (sent.body !== null) void request.set('content-type', 'application/json').serialize(String).send(sent.body);
    const { status, body } = await request;
    const answer = { ...sent, status, code: (body as { code?: string }).code };
    expect({ ...answer, ofTheContract: ANSWERS.has(status) }).toMatchObject({ ofTheContract: true });
    if (status >= 400) expect(answer.code).toEqual(expect.any(String));
  });
  // Nothing of it stopped the service, nor broke the chain of the audit log.
  await app.http.get('/health/ready').expect(200);
  expect((await app.admin('get', '/v1/audit/verify').expect(200)).body).toMatchObject({ valid: true });
});
