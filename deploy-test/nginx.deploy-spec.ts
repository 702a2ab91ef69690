/** deploy/nginx/nginx.conf without the service: nginx's own answers. */
import { createServer, type Server } from 'node:http';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { freePort } from '../test/support/free-port';
import { exchange } from '../test/support/sender';
import type { Nginx } from '../bench/rolling-restart/nginx';

const COMPILED = resolve(__dirname, '../bench/dist/bench/rolling-restart/nginx.js');
const SPELLINGS = [
  '/webhooks',
  '/webhooks/',
  '/webhooks/typeform',
  '//webhooks/typeform',
  '/Webhooks/x',
  '/webhooks/../webhooks/x',
];

let nginx: Nginx;
let plainPort: number;
let replicaPort: number;
beforeAll(async () => {
  if (!existsSync(COMPILED)) throw new Error('run node scripts/build-if-needed.mjs --bench');
  // The compiled one: it finds the example by its own place.
  const compiled = (await import(COMPILED)) as { Nginx: typeof Nginx };
  plainPort = await freePort();
  replicaPort = await freePort();
  nginx = await compiled.Nginx.start(await freePort(), plainPort, [replicaPort, await freePort()]);
});
afterAll(() => nginx?.stop());

describe('with no replica to ask', () => {
  it.each(SPELLINGS)('a webhook to %s is told to come again', async (path) => {
    const answer = await exchange(`http://127.0.0.1:${nginx.port}${path}`, { method: 'POST', body: Buffer.from('{}') });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('a webhook sent without TLS is not redirected', async () => {
    const answer = await exchange(`http://127.0.0.1:${plainPort}/webhooks/typeform`, { method: 'POST' });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('60');
    expect((await exchange(`http://127.0.0.1:${plainPort}/v1/clients`)).status).toBe(308);
  });
});

describe('with one of two replicas', () => {
  let replica: Server;
  let answerWith = 200;
  let paths: string[] = [];
  beforeAll(async () => {
    replica = createServer((request, response) => {
      paths.push(`${request.method} ${request.url} ${String(request.headers['x-forwarded-for'])}`);
      response.writeHead(answerWith, { 'retry-after': '7' }).end();
    });
    await new Promise<void>((done) => replica.listen(replicaPort, '127.0.0.1', done));
  });
  beforeEach(() => {
    paths = [];
    answerWith = 200;
  });
  afterAll(() => {
    replica.closeAllConnections();
    replica.close();
  });

  it('every webhook gets there, with the address of its sender and none of its own making', async () => {
    for (let sent = 0; sent < 6; sent += 1) {
      const headers = { 'x-forwarded-for': '203.0.113.9' };
      const url = `http://127.0.0.1:${nginx.port}/webhooks/typeform`;
      expect((await exchange(url, { method: 'POST', headers, body: Buffer.from('{}') })).status).toBe(200);
    }
    expect(paths).toEqual(Array.from({ length: 6 }, () => 'POST /webhooks/typeform 127.0.0.1'));
  });

  it('its 503 stays one: as it is when it was the last to be asked, else in the words of nginx', async () => {
    answerWith = 503;
    const answers = [];
    for (let sent = 0; sent < 4; sent += 1) {
      answers.push(await exchange(`http://127.0.0.1:${nginx.port}/webhooks/typeform`, { method: 'POST' }));
    }
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    for (const { headers } of answers) expect(['5', '7']).toContain(headers['retry-after']);
    expect(paths).toHaveLength(4);
  });

  it.each(['/metrics', '/health/ready', '/docs', '/'])('%s is not for the internet', async (path) => {
    expect((await exchange(`http://127.0.0.1:${nginx.port}${path}`)).status).toBe(404);
    expect(paths).toEqual([]);
  });
});
