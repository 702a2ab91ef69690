/** Promises 1, 4 and 10: whatever goes wrong while events come in, each that was acknowledged is there, once, and ends in the right record. */
import { setTimeout as pause } from 'node:timers/promises';
import Table from 'cli-table3';
import { type FixtureEvent, toBody } from '../fixtures/typeform-events';
import { AcknowledgedLedger } from '../support/acknowledged-ledger';
import { type Crowd, drawEvents, formsOf } from '../support/crossing-events';
import { eventually } from '../support/eventually';
import type { Fault } from '../support/fault';
import { FaultStand } from '../support/fault-stand';
import { RecordModel, recordsIn } from '../support/record-model';
import { WEBHOOK_SECRET } from '../support/service-process';
import { CONNECTIONS } from './connections';
import { CRASHES } from './crashes';
import { LOCKS } from './locks';
import { PEOPLE_LEAVE } from './people';
import { PROCESSES } from './processes';
import { REDIS } from './redis';
import { STORAGE } from './storage';
import { WORK_WITH_TYPEFORM } from './work-with-typeform';

/** In full with `npm run test:faults`. */
const FULL = process.env.FAULT_ROUNDS !== undefined;
const ALL = [
  // While the tables are small: one with room in it does not feel a full disk, and an erasure reads every body that was replaced.
  ...STORAGE,
  ...PEOPLE_LEAVE,
  ...CRASHES,
  ...CONNECTIONS,
  ...LOCKS,
  ...PROCESSES,
  ...WORK_WITH_TYPEFORM,
  ...REDIS,
];
const FAULTS = FULL ? ALL : ALL.filter(({ onlyInFull }) => !onlyInFull);
const SEED = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000_000);
/** Over all faults; otherwise one of each. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? FAULTS.length);
const EVENTS = Number(process.env.FAULT_EVENTS ?? FAULTS.length * 80);
const SENDERS = 16;
/** An event takes 6 KB at most, with its indexes. */
const DATA_DISK_MB = 64 + Math.ceil((EVENTS * 6) / 1024);
/** Typeform waits no longer for an answer. */
const TOO_LATE_MS = 30_000;
const MAX_RESIDENT_BYTES = 512 * 1024 * 1024;

let stand: FaultStand;
let model: RecordModel;
const ledgers: AcknowledgedLedger[] = [];
const table = new Table({
  head: ['fault', 'rounds', 'acknowledged', 'lost', 'duplicated', 'longest unavailability', 'refused'],
  style: { head: [], border: [] },
});
beforeAll(async () => {
  process.stdout.write(`zero loss: FAULT_SEED=${SEED} FAULT_ROUNDS=${ROUNDS} FAULT_EVENTS=${EVENTS}\n`);
  if (STORAGE.length === 0) process.stdout.write('zero loss: no full disks, since only root can mount a small one\n');
  if (REDIS.length === 0) process.stdout.write('zero loss: no Redis, since redis-server is not installed\n');
  [stand, model] = await Promise.all([FaultStand.start(STORAGE.length > 0 ? DATA_DISK_MB : null), RecordModel.start()]);
});
afterAll(async () => {
  process.stdout.write(`${table.toString()}\n`);
  await model?.stop();
  await stand?.remove();
});

it.each(FAULTS.map((fault, place) => ({ ...fault, place })))('$name', async ({ place, ...fault }) => {
  const rounds = Math.floor(ROUNDS / FAULTS.length) + Number(place < ROUNDS % FAULTS.length);
  const ledger = new AcknowledgedLedger(() => stand.url, WEBHOOK_SECRET);
  ledgers.push(ledger);
  let duplicated = 0;
  for (let round = 0; round < rounds; round += 1) {
    // The whole run takes long: where it is.
    process.stdout.write(`zero loss: ${fault.name}, round ${round + 1} of ${rounds}\n`);
    duplicated += await suffer(fault, ledger, SEED + place * 1_000 + round, place * rounds + round);
  }
  const lost = (await Promise.all(ledgers.map((each) => each.discrepancies(stand.pool)))).flatMap((each) => each.lost);
  table.push([
    fault.name,
    rounds,
    ledger.acknowledged.size,
    lost.length,
    duplicated,
    `${(ledger.unavailableMs / 1_000).toFixed(1)} s`,
    JSON.stringify(ledger.failures),
  ]);
  expect({ lost, duplicated }).toEqual({ lost: [], duplicated: 0 });
});

