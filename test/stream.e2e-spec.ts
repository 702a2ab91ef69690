/** `GET /v1/stream`: what any process changes is told to every browser that watches; nobody who does not read costs memory. */
import { get, type IncomingMessage } from 'node:http';
import { ChangeStreams } from '../src/live/change-streams';
import { askEmail, newEvent, tokenOf } from './support/events';
import { deliverTogether } from './support/held-processing';
import { ADMIN_KEY, eventually, startTestApp, TestApp } from './support/test-app';

interface Change {
  kind: string;
  ids: string[];
}

/** A browser that watches. */
interface Watcher {
  response: IncomingMessage;
  text(): string;
  changes(): Change[];
  lastId(): string;
  /** Waits until something of this kind was told, and with this id where one is given. */
  hears(kind: string, id?: string): Promise<void>;
  /** Waits until the service has ended the stream. */
  ends(): Promise<void>;
  leave(): void;
}

let app: TestApp;
let replica: TestApp;
const watchers: Watcher[] = [];
beforeAll(async () => {
  app = await startTestApp();
  replica = await startTestApp({}, { database: app.database });
});
afterEach(() => watchers.splice(0).forEach((watcher) => watcher.leave()));
afterAll(async () => {
  await replica.stop();
  await app.stop();
});

const BEARER = { authorization: `Bearer ${ADMIN_KEY}` };

function request(at: TestApp, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${at.url}/v1/stream`, { headers, agent: false }, resolve).on('error', reject);
  });
}

async function watch(at = app, headers: Record<string, string> = BEARER): Promise<Watcher> {
  const response = await request(at, headers);
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  let text = '';
  let ended = false;
  response.on('data', (chunk: Buffer) => (text += chunk.toString()));
  response.on('end', () => (ended = true));
  response.on('error', () => undefined);
  const changes = () => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(String(data)) as Change);
  const watcher: Watcher = {
    response,
    text: () => text,
    changes,
    lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '',
    hears: (kind, id) =>
      eventually(
        () => changes().some((change) => change.kind === kind && (id === undefined || change.ids.includes(id))),
        `${kind} ${id ?? ''} is told`,
      ),
    ends: () => eventually(() => ended, 'the stream has ended'),
    leave: () => response.destroy(),
  };
  watchers.push(watcher);
  await eventually(() => watcher.lastId() !== '', 'the stream has begun');
  return watcher;
}

async function session(role: string): Promise<{ keyId: string; cookie: string }> {
  const { body } = await app.admin('post', '/v1/api-keys').send({ name: 'watcher', role }).expect(201);
  const { headers } = await app.http.post('/v1/session').send({ apiKey: body.key }).expect(201);
  return { keyId: body.id as string, cookie: String(headers['set-cookie']).split(';')[0] ?? '' };
}

it('tells every process of a submission that one took in, by ids and nothing else', async () => {
  const [here, there] = [await watch(), await watch(replica)];
  const event = newEvent({ formId: 'live', questions: [askEmail('live@example.com')] });
  await app.deliver(event).expect(200);
  for (const watcher of [here, there]) {
    await watcher.hears('deliveries', String(event.event_id));
    await watcher.hears('responses', `live/${tokenOf(event)}`);
    await watcher.hears('clients');
    expect(watcher.text()).toMatch(/^retry: \d+$/m);
    expect(watcher.text()).not.toContain('example.com');
  }
});

it('tells of what admins and jobs change', async () => {
  const event = newEvent({ formId: 'live', questions: [askEmail('changed@example.com')] });
  await app.deliver(event).expect(200);
  await app.settled();
  const { body } = await app.admin('get', '/v1/clients?email=changed@example.com').expect(200);
  const path = `/v1/clients/${String(body.items[0]?.id)}`;
  const watcher = await watch(replica);
  const hearsAgain = async (kind: string, change: () => PromiseLike<unknown>): Promise<void> => {
    const before = watcher.changes().filter((told) => told.kind === kind).length;
    await change();
    await eventually(() => watcher.changes().filter((told) => told.kind === kind).length > before, `${kind} is told`);
  };
  const company = { identifiers: { company: 'Acme Example Ltd' } };
  await hearsAgain('clients', () => app.admin('patch', path).send(company).expect(200));
  await hearsAgain('responses', () => app.admin('post', '/v1/forms/live/reprocess').expect(202));
  await hearsAgain('deliveries', () => app.admin('post', `/v1/deliveries/${event.event_id}/replay`).expect(200));
  await hearsAgain('backfills', () => app.admin('post', '/v1/backfills').send({ formId: 'live' }).expect(202));
  await hearsAgain('clients', () => app.admin('delete', path).expect(200));
  await hearsAgain('webhooks', () =>
    app.database.pool.query(
      `INSERT INTO webhook (form_id, tag, secret, created_at, updated_at, url) VALUES ('live', 'x', '', now(), now(), '')`,
    ),
  );
});

it('gathers what happens in one message, and says no ids where they are too many', async () => {
  const watcher = await watch();
  const events = Array.from({ length: 200 }, () => newEvent({ formId: 'many' }));
  await deliverTogether(app, events);
  await app.settled();
  await eventually(
    () => watcher.changes().some(({ kind, ids }) => kind === 'deliveries' && ids.length === 0),
    'deliveries without ids are told',
  );
  expect(watcher.changes().length).toBeLessThan(events.length);
});

it('whoever comes back is told whether something was missed', async () => {
  const behind = await watch(app, { ...BEARER, 'last-event-id': 'another-process-7' });
  await behind.hears('missed');
  const before = behind.lastId();
  const event = newEvent({ formId: 'live' });
  await app.deliver(event).expect(200);
  // Without ids where those of the test before are told in the same message.
  await eventually(
    () =>
      behind
        .changes()
        .some(({ kind, ids }) => kind === 'deliveries' && (ids.length === 0 || ids.includes(String(event.event_id)))),
    'the delivery is told',
  );
  await (await watch(app, { ...BEARER, 'last-event-id': before })).hears('missed');
  await eventually(async () => {
    const first = await watch();
    const again = await watch(app, { ...BEARER, 'last-event-id': first.lastId() });
    for (const watcher of [first, again]) watcher.leave();
    return again.changes().length === 0;
  }, 'whoever missed nothing is told nothing');
});

it('is told that something was missed when the database was away', async () => {
  const watcher = await watch();
  await app.database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'typeform-onboarding-listen' AND datname = current_database()`,
  );
  await watcher.hears('missed');
});

