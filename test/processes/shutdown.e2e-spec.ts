/**
 * SIGTERM: what was promised is kept, the rest is told to come again, and the process ends by itself. Exit code 0 says that it came
 * to its end before its own limit, which leaves with 1.
 */
import { connect, type Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBody } from '../fixtures/typeform-events';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { DatabaseProxy } from '../support/database-proxy';
import { freePort } from '../support/free-port';
import { startOwnPostgres } from '../support/own-postgres';
import { deliver, exchange, json, Load, newEvent, SENDERS, signedHeaders } from '../support/sender';
import { ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

let database: TestDatabase;
let root: string;
let service: ServiceProcess | undefined;
let load: Load | undefined;
beforeEach(async () => {
  database = await createTestDatabase();
  root = mkdtempSync(join(tmpdir(), 'onboarding-shutdown-'));
});
afterEach(async () => {
  await service?.kill();
  await load?.stop();
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

describe('SIGTERM', () => {
  it('under load: every request is answered, 200 or 503 to come again, and what was acknowledged is stored', async () => {
    service = await start();
    const sent = (load = new Load(service.url, WEBHOOK_SECRET, true));
    await service.comesTrue(() => sent.acknowledged.length >= 100, 'enough is acknowledged');
    const exit = await service.stop();
    await sent.stop();
    expect({ code: exit.code, signal: exit.signal }).toEqual({ code: 0, signal: null });
    // Every sender is told by its last request; a busy one may come too late for an answer, but no request that was taken goes without.
    const { ECONNREFUSED: tooLate = 0, ...answered } = sent.outcomes;
    expect(answered).toEqual({ 200: sent.acknowledged.length, 503: SENDERS - tooLate });
    for (const { answer } of sent.unacknowledged) {
      if (!answer) continue;
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(json(answer)).toMatchObject({ status: 503, code: 'shutting_down' });
    }
    expect(await storedOf(sent.acknowledged.map(({ eventId }) => eventId))).toBe(sent.acknowledged.length);
  });

  it('with a slow request in flight: not ready at once, the request is finished, then exit code 0', async () => {
    service = await start({ MANAGEMENT_PORT: String(await freePort()) });
    const slow = await SlowRequest.begin(service.url);
    // A connection on which nothing was ever sent must not hold the process.
    const silent = await openConnection(service.url);
    const stopped = service.stop();
    await service.comesTrue(() => namesOnlyShutdown(service), 'readiness names the shutdown');
    const answer = await slow.finish();
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain(`"eventId":"${slow.eventId}"`);
    const exit = await stopped;
    silent.destroy();
    expect({ code: exit.code, signal: exit.signal }).toEqual({ code: 0, signal: null });
    expect(await storedOf([slow.eventId])).toBe(1);
  });

  it('twice is harmless', async () => {
    service = await start();
    const slow = await SlowRequest.begin(service.url);
    const stopped = service.stop();
    await service.comesTrue(() => namesOnlyShutdown(service), 'the port that closes next says so');
    service.signal('SIGTERM');
    expect(await slow.finish()).toMatch(/^HTTP\/1\.1 200 /);
    expect(await stopped).toMatchObject({ code: 0, signal: null });
    expect(await storedOf([slow.eventId])).toBe(1);
  });

  it('while the database is away: the process ends by itself', async () => {
    const dataDir = join(root, 'postgres');
    const postgres = await startOwnPostgres({ dataDir });
    try {
      service = await start({ DATABASE_URL: postgres.url });
      await postgres.stop();
      await service.health('ready', 503);
      const exit = await service.stop();
      expect({ code: exit.code, signal: exit.signal }).toEqual({ code: 0, signal: null });
    } finally {
      await postgres.stop();
    }
  });
});

describe('SIGTERM while the database is silent', () => {
  it('answers every request that waits for it 503, and the process leaves by itself', async () => {
    const postgres = await startOwnPostgres({ dataDir: join(root, 'postgres') });
    const proxy = await DatabaseProxy.start(postgres);
    try {
      service = await start({ DATABASE_URL: proxy.url });
      const { url } = service;
      expect((await deliver(url, toBody(newEvent()), WEBHOOK_SECRET)).status).toBe(200);
      proxy.blackhole();
      const webhooks = Array.from({ length: 64 }, () => deliver(url, toBody(newEvent()), WEBHOOK_SECRET));
      const admin = service.get('/v1/clients');
      await service.comesTrue(async () => {
        const { text } = await exchange(`${url}/metrics`);
        return Number(/^onboarding_inbox_waiting_commits (\d+)$/m.exec(text)?.[1]) >= 32;
      }, 'the events wait for their commit');
      const exit = await service.stop();
      for (const { status, headers } of await Promise.all([...webhooks, admin])) {
        expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 503, retryAfter: '5' });
      }
      expect({ code: exit.code, signal: exit.signal }).toEqual({ code: 0, signal: null });
    } finally {
      await service?.kill();
      await proxy.close();
      await postgres.stop();
    }
  });
});

async function namesOnlyShutdown(running: ServiceProcess | undefined): Promise<boolean> {
  const answer = await running?.get('/health/ready', { base: running.managementUrl });
  if (answer?.status !== 503) return false;
  return Object.keys(json<{ error: object }>(answer).error).join() === 'shutdown';
}

function start(environment: Record<string, string> = {}): Promise<ServiceProcess> {
  return ServiceProcess.start({ DATABASE_URL: database.url, DATA_DIR: join(root, 'data'), ...environment });
}

async function storedOf(eventIds: string[]): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM webhook_event WHERE event_id = ANY($1)',
    [eventIds],
  );
  return rows[0]?.count ?? -1;
}

async function openConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** A webhook whose body arrives in two pieces; the service has it in hand in between. */
class SlowRequest {
  private constructor(
    readonly eventId: string,
    private readonly socket: Socket,
    private readonly rest: Buffer,
  ) {}

  /** Resolves once the service has read the head: it answers `100 Continue`. */
  static async begin(url: string): Promise<SlowRequest> {
    const event = newEvent();
    const body = toBody(event);
    const socket = await openConnection(url);
    const headers = { host: new URL(url).host, ...signedHeaders(body, WEBHOOK_SECRET), expect: '100-continue' };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const continued = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
    socket.write(`POST /webhooks/typeform HTTP/1.1\r\n${lines.join('')}\r\n`);
    expect(await continued).toMatch(/^HTTP\/1\.1 100 /);
    socket.write(body.subarray(0, 10));
    return new SlowRequest(event.event_id, socket, body.subarray(10));
  }

  /** Sends the rest and returns the whole answer, once the service has closed the connection. */
  async finish(): Promise<string> {
    const answer = new Promise<string>((resolve) => {
      let text = '';
      this.socket.on('data', (chunk) => (text += chunk.toString()));
      this.socket.once('close', () => resolve(text));
    });
    this.socket.write(this.rest);
    return answer;
  }
}
