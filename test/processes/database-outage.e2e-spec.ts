/** Promises 1, 2 and 10 while the database is stopped, or cannot be reached without anybody saying so. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { toBody } from '../fixtures/typeform-events';
import { DatabaseProxy } from '../support/database-proxy';
import { startOwnPostgres } from '../support/own-postgres';
import { deliver, json, Load, newEvent, type Answer } from '../support/sender';
import { ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

const UNKNOWN_WEBHOOK = '/webhooks/typeform/0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e';

let root: string;
let dataDir: string;
let postgres: EmbeddedPostgres;
let proxy: DatabaseProxy | undefined;
let service: ServiceProcess | undefined;
let load: Load | undefined;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'onboarding-outage-'));
  dataDir = join(root, 'postgres');
  postgres = await startOwnPostgres({ dataDir });
});
afterEach(async () => {
  await service?.kill();
  await load?.stop();
  await proxy?.close();
  await postgres.stop();
  rmSync(root, { recursive: true, force: true });
});

describe('a database that is stopped under load and comes back', () => {
  it('is answered with 503 meanwhile, and the service recovers by itself', async () => {
    service = await startService(postgres.url);
    const sent = (load = new Load(service.url, WEBHOOK_SECRET));
    await service.comesTrue(() => sent.acknowledged.length >= 100, 'enough is acknowledged');
    await postgres.stop();
    const { url } = service;
    await expectAway(service);
    await service.comesTrue(() => sent.unacknowledged.length >= 50, 'refusals');
    // The secret of a webhook that this process does not know could be in the database: 401 would be a guess (once what it
    // has read is older than a second).
    const toUnknown = (): Promise<Answer> => deliver(url, toBody(newEvent()), WEBHOOK_SECRET, UNKNOWN_WEBHOOK);
    await service.comesTrue(async () => (await toUnknown()).status !== 401, 'an unknown webhook is not refused');
    expectUnavailable(await toUnknown());

    postgres = await EmbeddedPostgres.start({ dataDir });
    await service.health('ready', 200);
    const before = sent.acknowledged.length;
    await service.comesTrue(() => sent.acknowledged.length >= before + 100, 'new events are acknowledged');
    await sent.stop();
    expectOnlyPromisedAnswers(sent);
    await expectAllProcessed(service, sent);
    expect(service.listens).toBe(true);
  });
});

describe('a network that loses every packet on the way to the database', () => {
  it('is answered with 503 while nothing arrives, and the service recovers when packets arrive again', async () => {
    proxy = await DatabaseProxy.start(postgres);
    service = await startService(proxy.url);
    const sent = (load = new Load(service.url, WEBHOOK_SECRET));
    await service.comesTrue(() => sent.acknowledged.length >= 50, 'enough is acknowledged');
    proxy.blackhole();
    await expectAway(service);
    await service.comesTrue(() => sent.unacknowledged.length >= 16, 'two refusals a sender');

    proxy.heal();
    await service.health('ready', 200);
    const before = sent.acknowledged.length;
    await service.comesTrue(() => sent.acknowledged.length >= before + 50, 'new events are acknowledged');
    await sent.stop();
    expectOnlyPromisedAnswers(sent);
    // The worker's connection is one of those that never hear of it: it must find out by itself.
    await expectAllProcessed(service, sent);
  });
});

function startService(url: string): Promise<ServiceProcess> {
  return ServiceProcess.start({ DATABASE_URL: url, DATA_DIR: join(root, 'data') });
}

/** Probes and metrics tell the truth: not ready because of the database, still alive, and a scrape is answered all the same. */
async function expectAway(running: ServiceProcess): Promise<void> {
  const ready = json<{ error: object }>(await running.health('ready', 503));
  expect(ready.error).toHaveProperty('database');
  expect((await running.get('/health/live')).status).toBe(200);
  const metrics = await running.get('/metrics');
  expect(metrics.text).toMatch(/^onboarding_database_up 0$/m);
  expect(metrics.text).toMatch(/^onboarding_ready 0$/m);
  expect(metrics.text).not.toMatch(/^onboarding_inbox_events\{/m);
}

function expectUnavailable({ status, headers, text }: Answer): void {
  expect({ status, type: headers['content-type'], retryAfter: headers['retry-after'] }).toEqual({
    status: 503,
    type: expect.stringMatching(/^application\/problem\+json/),
    retryAfter: expect.stringMatching(/^[1-9]\d*$/),
  });
  expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'database_unavailable' });
}

/** Every delivery got an answer, and it was 200 or a complete 503. */
function expectOnlyPromisedAnswers(load: Load): void {
  expect(Object.keys(load.outcomes).sort()).toEqual(['200', '503']);
  for (const { answer } of load.unacknowledged) if (answer) expectUnavailable(answer);
}

async function expectAllProcessed(running: ServiceProcess, load: Load): Promise<void> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const ids = load.acknowledged.map(({ eventId }) => eventId);
    const waiting = async (): Promise<number> => {
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM unnest($1::text[]) AS sent (event_id)
           LEFT JOIN webhook_event AS stored USING (event_id) WHERE stored.status IS DISTINCT FROM 'processed'`,
        [ids],
      );
      return rows[0]?.count ?? -1;
    };
    await running.comesTrue(async () => (await waiting()) === 0, 'every acknowledged event is processed');
  } finally {
    await client.end();
  }
}
