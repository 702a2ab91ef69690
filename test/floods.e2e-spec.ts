/** What somebody without a key or a secret can make the service do: as good as nothing, and nothing before it is known who asks. */
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { ConnectionRoom } from '../src/rest/connection-room';
import { toBody } from './fixtures/typeform-events';
import { newEvent } from './support/events';
import { PRODUCTION_SETTINGS } from './support/service-process';
import { ADMIN_KEY, eventually, startTestApp, TestApp, WEBHOOK_SECRET } from './support/test-app';

const MIB = 1024 * 1024;
const WELL_FORMED = `sha256=${Buffer.alloc(32).toString('base64')}`;

let app: TestApp;
const sockets: Socket[] = [];
beforeAll(async () => {
  app = await startTestApp();
});
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));
afterAll(() => app.stop());

/** A connection, and what it was sent back so far. */
async function open(
  url = app.url,
  from?: string,
): Promise<{ socket: Socket; received: () => string; closed: () => boolean }> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, localAddress: from });
  sockets.push(socket);
  let text = '';
  let isClosed = false;
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.on('close', () => (isClosed = true));
  await once(socket, 'connect');
  return { socket, received: () => text, closed: () => isClosed };
}

/** The head of a request whose body is announced and never sent. */
function head(path: string, headers: Record<string, string>, bytes = 1_000): string {
  const lines = Object.entries({ host: 'x', 'content-type': 'application/json', ...headers, 'content-length': bytes });
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** The status of an answer that does not wait for the body. */
async function statusWithoutBody(path: string, headers: Record<string, string>, bytes: number): Promise<number> {
  const { socket, received } = await open();
  socket.write(head(path, headers, bytes));
  await eventually(() => received().includes('\r\n\r\n'), 'it is answered although the body is missing');
  return Number(/^HTTP\/1\.1 (\d+)/.exec(received())?.[1]);
}

describe('before a body is read', () => {
  it.each<[string, Record<string, string>, number, number?]>([
    ['/v1/webhooks', {}, 401],
    ['/v1/webhooks', { authorization: 'Bearer a-wrong-key' }, 401],
    ['/v1/nothing', {}, 401],
    ['/V1/webhooks', {}, 401],
    ['/v1/webhooks', { authorization: `Bearer ${ADMIN_KEY}` }, 413, 64 * 1024 + 1],
    ['/nothing', {}, 413, 64 * 1024 + 1],
    ['/webhooks/typeform', {}, 401],
    ['/webhooks/typeform', { 'typeform-signature': 'sha256=short' }, 401],
    ['/webhooks/typeform', { 'typeform-signature': WELL_FORMED }, 413, MIB + 1],
    ['/webhooks/typeform/unknown', {}, 401],
  ])('%s with %j is %i', async (path, headers, status, bytes = 1_000) => {
    expect(await statusWithoutBody(path, headers, bytes)).toBe(status);
  });

  it('too many requests of an address are 429', async () => {
    const strict = await startTestApp({ THROTTLE_LIMIT: '1', THROTTLE_TTL_SECONDS: '3600' });
    try {
      await strict.deliver(newEvent()).expect(200);
      const { socket, received } = await open(strict.url);
      socket.write(head('/webhooks/typeform', { 'typeform-signature': WELL_FORMED }));
      await eventually(() => received().startsWith('HTTP/1.1 429'), 'it is refused although the body is missing');
    } finally {
      await strict.stop();
    }
  });

  it('too many without a signature are 429, and use up no limit but their own', async () => {
    const strict = await startTestApp({ THROTTLE_LIMIT: '3', THROTTLE_TTL_SECONDS: '3600' });
    try {
      for (let n = 0; n < 3; n += 1) await strict.http.post('/webhooks/typeform').send({}).expect(401);
      for (const path of ['/webhooks/typeform', '/webhooks/unknown', '/webhooks']) {
        const { socket, received } = await open(strict.url);
        socket.write(head(path, {}));
        await eventually(() => received().includes('\r\n\r\n'), 'it is answered although the body is missing');
        expect(received()).toMatch(/^HTTP\/1\.1 429 [^]*retry-after: [1-9]/i);
      }
      // Typeform may share the address, although nothing valid has come from it yet.
      for (let n = 0; n < 3; n += 1) await strict.deliver(newEvent()).expect(200);
      await strict.deliver(newEvent()).expect(429);
    } finally {
      await strict.stop();
    }
  });

  it.each(['none', 'a wrong one'])(
    'a flood with %s for a signature leaves the limit of a sender at the same address alone',
    async (signature) => {
      const strict = await startTestApp({ THROTTLE_LIMIT: '10', THROTTLE_TTL_SECONDS: '3600' });
      try {
        await strict.deliver(newEvent()).expect(200);
        const secret = 'a secret that nobody has given out';
        const headers = signature === 'none' ? { 'typeform-signature': '' } : undefined;
        const statuses: number[] = [];
        for (let n = 0; n < 14; n += 1) {
          statuses.push((await strict.deliver(newEvent(), { secret, headers })).status);
          // The server notes the outcome when the answer has left.
          await strict.http.get('/health/live').expect(200);
        }
        expect(new Set(statuses)).toEqual(new Set(signature === 'none' ? [401, 429] : [401]));
        for (let n = 0; n < 5; n += 1) await strict.deliver(newEvent()).expect(200);
      } finally {
        await strict.stop();
      }
    },
  );
});

describe('wrong signatures of an address', () => {
  const guesses = async (strict: TestApp, count: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let n = 0; n < count; n += 1) {
      statuses.push((await strict.deliver(newEvent(), { secret: 'a secret that nobody has given out' })).status);
      // The server notes the outcome when the answer has left.
      await strict.http.get('/health/live').expect(200);
    }
    return statuses;
  };

  it('are bounded, and a valid one soon gets through although none has come from there yet', async () => {
    const strict = await startTestApp({ THROTTLE_LIMIT: '3', THROTTLE_TTL_SECONDS: '3600' });
    try {
      await guesses(strict, 4);
      const large = Buffer.concat([toBody(newEvent()), Buffer.alloc(17 * 1024, 0x20)]);
      await strict.deliver(large).expect(429);
      await eventually(async () => {
        const together = Array.from({ length: 40 }, () => strict.deliver(newEvent(), { secret: 'a wrong secret' }));
        const refused = (await Promise.all(together)).filter(({ status }) => status === 429);
        for (const { headers } of refused) expect(headers['retry-after']).toBe('1');
        return refused.length > 0;
      }, 'only a few in a second are read');
      await eventually(async () => (await strict.deliver(newEvent())).status === 200, 'a valid one is read');
    } finally {
      await strict.stop();
    }
  });

  it('are bounded where valid ones come from, too, which get through', async () => {
    const strict = await startTestApp({ THROTTLE_LIMIT: '3', THROTTLE_TTL_SECONDS: '3600' });
    try {
      await strict.deliver(newEvent()).expect(200);
      expect(new Set(await guesses(strict, 14))).toEqual(new Set([401]));
      const large = Buffer.concat([toBody(newEvent()), Buffer.alloc(17 * 1024, 0x20)]);
      await guesses(strict, 2);
      await strict.deliver(large).expect(429);
      await eventually(async () => (await strict.deliver(newEvent())).status === 200, 'a valid one is read');
    } finally {
      await strict.stop();
    }
  });
});

