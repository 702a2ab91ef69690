/** Promise 4 and 11 with two real processes on one database: once over all replicas, work split by role, a kill switch. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBody } from '../fixtures/typeform-events';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { deliver, json, newEvent } from '../support/sender';
import { MAIN, ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

const RACES = 20;

let database: TestDatabase;
let root: string;
let services: ServiceProcess[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
  root = mkdtempSync(join(tmpdir(), 'onboarding-replicas-'));
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.kill()));
  services = [];
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

describe('two replicas', () => {
  it('that get the same event at once: one accepts, one sees a duplicate, one row, one response', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    for (let race = 0; race < RACES; race += 1) {
      const body = toBody(newEvent());
      const answers = await Promise.all([one, other].map(({ url }) => deliver(url, body, WEBHOOK_SECRET)));
      expect(answers.map((answer) => json<{ status: string }>(answer).status).sort()).toEqual([
        'accepted',
        'duplicate',
      ]);
    }
    await one.comesTrue(
      async () => (await count(`status = 'processed' AND duplicates = 1`)) === RACES,
      'all is processed',
    );
    expect(await count('true')).toBe(RACES);
    const { rows } = await database.pool.query('SELECT count(*)::integer AS responses FROM form_response');
    expect(rows).toEqual([{ responses: RACES }]);
  });

  it('one for the intake and one for the work: the one is told by the other, and does not have to look', async () => {
    const [intake, processor] = await Promise.all([
      start({ WORKER_MODE: 'intake' }),
      start({ WORKER_MODE: 'processor' }, neverLooking()),
    ]);
    for (let round = 0; round < 5; round += 1) {
      const event = newEvent();
      expect((await deliver(intake.url, toBody(event), WEBHOOK_SECRET)).status).toBe(200);
      const processed = async () => (await count(`status = 'processed' AND event_id = '${event.event_id}'`)) === 1;
      await processor.comesTrue(processed, 'it is processed');
    }
    expect(await database.pool.query('SELECT 1 FROM form_response')).toHaveProperty('rowCount', 5);
  });
});

describe('WEBHOOK_PROCESSING_ENABLED=false', () => {
  it('keeps events pending until a start with true', async () => {
    const paused = await start({ WEBHOOK_PROCESSING_ENABLED: 'false' });
    for (let sent = 0; sent < 3; sent += 1) {
      expect((await deliver(paused.url, toBody(newEvent()), WEBHOOK_SECRET)).status).toBe(200);
    }
    expect(await paused.stop()).toMatchObject({ code: 0 });
    expect(await count(`status = 'pending' AND attempts = 0`)).toBe(3);
    const active = await start({ WEBHOOK_PROCESSING_ENABLED: 'true' });
    await active.comesTrue(async () => (await count(`status = 'processed'`)) === 3, 'all is processed');
  });
});

async function start(environment: Record<string, string> = {}, script?: string): Promise<ServiceProcess> {
  const dataDir = mkdtempSync(join(root, 'data-'));
  const service = await ServiceProcess.start(
    { DATABASE_URL: database.url, DATA_DIR: dataDir, ...environment },
    { script },
  );
  services.push(service);
  return service;
}

async function count(condition: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM webhook_event WHERE ${condition}`,
  );
  return rows[0]?.count ?? -1;
}

/** A start of the service in which no timer of a second or more ever fires: it finds nothing by looking again after a while. */
function neverLooking(): string {
  const script = join(root, 'service.js');
  const timers = `const { setTimeout: real } = globalThis;
    globalThis.setTimeout = (task, ms, ...rest) => real(task, ms >= 1_000 ? 2 ** 31 - 1 : ms, ...rest);`;
  writeFileSync(script, `${timers}\nrequire(${JSON.stringify(MAIN)});\n`);
  return script;
}
