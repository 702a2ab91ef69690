/** What errors, headers and odd requests tell, and what two servers in a row could read differently. */
import { sign } from '../../src/core/signature';
import { toBody } from '../fixtures/typeform-events';
import { newEvent } from '../support/events';
import { sendRaw, statusesIn } from '../support/raw-http';
import { ADMIN_KEY, startTestApp, TestApp, WEBHOOK_SECRET } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

it('an error of our own says nothing of the inside, and its id is in the log', async () => {
  await app.database.pool.query('ALTER TABLE client RENAME TO client_away');
  try {
    const { body, text, headers } = await app.admin('get', '/v1/clients').expect(500);
    expect(body).toMatchObject({ status: 500, code: 'internal_error', requestId: headers['x-request-id'] });
    expect(text).not.toMatch(/client_away|relation|select|column|node_modules|\bat \w|\.ts|\.js|postgres|typeorm/i);
    expect(app.logs.join('\n')).toContain(String(headers['x-request-id']));
  } finally {
    await app.database.pool.query('ALTER TABLE client_away RENAME TO client');
  }
  await app.admin('get', '/v1/clients').expect(200);
});

it('no answer names the software or its version', async () => {
  const answers = [
    await app.http.get('/health/ready'),
    await app.http.get('/nothing'),
    await app.http.get('/v1/clients'),
    await app.http.get('/console/'),
    await app.deliver(newEvent()),
    await app.deliver(newEvent(), { secret: 'a-secret-that-signs-nothing-here' }),
    await app.admin('get', '/v1/forms'),
    await app.admin('post', '/v1/backfills').set('content-type', 'application/json').send('{'),
  ];
  for (const { headers, text } of answers) {
    for (const name of ['server', 'x-powered-by', 'via']) expect(headers).not.toHaveProperty(name);
    expect(`${JSON.stringify(headers)}${text}`).not.toMatch(/fastify|nestjs|express|node\/|postgres(ql)? \d|typeorm/i);
  }
});

describe('a request that two servers would read differently', () => {
  const event = newEvent();
  const body = toBody(event);
  const signature = sign(WEBHOOK_SECRET, body);
  const hidden = `GET /v1/api-keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`;
  const start = `POST /webhooks/typeform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTypeform-Signature: ${signature}\r\n`;
  const chunked = `${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n0\r\n\r\n`;

  it.each<[string, string]>([
    ['a length and chunks', `${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}${hidden}`],
    ['chunks and a length', `${start}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${chunked}${hidden}`],
    ['two lengths', `${start}Content-Length: 5\r\nContent-Length: 6\r\n\r\n123456${hidden}`],
    ['a list of lengths', `${start}Content-Length: 5, 5\r\n\r\n12345${hidden}`],
    ['a length with a sign', `${start}Content-Length: +5\r\n\r\n12345${hidden}`],
    ['a length in hex', `${start}Content-Length: 0x5\r\n\r\n12345${hidden}`],
    ['chunks twice', `${start}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${chunked}${hidden}`],
    ['an encoding behind chunks', `${start}Transfer-Encoding: chunked, identity\r\n\r\n${chunked}${hidden}`],
    ['an encoding that is nearly chunks', `${start}Transfer-Encoding: xchunked\r\n\r\n${chunked}${hidden}`],
    ['a blank before the colon', `${start}Transfer-Encoding : chunked\r\n\r\n${chunked}${hidden}`],
    ['a folded header', `${start}X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n12345${hidden}`],
    ['a line that ends in LF alone', `${start}X: a\nTransfer-Encoding: chunked\r\n\r\n${chunked}${hidden}`],
    ['a size of a chunk that is none', `${start}Transfer-Encoding: chunked\r\n\r\n5x\r\n12345\r\n0\r\n\r\n${hidden}`],
    [
      'a chunk that is longer than it says',
      `${start}Transfer-Encoding: chunked\r\n\r\n1\r\n12345\r\n0\r\n\r\n${hidden}`,
    ],
    ['a size of a chunk beyond all sizes', `${start}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n1${hidden}`],
  ])('is refused, and nothing behind it is carried out: %s', async (_what, request) => {
    const received = await sendRaw(app.url, request);
    const statuses = statusesIn(received);
    expect(statuses).toHaveLength(1);
    expect([400, 401, 413, 415]).toContain(statuses[0]);
    expect(received).not.toContain('"items"');
    const { rows } = await app.database.pool.query('SELECT FROM webhook_event WHERE event_id = $1', [event.event_id]);
    expect(rows).toEqual([]);
  });

  it('and one that both read alike is taken, with what follows it', async () => {
    const request = `${start}Transfer-Encoding: chunked\r\n\r\n${chunked}${hidden.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`;
    expect(statusesIn(await sendRaw(app.url, request))).toEqual([200, 200]);
  });
});