describe('the rest of the body of a refused request', () => {
  it.each(['/webhooks/typeform', '/v1/webhooks', '/nothing'])('%s: is not read when it is large', async (path) => {
    const { socket, received, closed } = await open();
    socket.write(head(path, {}, 64 * 1024 + 1));
    await eventually(closed, 'the connection is closed');
    expect(received()).toMatch(/^HTTP\/1\.1 4\d\d [^]*connection: close/i);
  });

  it('is read when it is small, and the connection stays', async () => {
    const { socket, received } = await open();
    const bytes = 64 * 1024;
    socket.write(head('/webhooks/typeform', {}, bytes));
    await eventually(() => received().includes('HTTP/1.1 401'), 'it is refused');
    socket.write(`${' '.repeat(bytes)}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`);
    await eventually(() => received().includes('HTTP/1.1 200'), 'the next request is answered');
  });
});

it('JSON that nests too deeply is refused before anything walks through it', async () => {
  const nested = (levels: number) => `{"form":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const post = (body: string) => app.admin('post', '/v1/webhooks').set('content-type', 'application/json').send(body);
  expect((await post(nested(32)).expect(400)).body.detail).toMatch(/nests deeper/);
  await post(nested(31)).expect(422);
});

describe('calls without a valid key', () => {
  const LIMIT = 3;
  let strict: TestApp;
  beforeAll(async () => {
    strict = await startTestApp({ ADMIN_THROTTLE_LIMIT: String(LIMIT), TRUST_PROXY: 'loopback' });
  });
  afterAll(() => strict.stop());

  const call = (address: string, path: string, key?: string) =>
    strict.http
      .get(path)
      .set('x-forwarded-for', address)
      .set(key === undefined ? {} : { authorization: `Bearer ${key}` });
  /** Statuses of many calls at once: within one second, so that one window counts them. */
  const flood = async (address: string, path: string, key?: string) =>
    Promise.all(Array.from({ length: 8 * LIMIT }, async () => (await call(address, path, key)).status));

  it.each([
    ['/v1/clients', undefined],
    ['/v1/clients', 'a-wrong-key'],
    ['/v1/clients', `tfo_${'0'.repeat(32)}_${'a'.repeat(43)}`],
    ['/v1/nothing', undefined],
    ['/nothing', undefined],
    ['/openapi.json', undefined],
    ['/metrics', undefined],
    ['/docs', undefined],
  ])('of %s with the key %s are limited per address', async (path, key) => {
    const address = `203.0.113.${Math.floor(Math.random() * 250)}`;
    await eventually(async () => (await flood(address, path, key)).includes(429), 'the address is over its limit');
  });

  it('an IPv6 network is one address', async () => {
    const address = (host: number) => `2001:db8:0:1::${host.toString(16)}`;
    await eventually(async () => {
      const hosts = Array.from({ length: 8 * LIMIT }, (_, host) => call(address(host + 1), '/v1/clients'));
      return (await Promise.all(hosts)).some(({ status }) => status === 429);
    }, 'the network is over its limit');
  });

  it('a valid key passes from a blocked address, a revoked one does not, and guessing reaches no row', async () => {
    const create = () => strict.admin('post', '/v1/api-keys').send({ name: 'behind', role: 'viewer' });
    const issued = ((await create().expect(201)).body as { key: string }).key;
    const { id: revokedId, key: revoked } = (await create().expect(201)).body as { id: string; key: string };
    await strict.admin('delete', `/v1/api-keys/${revokedId}`).expect(204);
    const address = '198.51.100.7';
    for (const [key, status] of [
      [ADMIN_KEY, 200],
      [issued, 200],
      [revoked, 429],
    ] as const) {
      // Sent together, so that the address is blocked at that moment however slow the machine is.
      await eventually(async () => {
        const [statuses, answer] = await Promise.all([
          flood(address, '/v1/clients'),
          (async () => {
            await flood(address, '/v1/clients');
            return call(address, '/v1/forms', key);
          })(),
        ]);
        return statuses.includes(429) && answer.status === status;
      }, `${status} for a key from a blocked address`);
    }
  });
});

describe('bodies that hold back their last byte', () => {
  it('are bounded, while webhooks of the usual size pass; their room is given back', async () => {
    const sendAllButOne = async () => {
      const connection = await open();
      connection.socket.write(head('/webhooks/typeform', { 'typeform-signature': WELL_FORMED }, MIB));
      connection.socket.write(Buffer.alloc(MIB - 1, 0x20));
      return connection;
    };
    const held = await Promise.all(Array.from({ length: 40 }, sendAllButOne));
    const refused = () => held.filter(({ received }) => received() !== '');
    await eventually(() => refused().length === 24, 'all but 16 MiB of the address are refused');
    for (const { received } of refused()) expect(received()).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: \d/i);
    await app.deliver(newEvent()).expect(200);

    const large = Buffer.concat([toBody(newEvent()), Buffer.alloc(100_000, 0x20)]);
    await app.deliver(large).expect(503);
    held.forEach(({ socket }) => socket.destroy());
    await eventually(async () => (await app.deliver(large)).status === 200, 'a large body has room again');
    expect(refused()).toHaveLength(24);
  });

  it('of clients that left while a silent Redis was asked have given their room back', async () => {
    // Answers what a client asks first, and no counter.
    const redis = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        const text = chunk.toString('latin1').toLowerCase();
        if (text.includes('client')) socket.write('+OK\r\n'.repeat(text.split('setinfo').length - 1));
        if (text.includes('\r\ninfo\r\n')) socket.write('$17\r\nredis_version:7.0\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(redis, 'listening');
    const { port } = redis.address() as AddressInfo;
    const shared = await startTestApp({ REDIS_URL: `redis://127.0.0.1:${port}` });
    try {
      for (let n = 0; n < 40; n += 1) {
        const { socket } = await open(shared.url);
        socket.end(head('/webhooks/typeform', { 'typeform-signature': WELL_FORMED }, MIB), () => socket.destroy());
      }
      const large = Buffer.concat([toBody(newEvent()), Buffer.alloc(MIB / 2, 0x20)]);
      await eventually(async () => (await shared.deliver(large)).status === 200, 'a large body has room');
    } finally {
      await shared.stop();
      redis.close();
    }
  });

  it('sent one after the other, however many, always have room', async () => {
    for (let n = 0; n < 40; n += 1) {
      await app.deliver(Buffer.concat([toBody(newEvent()), Buffer.alloc(MIB / 2, 0x20)])).expect(200);
    }
  });
});

