/** How long Typeform waits for its 200 at an ordinary load. */
import { RunningContender } from '../contenders/contender';
import type { ScenarioResult } from '../thresholds';
import { verifyStored } from '../verify-stored';
import { waitUntilProcessed } from '../wait-until-processed';
import type { BenchContext } from './bench-context';

const RATE_PER_SECOND = 100;
const CONNECTIONS = 20;
const WARM_UP = { connections: CONNECTIONS, events: 3_000, pace: { durationMs: 1_500 } };
const MAX_DRAIN_MS = 30_000;
const MAX_P50_MS = 5;
const MAX_P99_MS = 15;

/** 100 requests a second, sent whether or not answers arrive, to the service with its processing on. */
export async function measureLatency({ server, generator, quick, log }: BenchContext): Promise<ScenarioResult> {
  const seconds = quick ? 5 : 20;
  const { latencyMs, ...load } = await server.withDatabase(async (databaseUrl) => {
    const service = await RunningContender.start({ module: 'service', workerMode: 'all' }, databaseUrl);
    try {
      log('warming up');
      await generator.run({ ...WARM_UP, port: service.port });
      await waitUntilProcessed(databaseUrl, MAX_DRAIN_MS, log);
      await server.settle();
      log(`${RATE_PER_SECOND} requests/s for ${seconds} s`);
      const result = await generator.run({
        port: service.port,
        connections: CONNECTIONS,
        events: RATE_PER_SECOND * seconds,
        pace: { ratePerSecond: RATE_PER_SECOND },
      });
      await verifyStored(databaseUrl, 'webhook_event', result.acknowledged);
      return result;
    } finally {
      await service.stop();
    }
  });
  const at = `at ${RATE_PER_SECOND} requests/s`;
  return {
    tables: [
      {
        title: `Acknowledgement ${at} offered, in ms from the moment a request was due`,
        rows: [
          ['sent', 'refused', 'p50', 'p95', 'p99', 'max'],
          [load.sent, load.refused, latencyMs.p50, latencyMs.p95, latencyMs.p99, latencyMs.max],
        ],
      },
    ],
    thresholds: [
      { name: `p50 ${at}`, measured: latencyMs.p50, rule: 'below', bound: MAX_P50_MS, unit: 'ms' },
      { name: `p99 ${at}`, measured: latencyMs.p99, rule: 'below', bound: MAX_P99_MS, unit: 'ms' },
    ],
    measured: { ratePerSecond: RATE_PER_SECOND, seconds, sent: load.sent, refused: load.refused, latencyMs },
  };
}