describe('a stream ends', () => {
  it('when its session ends, in another process too', async () => {
    const { cookie } = await session('viewer');
    const watcher = await watch(replica, { cookie });
    await app.http.delete('/v1/session').set({ cookie, 'x-requested-with': 'console' }).expect(204);
    await watcher.ends();
  });

  it('when its key is revoked', async () => {
    const { keyId, cookie } = await session('viewer');
    const bystander = await watch();
    const watcher = await watch(replica, { cookie });
    await app.admin('delete', `/v1/api-keys/${keyId}`).expect(204);
    await watcher.ends();
    const event = newEvent({ formId: 'live' });
    await app.deliver(event).expect(200);
    await bystander.hears('deliveries', String(event.event_id));
  });

  it('when its session has expired, at the next heartbeat', async () => {
    const { keyId, cookie } = await session('viewer');
    const watcher = await watch(app, { cookie });
    await app.database.pool.query('UPDATE console_session SET expires_at = now() WHERE subject = $1', [keyId]);
    app.app.get(ChangeStreams).beat();
    await watcher.ends();
    expect(watcher.text()).toContain('\n:\n');
  });

  it('when whoever watches does not read', async () => {
    const { cookie } = await session('viewer');
    const response = await request(replica, { cookie });
    response.pause();
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    response.on('error', () => undefined);
    const open = async (): Promise<number> => {
      const { text } = await replica.http.get('/metrics').expect(200);
      return Number(/^onboarding_change_streams (\d+)$/m.exec(text)?.[1]);
    };
    await eventually(async () => (await open()) === 1, 'it is counted');
    await eventually(async () => {
      await app.database.pool.query(
        `SELECT pg_notify('changed', '[{"kind":"clients","ids":["' || n || repeat('x', 7000) || '"]}]') FROM generate_series(1, 500) n`,
      );
      return (await open()) === 0;
    }, 'it is cut off');
    response.resume();
    await closed;
  });

  it('at the first moment of a shutdown, and none begins then', async () => {
    const leaving = await startTestApp({}, { database: app.database });
    try {
      const response = await request(leaving, BEARER);
      const ended = new Promise<void>((resolve) => response.once('end', resolve));
      response.resume();
      const drained = leaving.drain();
      await ended;
      await drained;
    } finally {
      await leaving.stop();
    }
  });
});

it('needs a key or a session, and is limited for each of them', async () => {
  const stranger = await request(app, {});
  expect(stranger.statusCode).toBe(401);
  stranger.destroy();
  const { cookie } = await session('viewer');
  for (let n = 0; n < 10; n += 1) await watch(app, { cookie });
  const refused = await request(app, { cookie });
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  refused.destroy();
  await watch(app, { cookie: (await session('viewer')).cookie });
});
