/** How long Typeform waits for its 200 and an admin for the record, while events are processed as they come. */
import { Client } from 'pg';
import { RunningContender } from '../contenders/contender';
import type { Latencies } from '../load/latencies';
import type { ScenarioResult } from '../thresholds';
import { verifyStored } from '../verify-stored';
import { waitUntilProcessed } from '../wait-until-processed';
import type { BenchContext } from './bench-context';

const RATES = [100, 1_000] as const;
const CONNECTIONS = 64;
const WARM_UP = { connections: CONNECTIONS, events: 5_000, pace: { durationMs: null } };
const MAX_DRAIN_MS = 60_000;
const MAX_ACK_P99_MS = 20;
const MAX_RECORD_P99_MS = 100;

/** From the receipt of an event until it was marked as processed, in the transaction that stored its record. */
const RECORD_TIMES = `
  SELECT percentile_disc(ARRAY[0.5, 0.95, 0.99, 1]) WITHIN GROUP (
           ORDER BY extract(epoch FROM processed_at - received_at)::float8 * 1000) AS ms
    FROM webhook_event WHERE event_id = ANY($1)`;

interface Measured {
  ratePerSecond: number;
  refused: number;
  ackMs: Latencies;
  recordMs: Latencies;
}

/** The service with its processing on, at an ordinary and at a high rate, sent whether or not answers arrive. */
export async function measureRecords(context: BenchContext): Promise<ScenarioResult> {
  const runs: Measured[] = [];
  for (const rate of RATES) runs.push(await measure(context, rate));
  const fast = runs.at(-1);
  if (!fast) throw new Error('nothing was measured');
  const at = `at ${fast.ratePerSecond} requests/s`;
  return {
    tables: [
      {
        title: 'From a request that was due to its 200, and from the receipt of an event to its record, in ms',
        rows: [
          ['requests/s', 'refused', 'ack p50', 'ack p99', 'ack max', 'record p50', 'record p99', 'record max'],
          ...runs.map(({ ratePerSecond, refused, ackMs, recordMs }) => [
            String(ratePerSecond),
            refused,
            ...[ackMs.p50, ackMs.p99, ackMs.max, recordMs.p50, recordMs.p99, recordMs.max],
          ]),
        ],
      },
    ],
    thresholds: [
      { name: `ack p99 ${at}`, measured: fast.ackMs.p99, rule: 'below', bound: MAX_ACK_P99_MS, unit: 'ms' },
      { name: `record p99 ${at}`, measured: fast.recordMs.p99, rule: 'below', bound: MAX_RECORD_P99_MS, unit: 'ms' },
    ],
    measured: { runs },
  };
}

async function measure({ server, generator, quick, log }: BenchContext, ratePerSecond: number): Promise<Measured> {
  return server.withDatabase(async (databaseUrl) => {
    const service = await RunningContender.start({ module: 'service', workerMode: 'all' }, databaseUrl);
    try {
      log('warming up');
      await generator.run({ ...WARM_UP, port: service.port });
      await waitUntilProcessed(databaseUrl, MAX_DRAIN_MS, log);
      await server.settle();
      log(`${ratePerSecond} requests/s`);
      const load = await generator.run({
        port: service.port,
        connections: CONNECTIONS,
        events: ratePerSecond * (quick ? 5 : 20),
        pace: { ratePerSecond },
      });
      await waitUntilProcessed(databaseUrl, MAX_DRAIN_MS, log);
      await verifyStored(databaseUrl, 'webhook_event', load.acknowledged);
      const recordMs = await recordTimes(databaseUrl, load.acknowledged);
      return { ratePerSecond, refused: load.refused, ackMs: load.latencyMs, recordMs };
    } finally {
      await service.stop();
    }
  });
}

async function recordTimes(databaseUrl: string, eventIds: readonly string[]): Promise<Latencies> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ ms: number[] }>(RECORD_TIMES, [eventIds]);
    const [p50 = NaN, p95 = NaN, p99 = NaN, max = NaN] = rows[0]?.ms ?? [];
    return { p50, p95, p99, max };
  } finally {
    await client.end();
  }
}