describe('connections on which nothing valid comes', () => {
  it('are bounded for an address: the oldest idle one goes, and others still get in', async () => {
    const held = await Promise.all(Array.from({ length: 520 }, () => open(app.url, '127.0.0.2')));
    await eventually(() => held.filter(({ closed }) => closed()).length === 20, 'all but 500 are closed');
    expect(held.slice(-100).some(({ closed }) => closed())).toBe(false);
    await app.deliver(newEvent()).expect(200);
    const newest = held.at(-1)!;
    newest.socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => newest.received().includes('HTTP/1.1 200'), 'the newest is served');
  });

  it('of many addresses leave room for one more, although the address with the most of them is busy', () => {
    const busy = new Set<Socket>();
    const room = new ConnectionRoom(
      () => false,
      (socket) => !busy.has(socket),
    );
    const connected = (remoteAddress: string): Socket => {
      const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress });
      room.admit(socket);
      return socket;
    };
    for (let n = 0; n < 400; n += 1) busy.add(connected('192.0.2.1'));
    const others = Array.from({ length: 1_100 }, (_, n) => connected(`198.51.${n >> 8}.${n & 255}`));
    expect(connected('203.0.113.1').destroyed).toBe(false);
    expect(others.flatMap(({ destroyed }, n) => (destroyed ? [n] : []))).toEqual([0]);
    expect([...busy].some(({ destroyed }) => destroyed)).toBe(false);
  });

  it('are not bounded where they come from a trusted proxy, which is everybody', async () => {
    const behind = await startTestApp({ TRUST_PROXY: '127.0.0.2' });
    try {
      const held = await Promise.all(Array.from({ length: 520 }, () => open(behind.url, '127.0.0.2')));
      const last = held.at(-1)!;
      last.socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
      await eventually(() => last.received().includes('HTTP/1.1 200'), 'the last is served');
      expect(held.filter(({ closed }) => closed())).toEqual([]);
    } finally {
      await behind.stop();
    }
  });

  it('are those of a sender no more once a valid signature or key has come', async () => {
    const proven = await open(app.url, '127.0.0.3');
    proven.socket.write(`GET /v1/forms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`);
    await eventually(() => proven.received().includes('HTTP/1.1 200'), 'the key is accepted');
    const held = await Promise.all(Array.from({ length: 501 }, () => open(app.url, '127.0.0.3')));
    await eventually(() => held.some(({ closed }) => closed()), 'an idle one of nobody is closed');
    expect(proven.closed()).toBe(false);
  });
});

