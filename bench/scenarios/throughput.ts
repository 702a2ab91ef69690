/** How many events a second are committed and acknowledged, compared with other ways to build a receiver. */
import { Contender, RunningContender } from '../contenders/contender';
import type { LoadResult } from '../load/load-result';
import type { ScenarioResult } from '../thresholds';
import { verifyStored } from '../verify-stored';
import type { BenchContext } from './bench-context';

const CONNECTIONS = 64;
/** The number of rendered requests; a contender that handles more is measured for a shorter time. */
const MAX_ACKS_PER_SECOND = 30_000;

const BARE: Contender = { name: 'node:http + HMAC, no database', module: 'bare-http', workerMode: 'all', table: null };
const SERVICE: Contender = {
  name: 'this service (WORKER_MODE=all)',
  module: 'service',
  workerMode: 'all',
  table: 'webhook_event',
};
const INTAKE: Contender = { ...SERVICE, name: 'this service (WORKER_MODE=intake)', workerMode: 'intake' };
const ONE_INSERT: Contender = { ...SERVICE, name: 'this service, one INSERT per request (all)', module: 'one-insert' };
const ONE_INSERT_INTAKE: Contender = {
  ...ONE_INSERT,
  name: 'this service, one INSERT per request (intake)',
  workerMode: 'intake',
};
const EXPRESS: Contender = {
  name: 'Express by hand, one INSERT per request',
  module: 'express-receiver',
  workerMode: 'intake',
  table: 'express_event',
};
const CONTENDERS = [BARE, SERVICE, INTAKE, ONE_INSERT, ONE_INSERT_INTAKE, EXPRESS];

const MIN_OF_BARE = 0.4;
const MIN_OF_ONE_INSERT = 1.5;
const MIN_OF_EXPRESS = 2;

/**
 * Every contender in turn, for several rounds, each time in a new process on an empty database; the medians decide. Alternating
 * makes a temporarily busy machine slow down all of them.
 */
export async function measureThroughput(context: BenchContext): Promise<ScenarioResult> {
  const rounds = context.quick ? 1 : 5;
  const results = new Map<Contender, LoadResult[]>(CONTENDERS.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of CONTENDERS) {
      context.log(`round ${round} of ${rounds}: ${contender.name}`);
      results.get(contender)?.push(await measure(context, contender));
    }
  }
  const rate = (contender: Contender): number => median(results.get(contender) ?? [], (run) => run.acksPerSecond);
  const ratio = (of: Contender, to: Contender): number => rate(of) / rate(to);
  return {
    tables: [
      {
        title: `Acknowledgements a second at ${CONNECTIONS} connections (median of ${rounds}; every id looked up afterwards)`,
        rows: [
          ['', 'acks/s', 'of bare', 'p50 ms', 'p99 ms', 'refused'],
          ...CONTENDERS.map((contender) => {
            const runs = results.get(contender) ?? [];
            return [
              contender.name,
              Math.round(rate(contender)),
              ratio(contender, BARE),
              median(runs, (run) => run.latencyMs.p50),
              median(runs, (run) => run.latencyMs.p99),
              runs.reduce((sum, run) => sum + run.refused, 0),
            ];
          }),
        ],
      },
    ],
    thresholds: [SERVICE, INTAKE].flatMap((service) => {
      const name = (what: string): string => `${service.workerMode}: acks/s against ${what}`;
      const oneInsert = service === SERVICE ? ONE_INSERT : ONE_INSERT_INTAKE;
      const atLeast = { rule: 'atLeast', unit: 'x' } as const;
      return [
        { ...atLeast, name: name('bare node:http'), measured: ratio(service, BARE), bound: MIN_OF_BARE },
        {
          ...atLeast,
          name: name('one INSERT per request'),
          measured: ratio(service, oneInsert),
          bound: MIN_OF_ONE_INSERT,
        },
        { ...atLeast, name: name('Express by hand'), measured: ratio(service, EXPRESS), bound: MIN_OF_EXPRESS },
      ];
    }),
    measured: {
      connections: CONNECTIONS,
      contenders: CONTENDERS.map((contender) => ({
        name: contender.name,
        acksPerSecond: rate(contender),
        rounds: results.get(contender)?.map(({ acksPerSecond, latencyMs, sent, refused, acknowledged }) => ({
          acksPerSecond,
          latencyMs,
          sent,
          refused,
          acknowledged: acknowledged.length,
        })),
      })),
    },
  };
}

async function measure({ server, generator, quick }: BenchContext, contender: Contender): Promise<LoadResult> {
  return server.withDatabase(async (databaseUrl) => {
    const running = await RunningContender.start(contender, databaseUrl);
    const load = (durationMs: number): Promise<LoadResult> =>
      generator.run({
        port: running.port,
        connections: CONNECTIONS,
        events: (MAX_ACKS_PER_SECOND * durationMs) / 1000,
        pace: { durationMs },
      });
    try {
      // Node compiles hot code; a service in use has already done that.
      await load(quick ? 1_000 : 5_000);
      await server.settle();
      const result = await load(quick ? 2_000 : 3_000);
      if (contender.table !== null) await verifyStored(databaseUrl, contender.table, result.acknowledged);
      return result;
    } finally {
      await running.stop();
    }
  });
}

function median(runs: readonly LoadResult[], of: (run: LoadResult) => number): number {
  const values = runs.map(of).sort((a, b) => a - b);
  const middle = values[Math.floor((values.length - 1) / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}
