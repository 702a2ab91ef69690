/** Promises 1 and 4: two processors on clients that cross, killed again and again; every record is as if nothing had happened. */
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FixtureEvent } from '../fixtures/typeform-events';
import { AcknowledgedLedger } from '../support/acknowledged-ledger';
import { type Crowd, drawEvents, formsOf } from '../support/crossing-events';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { RecordModel, recordsIn } from '../support/record-model';
import { ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000_000);
const EVENTS = 150;
const SENDERS = 24;
/** Responses whose versions of several rounds follow each other. */
const TOKENS = 60;
const ROLES = ['intake', 'processor', 'processor'] as const;

let database: TestDatabase;
let root: string;
const services: (ServiceProcess | null)[] = ROLES.map(() => null);
beforeAll(async () => {
  database = await createTestDatabase();
  root = mkdtempSync(join(tmpdir(), 'onboarding-crossing-'));
});
afterAll(async () => {
  await Promise.all(ROLES.map((_role, index) => kill(index)));
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

it(`${ROUNDS} rounds of kill -9, seed ${SEED}`, async () => {
  process.stdout.write(`crossing clients: CRASH_SEED=${SEED} CRASH_ROUNDS=${ROUNDS}\n`);
  const ledger = new AcknowledgedLedger(() => (services[0]?.listens ? services[0].url : null), WEBHOOK_SECRET);
  const crowd = { name: `crossing-${SEED}`, area: 0, tokens: TOKENS, since: new Date(Date.now() - 5 * 86_400_000) };
  let midBatch = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await startMissing();
    const { events, victims, after } = planOf(round, crowd);
    const before = ledger.acknowledged.size;
    const sending = ledger.sendAll(events, SENDERS);
    await eventually(() => ledger.acknowledged.size >= before + after, 'enough is acknowledged');
    // In the middle of a batch if one can still be found.
    let underWay = false;
    await eventually(async () => {
      underWay = await batchUnderWay();
      return underWay || (await unprocessed()) === 0;
    }, 'a batch is under way, or all is processed');
    midBatch += Number(underWay);
    await Promise.all(victims.map((index) => kill(index)));
    await startMissing();
    await sending;
  }
  await eventually(async () => (await unprocessed()) === 0, 'all is processed');

  expect(await ledger.discrepancies(database.pool)).toEqual({ lost: [], unprocessed: [] });
  expect(await recordsIn(database.pool, formsOf(crowd))).toEqual(await recordsByModel(formsOf(crowd)));
  process.stdout.write(
    `crossing clients: ${ledger.acknowledged.size} events acknowledged, ${midBatch} of ${ROUNDS} kills within a batch, ` +
      `unanswered ${JSON.stringify(ledger.failures)}\n`,
  );
});

/** What happens in a round, by the seed: the events, with some of them twice, who is killed, and after how many answers. */
function planOf(round: number, crowd: Crowd): { events: FixtureEvent[]; victims: readonly number[]; after: number } {
  const seed = SEED + round;
  const plan = fc.record({
    twice: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: EVENTS, maxLength: EVENTS }),
    victims: fc.constantFrom([1], [2], [1, 2], [0, 1], [0, 1, 2]),
    after: fc.integer({ min: 20, max: EVENTS / 2 }),
  });
  const [drawn] = fc.sample(plan, { seed, numRuns: 1 });
  if (!drawn) throw new Error('nothing was drawn');
  const { twice, victims, after } = drawn;
  const versions = drawEvents(crowd, { seed, count: EVENTS, first: round * EVENTS });
  return {
    events: versions.flatMap((event, index) => (twice[index] === 0 ? [event, event] : [event])),
    victims,
    after,
  };
}

async function recordsByModel(forms: readonly string[]): Promise<Record<string, unknown[]>> {
  const model = await RecordModel.start();
  try {
    return await model.recordsOf(database.pool, forms);
  } finally {
    await model.stop();
  }
}

async function startMissing(): Promise<void> {
  await Promise.all(
    ROLES.map(async (role, index) => {
      services[index] ??= await ServiceProcess.start({
        DATABASE_URL: database.url,
        DATA_DIR: join(root, `data-${index}`),
        WORKER_MODE: role,
        WEBHOOK_MAX_EVENT_AGE_DAYS: '365',
      });
    }),
  );
}

async function kill(index: number): Promise<void> {
  const service = services[index];
  await service?.kill();
  services[index] = null;
}

/** A processor holds the lock that every batch takes until its commit. */
async function batchUnderWay(): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted
        AND (classid::bigint << 32 | objid::bigint) = hashtextextended('typeform-onboarding:processing', 0)
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return (rowCount ?? 0) > 0;
}

async function unprocessed(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM webhook_event WHERE status <> 'processed'`,
  );
  return rows[0]?.count ?? -1;
}
