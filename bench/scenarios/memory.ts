/** Whether the service's memory grows with the number of webhooks it has received. */
import { RunningContender } from '../contenders/contender';
import type { ScenarioResult } from '../thresholds';
import { verifyStored } from '../verify-stored';
import { countOpen, waitUntilProcessed } from '../wait-until-processed';
import type { BenchContext } from './bench-context';

const CONNECTIONS = 64;
/** Warm-up: after it code is compiled and pools and buffers have their full size, so none of that counts as growth. */
const WARM_UP_EVENTS = 5_000;
/** Rendered at once by the generator. */
const CHUNK_EVENTS = 25_000;
/** If processing has not caught up after this time, the memory is read while it continues. */
const MAX_DRAIN_MS = 30_000;
const MAX_GROWTH_MB = 50;

/** The service with its processing on: memory before and after, with nothing left to collect. */
export async function measureMemory({ server, generator, quick, log }: BenchContext): Promise<ScenarioResult> {
  const events = quick ? 10_000 : 100_000;
  const { before, after, open } = await server.withDatabase(async (databaseUrl) => {
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
          pace: { durationMs: null },
        });
        if (acknowledged.length < chunk) throw new Error(`only ${acknowledged.length} of ${chunk} were acknowledged`);
        await verifyStored(databaseUrl, 'webhook_event', acknowledged);
      }
      await waitUntilProcessed(databaseUrl, MAX_DRAIN_MS, log);
    };
    try {
      log(`warming up with ${WARM_UP_EVENTS} webhooks`);
      await takeIn(WARM_UP_EVENTS);
      const before = await service.readMemory();
      log(`${events} webhooks`);
      await takeIn(events);
      return { before, after: await service.readMemory(), open: await countOpen(databaseUrl) };
    } finally {
      await service.stop();
    }
  });
  const growthMb = after.rssMb - before.rssMb;
  const name = `memory growth over ${events.toLocaleString('en')} webhooks`;
  return {
    tables: [
      {
        title: `Memory of the service in MB, garbage collected, ${open} events not processed yet (after ${WARM_UP_EVENTS} to warm up)`,
        rows: [
          ['', 'resident', 'heap', 'external'],
          ['before', before.rssMb, before.heapUsedMb, before.externalMb],
          [`after ${events} webhooks`, after.rssMb, after.heapUsedMb, after.externalMb],
        ],
      },
    ],
    thresholds: [{ name, measured: growthMb, rule: 'below', bound: MAX_GROWTH_MB, unit: 'MB' }],
    measured: { events, openAtTheEnd: open, before, after, growthMb },
  };
}
