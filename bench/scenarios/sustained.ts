/** The rate that one process takes in and processes at once, end to end, without its backlog growing. */
import { RunningContender } from '../contenders/contender';
import { cpuMsOf } from '../cpu-time';
import type { LoadResult } from '../load/load-result';
import type { ScenarioResult } from '../thresholds';
import { verifyStored } from '../verify-stored';
import { countOpen, waitUntilProcessed } from '../wait-until-processed';
import type { BenchContext } from './bench-context';

const CONNECTIONS = 64;
const WARM_UP = { connections: CONNECTIONS, events: 20_000, pace: { durationMs: null } };
const MAX_DRAIN_MS = 120_000;
/** Rates are tried upwards in these steps, until one is too high; that before it is measured for long. */
const FIRST_RATE = 500;
const STEP = 1.25;
/** A backlog of what comes in so long does not count as one. */
const SLACK_SECONDS = 1;

interface Try {
  ratePerSecond: number;
  load: LoadResult;
  openAtTheEnd: number;
  serviceCpuMs: number;
  databaseCpuMs: number;
}

export async function measureSustained(context: BenchContext): Promise<ScenarioResult> {
  const { server, generator, quick, log } = context;
  const [tryMs, longMs] = quick ? [3_000, 10_000] : [8_000, 60_000];
  const found = await server.withDatabase(async (databaseUrl) => {
    const service = await RunningContender.start({ module: 'service', workerMode: 'all' }, databaseUrl);
    const attempt = async (ratePerSecond: number, durationMs: number): Promise<Try> => {
      await waitUntilProcessed(databaseUrl, MAX_DRAIN_MS, log);
      await server.settle();
      const cpuMs = [cpuMsOf(service.pid), await server.cpuMs()] as const;
      const load = await generator.run({
        port: service.port,
        connections: CONNECTIONS,
        events: Math.round((ratePerSecond * durationMs) / 1000),
        pace: { ratePerSecond, renderLater: true },
      });
      const openAtTheEnd = await countOpen(databaseUrl);
      log(`${Math.round(ratePerSecond)} requests/s for ${durationMs / 1000} s leave ${openAtTheEnd} events open`);
      await verifyStored(databaseUrl, 'webhook_event', load.acknowledged);
      await waitUntilProcessed(databaseUrl, MAX_DRAIN_MS, log);
      return {
        ratePerSecond: load.acksPerSecond,
        load,
        openAtTheEnd,
        serviceCpuMs: cpuMsOf(service.pid) - cpuMs[0],
        databaseCpuMs: (await server.cpuMs()) - cpuMs[1],
      };
    };
    try {
      log('warming up');
      await generator.run({ ...WARM_UP, port: service.port });
      let rate = FIRST_RATE;
      while (keepsUp(await attempt(rate * STEP, tryMs), rate * STEP)) rate *= STEP;
      for (;;) {
        const long = await attempt(rate, longMs);
        if (keepsUp(long, rate) || rate < FIRST_RATE / 4) return long;
        rate /= STEP ** 0.5;
      }
    } finally {
      await service.stop();
    }
  });
  const { ratePerSecond, load, openAtTheEnd, serviceCpuMs, databaseCpuMs } = found;
  const events = load.acknowledged.length;
  return {
    tables: [
      {
        title: `Taken in and processed at once for ${longMs / 1000} s, without the backlog growing (WORKER_MODE=all)`,
        rows: [
          ['events/s', 'open at the end', 'refused', 'ack p50 ms', 'ack p99 ms', 'service CPU ms', 'PostgreSQL CPU ms'],
          [
            String(Math.round(ratePerSecond)),
            openAtTheEnd,
            load.refused,
            load.latencyMs.p50,
            load.latencyMs.p99,
            serviceCpuMs / events,
            databaseCpuMs / events,
          ],
        ],
      },
    ],
    thresholds: [],
    measured: {
      ratePerSecond,
      openAtTheEnd,
      refused: load.refused,
      latencyMs: load.latencyMs,
      serviceCpuMs,
      databaseCpuMs,
    },
  };
}

/** Whether the load was sent as fast as it was meant to be, and hardly anything was left to process. */
function keepsUp({ ratePerSecond, openAtTheEnd }: Try, wanted: number): boolean {
  return ratePerSecond > wanted * 0.95 && openAtTheEnd < wanted * SLACK_SECONDS;
}