describe('requests sent before the last was answered', () => {
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const answers = (text: string) => text.split('HTTP/1.1 200').length - 1;

  it.each(['/openapi.json', '/docs/swagger-ui-bundle.js', '/health/live', '/webhooks/typeform', '/nothing'])(
    '%s: hundreds at once end the connection',
    async (path) => {
      const { socket, received, closed } = await open();
      socket.write(get(path).repeat(300));
      await eventually(closed, 'the connection is closed');
      expect(answers(received())).toBeLessThanOrEqual(10);
    },
  );

  it('a few are answered, in order', async () => {
    const { socket, received } = await open();
    socket.write(get('/health/live').repeat(5));
    await eventually(() => answers(received()) === 5, 'five answers');
  });

  it('leave no open files behind', async () => {
    const openAssets = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).includes('swagger-ui');
        } catch {
          return false;
        }
      });
    const many = Array.from({ length: 50 }, async () => {
      const { socket } = await open();
      socket.write(get('/docs/swagger-ui-bundle.js').repeat(8));
      await once(socket, 'data');
      socket.destroy();
    });
    await Promise.all(many);
    expect(openAssets()).toEqual([]);
  });
});

it('a flood of strangers writes a bounded number of log lines, and counts them all', async () => {
  const quiet = await startTestApp();
  try {
    for (let n = 0; n < 20; n += 1) {
      await Promise.all(Array.from({ length: 50 }, () => quiet.http.post('/webhooks/typeform').send({}).expect(401)));
    }
    const { body } = await quiet.admin('get', '/v1/overview').expect(200);
    expect(body.intake.outcomes.signature_missing).toBe(1_000);
    expect(quiet.logs.filter((line) => line.includes('Request refused')).length).toBeLessThan(1_000);
    const { rows } = await quiet.database.pool.query('SELECT count(*)::integer AS events FROM webhook_event');
    expect(rows).toEqual([{ events: 0 }]);
  } finally {
    await quiet.stop();
  }
});

