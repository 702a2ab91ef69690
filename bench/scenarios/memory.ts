/** Whether the service's memory grows with the number of webhooks it has taken in. */
import { Client } from 'pg';
import { RunningContender } from '../contenders/contender';
import type { ScenarioResult } from '../thresholds';
import { verifyStored } from '../verify-stored';
import type { BenchContext } from './bench-context';

const CONNECTIONS = 64;
/** Code compiled, pools and buffers at their size: what the first webhooks cost is no growth. */
const WARM_UP_EVENTS = 10_000;
/** Rendered at once by the generator. */
const CHUNK_EVENTS = 25_000;
const CHUNK_TIMEOUT_MS = 120_000;
const DRAIN_POLL_MS = 250;
const MAX_GROWTH_MB = 50;

/** The service with its processing on: memory before and after, with nothing left to process and nothing left to collect. */
export async function measureMemory({ server, generator, quick, log }: BenchContext): Promise<ScenarioResult> {
  const events = quick ? 10_000 : 100_000;
  const { before, after } = await server.withDatabase(async (databaseUrl) => {
    const service = await RunningContender.start({ module: 'service', workerMode: 'all' }, databaseUrl, {
      exposeGc: true,
    });
    const takeIn = async (count: number): Promise<void> => {
      for (let sent = 0; sent < count; sent += CHUNK_EVENTS) {
        const chunk = Math.min(CHUNK_EVENTS, count - sent);
        const { acknowledged } = await generator.run({
          port: service.port,
          connections: CONNECTIONS,
          events: chunk,
          pace: { durationMs: CHUNK_TIMEOUT_MS },
        });
        if (acknowledged.length < chunk) throw new Error(`only ${acknowledged.length} of ${chunk} were acknowledged`);
        await verifyStored(databaseUrl, 'webhook_event', acknowledged);
      }
      await drained(databaseUrl, log);
    };
    try {
      log(`warming up with ${WARM_UP_EVENTS} webhooks`);
      await takeIn(WARM_UP_EVENTS);
      const before = await service.readMemory();
      log(`${events} webhooks`);
      await takeIn(events);
      return { before, after: await service.readMemory() };
    } finally {
      await service.stop();
    }
  });
  const growthMb = after.rssMb - before.rssMb;
  const name = `memory growth over ${events.toLocaleString('en')} webhooks`;
  return {
    tables: [
      {
        title: `Memory of the service in MB, all processed and collected (after ${WARM_UP_EVENTS} to warm up)`,
        rows: [
          ['', 'resident', 'heap', 'external'],
          ['before', before.rssMb, before.heapUsedMb, before.externalMb],
          [`after ${events} webhooks`, after.rssMb, after.heapUsedMb, after.externalMb],
        ],
      },
    ],
    thresholds: [{ name, measured: growthMb, rule: 'below', bound: MAX_GROWTH_MB, unit: 'MB' }],
    measured: { events, before, after, growthMb },
  };
}

/** Waits until every event is processed. */
async function drained(databaseUrl: string, log: (line: string) => void): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const startedAt = performance.now();
    let reported = 0;
    for (;;) {
      const { rows } = await client.query<{ open: number }>(
        `SELECT count(*)::integer AS open FROM webhook_event WHERE status IN ('pending', 'retrying')`,
      );
      const open = rows[0]?.open ?? 0;
      if (open === 0) return;
      const seconds = Math.floor((performance.now() - startedAt) / 10_000);
      if (seconds > reported) log(`${open} still to be processed`);
      reported = seconds;
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
  } finally {
    await client.end();
  }
}