/** One round: events come in, the fault happens, and afterwards everything is as if it had not. Returns how many were counted twice. */
async function suffer(fault: Fault, ledger: AcknowledgedLedger, seed: number, number: number): Promise<number> {
  const count = Math.ceil(EVENTS / ROUNDS);
  const crowd: Crowd = {
    name: `crowd-${seed}`,
    area: number,
    tokens: Math.ceil(count / 3),
    since: new Date(Date.now() - 5 * 86_400_000),
  };
  const forms = formsOf(crowd);
  const before = ledger.acknowledged.size;
  const refused = (): number => Object.values(ledger.failures).reduce((sum, times) => sum + times, 0);
  stand.loading = true;
  const sending = send(ledger, drawEvents(crowd, { seed, count })).finally(() => (stand.loading = false));
  await eventually(() => ledger.acknowledged.size >= before + count / 8, 'enough is acknowledged');
  let over = false;
  const happening = Promise.resolve(fault.happens(stand, refused)).finally(() => (over = true));
  await Promise.all([happening, sending, goOnSending(ledger, crowd, { seed, first: count, until: () => over })]);
  await stand.recovers();
  const waiting = `SELECT count(*)::integer FROM webhook_event
                    WHERE status NOT IN ('processed', 'quarantined') AND form_id = ANY($1)`;
  await eventually(async () => (await stand.count(waiting, [forms])) === 0, 'all is processed');

  expect(await ledger.discrepancies(stand.pool)).toEqual({ lost: [], unprocessed: [] });
  expect(await recordsIn(stand.pool, forms)).toEqual(await model.recordsOf(stand.pool, forms));
  expect(Object.keys(ledger.failures).filter((outcome) => !allowed(fault).includes(outcome))).toEqual([]);
  expect(ledger.slowestMs).toBeLessThan(TOO_LATE_MS);
  expect(await stand.residentBytes()).toBeLessThan(MAX_RESIDENT_BYTES);
  const counted = await stand.count(
    'SELECT sum(response_count)::integer AS count FROM onboarding_form WHERE form_id = ANY($1)',
    [forms],
  );
  return counted - (await stand.count('SELECT count(*)::integer FROM form_response WHERE form_id = ANY($1)', [forms]));
}

/** The events; every fifth twice, every tenth with another body under the same id as well; and now and then what nobody may take in. */
async function send(ledger: AcknowledgedLedger, events: readonly FixtureEvent[]): Promise<void> {
  const deliveries = events.flatMap((event, index) => [
    event,
    ...(index % 5 === 0 ? [event] : []),
    ...(index % 10 === 0 ? [conflicting(event)] : []),
  ]);
  const invalid = events.filter((_event, index) => index % 20 === 0).map(toBody);
  await Promise.all([
    ledger.sendAll(deliveries, SENDERS),
    (async () => {
      for (const body of invalid) {
        await ledger.refuse(body, `not-${WEBHOOK_SECRET}`, 401);
        await ledger.refuse(body.subarray(1), WEBHOOK_SECRET, 400);
      }
    })(),
  ]);
}

/**
 * One event after the other until the fault is over, so that somebody always notices it. Ten a second: new events go before those that
 * are suspected of failing, so with fifty a second it took minutes until one of those stood alone.
 */
async function goOnSending(
  ledger: AcknowledgedLedger,
  crowd: Crowd,
  { seed, first, until }: { seed: number; first: number; until: () => boolean },
): Promise<void> {
  for (let next = first; !until(); next += 1) {
    await ledger.sendAll(drawEvents(crowd, { seed: seed + next, count: 1, first: next }), 1);
    await pause(100);
  }
}

function conflicting(event: FixtureEvent): FixtureEvent {
  return { ...event, form_response: { ...event.form_response, answers: [] } };
}

function allowed({ losesConnections }: Fault): string[] {
  return losesConnections ? ['503', 'down', 'ECONNRESET', 'ECONNREFUSED', 'EPIPE'] : ['503'];
}
