/** One failover under load, and what it has done to the events. */
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'pg';
import { pinnedClient } from '../../src/database/pinned-client';
import type { FixtureEvent } from '../fixtures/typeform-events';
import { AcknowledgedLedger } from '../support/acknowledged-ledger';
import { type Crowd, drawEvents, formsOf } from '../support/crossing-events';
import { eventually } from '../support/eventually';
import { type ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';
import type { Cluster } from './cluster';
import type { FailoverFault } from './faults';
import { PacedLoad } from './paced-load';

/** Before the primary fails, and after the next one takes in events. */
const STEADY_SECONDS = 5;
/** After the machine is back: time enough to do harm as the primary that it was. */
const BACK_SECONDS = 10;
const DRAWN_AT_ONCE = 100;

export interface RoundResult {
  fault: string;
  acknowledged: number;
  lost: number;
  doubled: number;
  unavailableSeconds: number;
  slowestAnswerSeconds: number;
  /** Deliveries without a 200, by status or by error of the socket: what Typeform would send again. */
  refused: Record<string, number>;
  /** What else is wrong; empty when nothing is. */
  problems: string[];
}

export interface RoundOrder {
  fault: FailoverFault;
  seed: number;
  number: number;
  perSecond: number;
}

/** Runs one round; afterwards the cluster is whole and everything is processed. */
export async function runRound(
  cluster: Cluster,
  replicas: readonly ServiceProcess[],
  { fault, seed, number, perSecond }: RoundOrder,
  log: (line: string) => void,
): Promise<RoundResult> {
  const crowd: Crowd = {
    name: `round-${seed}-${number}`,
    area: number,
    tokens: perSecond * 20,
    since: new Date(Date.now() - 5 * 86_400_000),
  };
  let turn = 0;
  const ledger = new AcknowledgedLedger(() => replicas[(turn += 1) % replicas.length]?.url ?? null, WEBHOOK_SECRET);
  const load = new PacedLoad(ledger, eventsOf(crowd, seed + number), perSecond);
  const takesIn = async (what: string): Promise<void> => {
    const wanted = ledger.acknowledged.size + perSecond * STEADY_SECONDS;
    await eventually(() => ledger.acknowledged.size >= wanted, what);
  };
  await takesIn('events are taken in');
  const primary = await cluster.primary();
  log(`${primary.name} is ${fault.name} after ${ledger.acknowledged.size} events`);
  await fault.happens(primary, cluster);
  await eventually(async () => (await cluster.primary()) !== primary, 'another machine is the primary');
  await takesIn('events are taken in again');
  log(`${(await cluster.primary()).name} takes in events, after ${seconds(ledger.unavailableMs)} s without any`);
  await fault.heals(primary);
  await pause(BACK_SECONDS * 1_000);
  await load.stop();
  await cluster.becomesWhole();
  for (const replica of replicas) await replica.health('ready', 200);
  return { fault: fault.name, ...(await judge(cluster, ledger, load.sent, formsOf(crowd))) };
}

/** Events of a crowd without an end. */
function* eventsOf(crowd: Crowd, seed: number): Generator<FixtureEvent, undefined> {
  for (let first = 0; ; first += DRAWN_AT_ONCE) {
    yield* drawEvents(crowd, { seed: seed + first, count: DRAWN_AT_ONCE, first });
  }
}

async function judge(
  cluster: Cluster,
  ledger: AcknowledgedLedger,
  sent: readonly FixtureEvent[],
  forms: readonly string[],
): Promise<Omit<RoundResult, 'fault'>> {
  const pool = new Pool({ Client: pinnedClient(cluster.url), max: 1 });
  pool.on('error', () => undefined);
  try {
    const count = async (sql: string): Promise<number> =>
      (await pool.query<{ count: number }>(`SELECT (${sql})::integer AS count`, [forms])).rows[0]?.count ?? 0;
    const waiting = `SELECT count(*) FROM webhook_event WHERE status <> 'processed' AND form_id = ANY($1)`;
    await eventually(async () => (await count(waiting)) === 0, 'all is processed');
    const { lost, unprocessed } = await ledger.discrepancies(pool);
    const responses = await count('SELECT count(*) FROM form_response WHERE form_id = ANY($1)');
    // Counted in the transaction of the events: one that was applied twice shows here.
    const counted = await count('SELECT sum(response_count) FROM onboarding_form WHERE form_id = ANY($1)');
    const wanted = new Set(
      sent.map(({ form_response: { form_id: form, token } }) => `${String(form)}/${String(token)}`),
    );
    const problems = [
      ...(unprocessed.length > 0 ? [`${unprocessed.length} events not processed`] : []),
      ...(responses !== wanted.size ? [`${responses} responses of ${wanted.size} people's`] : []),
    ];
    return {
      acknowledged: ledger.acknowledged.size,
      lost: lost.length,
      doubled: counted - responses,
      unavailableSeconds: ledger.unavailableMs / 1_000,
      slowestAnswerSeconds: ledger.slowestMs / 1_000,
      refused: ledger.failures,
      problems,
    };
  } finally {
    await pool.end();
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
