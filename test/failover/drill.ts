/** The drill itself, in namespaces of its own: the cluster, two replicas, and one fault of the primary after the other. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import Table from 'cli-table3';
import { ServiceProcess } from '../support/service-process';
import type { DrillOptions } from './arguments';
import { Cluster } from './cluster';
import { FAULTS } from './faults';
import { type RoundResult, runRound } from './round';

const REPLICAS = 2;
/** How much of the end of what a replica has printed helps. */
const PRINTED = 4_000;
const SETTINGS = {
  WEBHOOK_MAX_EVENT_AGE_DAYS: '365',
  // An event that a failover has made fail is tried again soon.
  RETRY_INITIAL_SECONDS: '1',
  RETRY_MAX_SECONDS: '1',
  RETRY_JITTER_PERCENT: '0',
  RETRY_MAX_ATTEMPTS: '50',
};

/** Runs all rounds and prints their table; true when nothing is lost, doubled or otherwise wrong. */
export async function runDrill(options: DrillOptions, folder: string, programs: string): Promise<boolean> {
  const startedMs = performance.now();
  const log = (line: string): void => {
    process.stdout.write(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${line}\n`);
  };
  makePrivate();
  log(`failover: --seed ${options.seed} --rounds ${options.rounds} --rate ${options.rate}`);
  log('starting three machines with PostgreSQL, Patroni and etcd');
  const cluster = await Cluster.start(folder, programs);
  log(`starting ${REPLICAS} replicas of the service`);
  const replicas: ServiceProcess[] = [];
  for (let replica = 1; replica <= REPLICAS; replica += 1) {
    const environment = { DATABASE_URL: cluster.url, DATA_DIR: join(folder, `replica-${replica}`), ...SETTINGS };
    replicas.push(await ServiceProcess.start(environment));
  }
  const faults = FAULTS.filter(({ name }) => options.faults.includes(name));
  const results: RoundResult[] = [];
  try {
    for (let number = 0; number < options.rounds; number += 1) {
      const fault = faults[number % faults.length];
      if (!fault) throw new Error('no fault was chosen');
      log(`round ${number + 1} of ${options.rounds}: ${fault.name} (${fault.what})`);
      const order = { fault, seed: options.seed, number, perSecond: options.rate };
      const result = await runRound(cluster, replicas, order, log);
      results.push(result);
      log(
        `${result.acknowledged} acknowledged, ${result.lost} lost, ${result.doubled} doubled; refused: ${JSON.stringify(result.refused)}`,
      );
    }
  } catch (error) {
    for (const replica of replicas) process.stderr.write(`${replica.output.slice(-PRINTED)}\n`);
    throw error;
  } finally {
    process.stdout.write(`${tableOf(results)}\n`);
  }
  return results.every(({ lost, doubled, problems }) => lost === 0 && doubled === 0 && problems.length === 0);
}

/** What the machines put into memory and below /run is theirs, and ends with them. */
function makePrivate(): void {
  for (const place of ['/run', '/dev/shm']) execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', place]);
}

function tableOf(results: readonly RoundResult[]): string {
  const table = new Table({
    head: [
      'fault',
      'round',
      'acknowledged',
      'lost',
      'doubled',
      'longest unavailability',
      'slowest answer',
      'refused',
      'problems',
    ],
    style: { head: [], border: [] },
  });
  results.forEach((result, index) => {
    const { fault, acknowledged, lost, doubled, unavailableSeconds, slowestAnswerSeconds, refused, problems } = result;
    table.push([
      fault,
      index + 1,
      acknowledged,
      lost,
      doubled,
      `${unavailableSeconds.toFixed(1)} s`,
      `${slowestAnswerSeconds.toFixed(1)} s`,
      JSON.stringify(refused),
      problems.join('; '),
    ]);
  });
  return table.toString();
}