it('strangers who do not wait for their answer are counted, too', async () => {
  const quiet = await startTestApp();
  try {
    const left = await Promise.all(Array.from({ length: 400 }, () => open(quiet.url)));
    for (const { socket } of left) socket.end(head('/webhooks/typeform', {}));
    const counted = async (): Promise<Record<string, number>> =>
      (await quiet.admin('get', '/v1/overview').expect(200)).body.intake.outcomes as Record<string, number>;
    await eventually(async () => (await counted()).signature_missing === 400, 'every one is counted, once');
    expect((await counted()).aborted ?? 0).toBe(0);
  } finally {
    await quiet.stop();
  }
});

describe('in production', () => {
  const settings = { ...PRODUCTION_SETTINGS, TYPEFORM_WEBHOOK_SECRET: WEBHOOK_SECRET };

  it('metrics and the OpenAPI document need a key, and there is no browser of it', async () => {
    const production = await startTestApp(settings);
    try {
      for (const path of ['/metrics', '/openapi.json']) {
        await production.http.get(path).expect(401);
        await production.admin('get', path).expect(200);
      }
      await production.http.get('/docs').expect(404);
      await production.http.get('/docs/swagger-ui-bundle.js').expect(404);
    } finally {
      await production.stop();
    }
  });

  it('with a management port all of it is there, and only there', async () => {
    const production = await startTestApp({ ...settings, MANAGEMENT_PORT: '0' });
    try {
      for (const path of ['/metrics', '/openapi.json', '/docs', '/docs/swagger-ui-bundle.js', '/health/live']) {
        expect((await fetch(`${production.managementUrl}${path}`)).status).toBe(200);
        await production.admin('get', path).expect(404);
      }
    } finally {
      await production.stop();
    }
  });
});
