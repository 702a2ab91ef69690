/** Where this service connects to, and where it does not, whoever asks for it. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { API_KEY, startSandbox } from '../support/sandbox-harness';
import { startTestApp, TestApp } from '../support/test-app';
import { createTestDatabase } from '../support/database';
import { startReplica } from '../support/typeform-replica';
import { WebhookReceiver } from '../support/webhook-receiver';

/** Nothing is sent with it: what these tests ask for is refused before. */
const REAL_ACCOUNT = {
  TYPEFORM_API_KEY: 'tfp_0123456789_example',
  TYPEFORM_API_BASE_URL: 'https://api.typeform.com',
  PUBLIC_URL: 'https://hooks.example.com',
  RECONCILE_INTERVAL_SECONDS: '0',
};

describe('a callback URL that nobody outside can reach', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(REAL_ACCOUNT);
  });
  afterAll(() => app.stop());

  it.each([
    'https://127.0.0.1/x',
    'https://127.1/x',
    'https://2130706433/x',
    'https://0x7f000001/x',
    'https://0177.0.0.1/x',
    'https://0/x',
    'https://10.0.0.1/x',
    'https://172.16.0.1/x',
    'https://192.168.0.1/x',
    'https://100.64.0.1/x',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://[::ffff:a9fe:a9fe]/x',
    'https://[fd00:ec2::254]/x',
    'https://[fe80::1]/x',
    'https://localhost/x',
    'https://metadata.google.internal/x',
    'https://onboarding/x',
    'https://１２７.0.0.1/x',
    'http://hooks.example.com/webhooks/typeform/x',
    'ftp://hooks.example.com/x',
    'file:///etc/passwd',
    'https://hooks.example.com@127.0.0.1/x',
    'https://user:password@hooks.example.com/x',
  ])('is refused when it is saved, and Typeform is not asked: %s', async (url) => {
    const { body } = await app
      .admin('post', '/v1/webhooks')
      .send({ form: 'abcdefgh', url, allowForeignUrl: true })
      .expect(422);
    expect(body.errors).toEqual([{ path: 'url', message: expect.any(String) }]);
    const { rows } = await app.database.pool.query('SELECT FROM typeform_call');
    expect(rows).toEqual([]);
  });
});

it('a callback URL elsewhere is never called by this service, nor is a redirect of its own followed', async () => {
  const sandbox = await startSandbox();
  const [elsewhere, front] = [await WebhookReceiver.start(), await WebhookReceiver.start()];
  front.answer = () => (response) => void response.writeHead(307, { location: elsewhere.url }).end();
  const app = await startTestApp(
    {
      TYPEFORM_API_KEY: API_KEY,
      TYPEFORM_API_BASE_URL: sandbox.url,
      RECONCILE_INTERVAL_SECONDS: '0',
      PUBLIC_URL: front.url.replace('/hook', ''),
    },
    { typeformCallsPerSecond: 50 },
  );
  try {
    const form = sandbox.control.forms()[0]!.id;
    const register = async (body: object): Promise<string> => {
      const answer = await app
        .admin('post', '/v1/webhooks')
        .send({ form, ...body })
        .expect(201);
      return (answer.body as { id: string }).id;
    };
    const test = (id: string) => app.admin('post', `/v1/webhooks/${id}/test`);
    await test(await register({ tag: 'elsewhere', url: elsewhere.url, allowForeignUrl: true })).expect(409);
    expect(elsewhere.received).toEqual([]);

    const { body } = await test(await register({ tag: 'redirected' })).expect(200);
    expect(body).toMatchObject({ status: 307, stored: false, problem: expect.stringContaining('answered 307') });
    expect(front.received).toHaveLength(1);
    expect(elsewhere.received).toEqual([]);
  } finally {
    await app.stop();
    await Promise.all([sandbox.stop(), elsewhere.stop(), front.stop()]);
  }
});

it('a server with a certificate that nobody vouches for gets neither the key nor anything else', async () => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const asked: (string | undefined)[] = [];
  const server: Server = createServer({ cert, key }, ({ headers }, response) => {
    asked.push(headers.authorization);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"items": []}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const database = await createTestDatabase();
  const replica = await startReplica(database.url, `https://localhost:${port}`, {}, { typeformCallsPerSecond: 50 });
  try {
    await expect(replica.api.listWebhooks('abcdefgh', { priority: 'interactive' })).rejects.toMatchObject({
      code: 'typeform_timeout',
      remoteCode: expect.stringMatching(/CERT|VERIFY/),
    });
    expect(asked).toEqual([]);
    expect(replica.logs.join('\n')).not.toContain(API_KEY);
  } finally {
    await replica.close();
    await database.drop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
