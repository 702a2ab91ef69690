/** No path below /webhooks ever answers 404, 410 or a redirect: Typeform would switch the webhook off. */
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { isBelowWebhooks } from '../src/webhook-intake/webhook-fence';
import { startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

/** Sends bytes as they are and resolves with the status of the first answer, or 0 when the connection is just closed. */
function raw(request: string): Promise<number> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request, 'latin1'));
    let received = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (data) => {
      received += data.toString('latin1');
      if (received.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('close', () => resolve(Number(/^HTTP\/1\.\d (\d{3})/.exec(received)?.[1] ?? 0)));
  });
}

const head = (method: string, target: string, version = 'HTTP/1.1') =>
  `${method} ${target} ${version}\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`;
const forbidden = (status: number) => status === 404 || status === 410 || (status >= 300 && status < 400);

const METHODS = [
  ...[
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'PROPFIND',
    'PURGE',
    'SEARCH',
    'LINK',
  ],
  ...['QUERY', 'FOO', 'post', 'PRI'],
];
const TARGETS = [
  ...[
    '/webhooks',
    '/webhooks/',
    '/webhooks/typeform',
    '/webhooks/typeform/',
    '/webhooks//typeform',
    '//webhooks/typeform',
  ],
  ...[
    '/webhooks/typeform/x',
    '/webhooks/typeform/x/',
    '/webhooks/typeform/x/y/z',
    '/webhooks/other',
    '/webhooks/typeform?x=1',
  ],
  ...[
    '/WEBHOOKS/typeform',
    '/Webhooks/Typeform',
    '/%77ebhooks/typeform',
    '/webhooks%2Ftypeform',
    '/webhooks/%zz',
    '/webhooks/%',
  ],
  ...[
    '/webhooks/..',
    '/webhooks/../webhooks/typeform',
    '/webhooks/./typeform',
    '/webhooks;a=b/typeform',
    '/webhooks#x',
  ],
  ...[
    '/webhooks\\typeform',
    '/webhooks/\x7f',
    '/webhooks/typeform/%00',
    '/webhooks/%e2%28%a1',
    `/webhooks/${'a'.repeat(4_000)}`,
  ],
  ...['http://example.com/webhooks/typeform', 'https://example.com/webhooks/nope', 'http://example.com//webhooks'],
];

describe('below /webhooks', () => {
  it.each(METHODS)('%s never answers 404, 410 or a redirect, whatever the target', async (method) => {
    for (const target of TARGETS) {
      for (const version of ['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0']) {
        const status = await raw(head(method, target, version));
        expect({ method, target, version, status, ok: !forbidden(status) }).toMatchObject({ ok: true });
      }
    }
  });

  it('survives odd headers', async () => {
    const oddities = [
      'Expect: 100-continue\r\n',
      'Expect: the-unexpected\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\n',
      'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AA\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Transfer-Encoding: gzip\r\n',
      'Content-Length: 7\r\n',
      'X-HTTP-Method-Override: DELETE\r\n',
      `X-Long: ${'a'.repeat(40_000)}\r\n`,
      'Typeform-Signature: \x00\r\n',
      'Typeform-Signature: \xff\xfe\r\n',
    ];
    for (const oddity of oddities) {
      const status = await raw(head('POST', '/webhooks/typeform').replace('Host: x\r\n', `Host: x\r\n${oddity}`));
      expect({ oddity, status, ok: !forbidden(status) && status < 500 }).toMatchObject({ ok: true });
    }
    await app.http.get('/health/live').expect(200);
  });

  it('holds for random paths', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'DELETE'),
        fc.string({ unit: fc.constantFrom(...'/.%;?#&=\\~aZ09 -_:@[]{}|^`<>"\'+*$!(),'), maxLength: 40 }),
        async (method, rest) => !forbidden(await raw(head(method, `/webhooks/${rest.replaceAll(' ', '%20')}`))),
      ),
      { numRuns: 300 },
    );
  });
});

describe('elsewhere', () => {
  it('an unknown address is still 404, as a problem document', async () => {
    const answer = await app.http.post('/webhooksx').set('content-type', 'application/json').send('{}');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it.each(['/webhook', '/webhooksx', '/v1/webhooks', '/', '/health/webhooks'])(
    '%s is not taken for a webhook path',
    (url) => {
      expect(isBelowWebhooks(url)).toBe(false);
    },
  );
});
