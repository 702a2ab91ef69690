/** Any bytes at the port of the intake: never 404, 410, a redirect or 500 below /webhooks, and nothing is taken in that was not signed. */
import * as fc from 'fast-check';
import { sign } from '../../../src/core/signature';
import { newEvent } from '../../support/events';
import { sendRaw, statusesIn } from '../../support/raw-http';
import { startTestApp, TestApp, WEBHOOK_SECRET } from '../../support/test-app';
import { BYTES, changed, corpusOf, fuzz } from './fuzzing';

/** Stands for the signature of the body in a request of the corpus. */
const SIGNATURE = '{signature}';
const HEAD_END = '\r\n\r\n';
const TOKENS = [
  ...[
    '\r\n',
    '\n',
    '\r',
    ':',
    ' ',
    '\t',
    '\u0000',
    '\u00ff',
    ',',
    ';',
    '"',
    SIGNATURE,
    'sha256=',
    '\r\n\r\n',
    '0\r\n\r\n',
  ],
  ...[
    'POST ',
    'GET ',
    'HEAD ',
    'OPTIONS ',
    'CONNECT ',
    'HTTP/1.0',
    'HTTP/1.1',
    '/webhooks',
    '/typeform',
    '//',
    '%00',
    '%2e%2e/',
    '?',
  ],
  ...['Content-Length: 0\r\n', 'Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Content-Encoding: gzip\r\n'],
  ...['Expect: 100-continue\r\n', 'Connection: close\r\n', 'Upgrade: h2c\r\n', 'Host: y\r\n', 'X-Request-Id: a\r\n'],
  ...['Content-Type: application/json\r\n', 'Content-Type: text/plain\r\n', 'Typeform-Signature: sha256=\r\n'],
];

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

it('requests to the intake', async () => {
  const kept = corpusOf('intake', BYTES);
  const seeds = [...kept, requestOf(Buffer.from(JSON.stringify(newEvent({ questions: [] }))))];
  const target = fc.stringMatching(/^\/webhooks[!-~]{0,20}$/);
  const arbitrary = fc.oneof(
    { weight: 8, arbitrary: changed(seeds, TOKENS) },
    { weight: 1, arbitrary: target.map((path) => Buffer.from(`POST ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)) },
  );
  await fuzz('intake', { folder: 'intake', notation: BYTES, arbitrary }, async (template) => {
    const request = signed(template);
    const received = await sendRaw(app.url, request, isSettled, { end: true });
    const signedOnPurpose = template.includes(SIGNATURE);
    const statuses = statusesIn(received);
    const first = statuses[0];
    const line = template.toString('latin1').split(/\r?\n/, 1)[0] ?? '';
    const aimsAtWebhooks = /^[A-Z]+ \/webhooks[\/? ]/.test(line);
    expect(statuses.filter((status) => status >= 500 && status !== 503)).toEqual([]);
    if (aimsAtWebhooks && first !== undefined) expect([404, 410]).not.toContain(first);
    if (aimsAtWebhooks && first !== undefined) expect(first >= 300 && first < 400).toBe(false);
    if (!signedOnPurpose) expect(received).not.toMatch(/"status":"(accepted|duplicate|quarantined)"/);
  });
  // Whatever was taken in was signed as it is stored.
  const { rows } = await app.database.pool.query<{ payload: Buffer }>(
    'SELECT payload FROM webhook_event WHERE payload IS NOT NULL',
  );
  const bodies = new Set([...accepted].map((body) => body));
  for (const { payload } of rows) expect(bodies).toContain(sign(WEBHOOK_SECRET, payload));
  await app.http.get('/health/ready').expect(200);
});

/** The signatures that were given out, each of which is that of one body. */
const accepted = new Set<string>();

/** The request with the signature of the bytes behind its head in the place of each mark. */
function signed(template: Buffer): Buffer {
  const text = template.toString('latin1');
  const headEnd = text.indexOf(HEAD_END);
  const body = Buffer.from(headEnd < 0 ? '' : text.slice(headEnd + HEAD_END.length), 'latin1');
  const signature = sign(WEBHOOK_SECRET, body);
  if (text.includes(SIGNATURE)) accepted.add(signature);
  return Buffer.from(text.replaceAll(SIGNATURE, signature), 'latin1');
}

/** A request as Typeform sends it. */
function requestOf(body: Buffer): Buffer {
  const head = `POST /webhooks/typeform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTypeform-Signature: ${SIGNATURE}\r\nContent-Length: ${body.length}\r\n`;
  return Buffer.concat([Buffer.from(`${head}\r\n`), body]);
}

/** An answer is there; what an interim one announces follows. */
function isSettled(received: string): boolean {
  return statusesIn(received).some((status) => status >= 200) && received.includes(HEAD_END);
}
