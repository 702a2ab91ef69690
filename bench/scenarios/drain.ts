/** How fast a backlog becomes records, compared with how fast the same machine took it in. */
import { RunningContender } from '../contenders/contender';
import { cpuMsOf } from '../cpu-time';
import type { ScenarioResult } from '../thresholds';
import { verifyStored } from '../verify-stored';
import { countOpen, waitUntilProcessed } from '../wait-until-processed';
import type { BenchContext } from './bench-context';

const CONNECTIONS = 64;
/** Rendered at once by the generator. */
const CHUNK_EVENTS = 25_000;
const WARM_UP_EVENTS = 10_000;
const POLL_MS = 500;
const MAX_DRAIN_MS = 300_000;
const MIN_OF_INTAKE = 0.5;

/** Events done and processor time used in a stretch of time. */
interface Stretch {
  events: number;
  seconds: number;
  serviceCpuMs: number;
  databaseCpuMs: number;
}

/** Takes in a backlog with processing elsewhere, at 64 connections; then one process does nothing but process it. */
export async function measureDrain(context: BenchContext): Promise<ScenarioResult> {
  const { server, quick, log } = context;
  const events = quick ? 20_000 : 100_000;
  const [intake, drain] = await server.withDatabase(async (databaseUrl) => {
    log(`taking in ${events} events`);
    const takenIn = await takeIn(context, databaseUrl, events);
    await server.settle();
    log('processing them');
    return [takenIn, await process(context, databaseUrl)] as const;
  });
  const rate = (stretch: Stretch): number => stretch.events / stretch.seconds;
  const row = (name: string, stretch: Stretch): (string | number)[] => [
    name,
    Math.round(rate(stretch)),
    stretch.serviceCpuMs / stretch.events,
    stretch.databaseCpuMs / stretch.events,
    (stretch.serviceCpuMs + stretch.databaseCpuMs) / stretch.events,
  ];
  return {
    tables: [
      {
        title: `A backlog of ${events.toLocaleString('en')} events, taken in at ${CONNECTIONS} connections, then processed by one process`,
        rows: [
          ['', 'events/s', 'service CPU ms', 'PostgreSQL CPU ms', 'CPU ms an event'],
          row('taken in', intake),
          row('processed', drain),
        ],
      },
    ],
    thresholds: [
      {
        name: 'processing a backlog against taking it in',
        measured: rate(drain) / rate(intake),
        rule: 'atLeast',
        bound: MIN_OF_INTAKE,
        unit: 'x',
      },
    ],
    measured: { events, intake: { ...intake, perSecond: rate(intake) }, drain: { ...drain, perSecond: rate(drain) } },
  };
}

async function takeIn({ server, generator }: BenchContext, databaseUrl: string, events: number): Promise<Stretch> {
  const service = await RunningContender.start({ module: 'service', workerMode: 'intake' }, databaseUrl);
  const send = async (count: number): Promise<number> => {
    const { acknowledged, seconds } = await generator.run({
      port: service.port,
      connections: CONNECTIONS,
      events: count,
      pace: { durationMs: null },
    });
    if (acknowledged.length < count) throw new Error(`only ${acknowledged.length} of ${count} were acknowledged`);
    await verifyStored(databaseUrl, 'webhook_event', acknowledged);
    return seconds;
  };
  try {
    await send(WARM_UP_EVENTS);
    const cpuMs = [cpuMsOf(service.pid), await server.cpuMs()] as const;
    let seconds = 0;
    for (let sent = 0; sent < events; sent += CHUNK_EVENTS)
      seconds += await send(Math.min(CHUNK_EVENTS, events - sent));
    return {
      events,
      seconds,
      serviceCpuMs: cpuMsOf(service.pid) - cpuMs[0],
      databaseCpuMs: (await server.cpuMs()) - cpuMs[1],
    };
  } finally {
    await service.stop();
  }
}

/** Measured from the first events that are done, so that the start of the process does not count. */
async function process({ server, log }: BenchContext, databaseUrl: string): Promise<Stretch> {
  const backlog = await countOpen(databaseUrl);
  const service = await RunningContender.start({ module: 'service', workerMode: 'processor' }, databaseUrl);
  const look = async (): Promise<{ open: number; atMs: number; serviceCpuMs: number; databaseCpuMs: number }> => ({
    open: await countOpen(databaseUrl),
    atMs: performance.now(),
    serviceCpuMs: cpuMsOf(service.pid),
    databaseCpuMs: await server.cpuMs(),
  });
  try {
    let first = await look();
    const until = first.atMs + MAX_DRAIN_MS;
    for (; first.open === backlog && first.atMs < until; first = await look())
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    // Not counted on the way: that would take a part of the processor time that is measured.
    await waitUntilProcessed(databaseUrl, MAX_DRAIN_MS, log);
    const last = await look();
    if (last.open > 0) log(`${last.open} events are not processed after ${MAX_DRAIN_MS / 1000} s`);
    return {
      events: first.open - last.open,
      seconds: (last.atMs - first.atMs) / 1000,
      serviceCpuMs: last.serviceCpuMs - first.serviceCpuMs,
      databaseCpuMs: last.databaseCpuMs - first.databaseCpuMs,
    };
  } finally {
    await service.stop();
  }
}
