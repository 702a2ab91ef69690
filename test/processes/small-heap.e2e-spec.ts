/** Large bodies in a small process: what waits and what is worked on are bounded in bytes, so that memory does not run out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AcknowledgedLedger } from '../support/acknowledged-ledger';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { largeEvent, newEvent } from '../support/events';
import { exchange } from '../support/sender';
import { ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

const HEAP_MB = 96;
/** Read all at once, a third of them would be more than the heap. */
const EVENTS = 16;

let database: TestDatabase;
let root: string;
let service: ServiceProcess | undefined;
beforeAll(async () => {
  database = await createTestDatabase();
  root = mkdtempSync(join(tmpdir(), 'onboarding-heap-'));
});
afterAll(async () => {
  await service?.kill();
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

it('survives a frozen table while bodies of 1 MiB arrive, and processes them all, the small one behind them too', async () => {
  service = await ServiceProcess.start({
    DATABASE_URL: database.url,
    DATA_DIR: root,
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
  });
  const { url } = service;
  const ledger = new AcknowledgedLedger(() => url, WEBHOOK_SECRET);
  const freezer = await database.pool.connect();
  await freezer.query('BEGIN; LOCK TABLE webhook_event IN ACCESS EXCLUSIVE MODE');
  const sending = ledger.sendAll([...Array.from({ length: EVENTS }, largeEvent), newEvent()], EVENTS);
  // Besides those that an insert is trying to write.
  await service.comesTrue(async () => (await waiting(url)) >= EVENTS / 2, 'many wait for the frozen table');
  await freezer.query('ROLLBACK');
  freezer.release();
  // If it runs out of memory, there is nobody to send to.
  await Promise.race([sending, service.exited]);
  await service.comesTrue(async () => (await unprocessed()) === 0, 'all is processed');

  expect(await ledger.discrepancies(database.pool)).toEqual({ lost: [], unprocessed: [] });
  const { rows } = await database.pool.query<{ reason: string | null; count: number }>(
    'SELECT reason, count(*)::integer AS count FROM webhook_event GROUP BY reason ORDER BY reason NULLS FIRST',
  );
  expect(rows).toEqual([
    { reason: null, count: 1 },
    { reason: 'truncated', count: EVENTS },
  ]);
  expect(await service.stop()).toMatchObject({ code: 0 });
});

async function waiting(url: string): Promise<number> {
  const { text } = await exchange(`${url}/metrics`);
  return Number(/^onboarding_inbox_waiting_commits (\d+)$/m.exec(text)?.[1]);
}

async function unprocessed(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM webhook_event WHERE status <> 'processed'`,
  );
  return rows[0]?.count ?? -1;
}
