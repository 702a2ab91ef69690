/** What signed webhooks notice of a flood of strangers: on two cores, beside one that takes as much processor time elsewhere. */
import { readFileSync } from 'node:fs';
import { Child } from '../child';
import { RunningContender } from '../contenders/contender';
import { cpuMsOf } from '../cpu-time';
import type { AttackOrder, AttackResult } from '../load/attacker';
import { Attack, ATTACKS } from '../load/attacks';
import type { LoadResult } from '../load/load-result';
import { isMet, ScenarioResult, Threshold } from '../thresholds';
import { verifyStored } from '../verify-stored';
import { waitUntilProcessed } from '../wait-until-processed';
import type { BenchContext } from './bench-context';

const RATE_PER_SECOND = 100;
const CONNECTIONS = 20;
const WARM_UP_PER_SECOND = 400;
const WARM_UP_SECONDS = 4;
/** The attack begins before the first webhook and ends after the last one. */
const AROUND_MS = 500;
const SAMPLE_INTERVAL_MS = 50;
const MAX_DRAIN_MS = 30_000;
const MAX_P99_MS = 50;
const MAX_RSS_MB = 350;

const NOTHING: AttackResult = { connected: 0, answers: {} };

interface Round {
  name: string;
  load: LoadResult;
  attack: AttackResult;
  /** Of one core. */
  serviceShare: number;
  peakRssMb: number;
}

/** 100 signed webhooks a second in every round: beside an idle attacker, one that only burns processor time, and each attack. */
export async function measureFloods({ server, generator, quick, log }: BenchContext): Promise<ScenarioResult> {
  const seconds = quick ? 3 : 6;
  const attacker = Child.start('load/attacker');
  const rounds = await server.withDatabase(async (databaseUrl) => {
    const service = await RunningContender.start({ module: 'guarded-service', workerMode: 'all' }, databaseUrl);
    const send = (ratePerSecond: number, forSeconds: number): Promise<LoadResult> =>
      generator.run({
        port: service.port,
        connections: CONNECTIONS,
        events: ratePerSecond * forSeconds,
        pace: { ratePerSecond },
      });
    const round = async (name: string, attack: Attack | null | 'none'): Promise<Round> => {
      const rss = watchRss(service.pid);
      const [startedAt, cpuMs] = [performance.now(), cpuMsOf(service.pid)];
      const order = { port: service.port, durationMs: seconds * 1_000 + 2 * AROUND_MS };
      const [load, result] = await Promise.all([
        new Promise((resolve) => setTimeout(resolve, AROUND_MS)).then(() => send(RATE_PER_SECOND, seconds)),
        attack === 'none' ? NOTHING : attacker.ask<AttackResult>({ ...order, attack } satisfies AttackOrder),
      ]);
      const serviceShare = (cpuMsOf(service.pid) - cpuMs) / (performance.now() - startedAt);
      const done = { name, load, attack: result, serviceShare, peakRssMb: rss.stop() };
      log(describe(done));
      return done;
    };
    try {
      log('warming up');
      const { acknowledged } = await send(WARM_UP_PER_SECOND, WARM_UP_SECONDS);
      await waitUntilProcessed(databaseUrl, MAX_DRAIN_MS, log);
      await server.settle();
      const all = [await round('no attack', 'none'), await round('a busy neighbour', null)];
      for (const attack of ATTACKS) all.push(await round(attack.name, attack));
      all.push(await round('a busy neighbour, again', null));
      await verifyStored(databaseUrl, 'webhook_event', [
        ...acknowledged,
        ...all.flatMap(({ load }) => load.acknowledged),
      ]);
      return all;
    } finally {
      await service.stop();
      await attacker.stop();
    }
  });
  const attacks = rounds.filter(({ attack }) => attack.connected > 0);
  const worst = (of: (round: Round) => number): number => Math.max(...attacks.map(of));
  const thresholds: Threshold[] = [
    {
      name: 'p99 of webhooks under attack',
      measured: worst(({ load }) => load.latencyMs.p99),
      rule: 'below',
      bound: MAX_P99_MS,
      unit: 'ms',
    },
    {
      name: 'resident memory under attack',
      measured: worst(({ peakRssMb }) => peakRssMb),
      rule: 'below',
      bound: MAX_RSS_MB,
      unit: 'MB',
    },
  ];
  log(thresholds.every(isMet) ? 'bounds met' : 'bounds missed');
  return {
    tables: [
      {
        title: `${RATE_PER_SECOND} signed webhooks/s beside an attack (attacker at the lowest priority); latency in ms`,
        rows: [
          ['attack', 'sent', 'refused', 'p50', 'p99', 'max', 'answers/s', 'connections', 'core share', 'peak MB'],
          ...rounds.map((one) => [
            one.name,
            one.load.sent,
            one.load.refused,
            one.load.latencyMs.p50,
            one.load.latencyMs.p99,
            one.load.latencyMs.max,
            Math.round(answered(one) / (seconds + (2 * AROUND_MS) / 1_000)),
            one.attack.connected,
            one.serviceShare,
            one.peakRssMb,
          ]),
        ],
      },
    ],
    thresholds,
    measured: rounds.map(({ load: { acknowledged, ...load }, ...rest }) => ({
      ...rest,
      ...load,
      acknowledged: acknowledged.length,
    })),
  };
}

function answered({ attack }: Round): number {
  return Object.values(attack.answers).reduce((sum, count) => sum + count, 0);
}

function describe({ name, load, attack, serviceShare, peakRssMb }: Round): string {
  const { p50, p99, max } = load.latencyMs;
  const numbers = [p50, p99, max].map((ms) => ms.toFixed(1)).join(' / ');
  return `${name}: p50/p99/max ${numbers} ms, refused ${load.refused}, share ${serviceShare.toFixed(2)}, ${peakRssMb.toFixed(0)} MB, connected ${attack.connected}, ${JSON.stringify(attack.answers)}`;
}

/** The highest resident memory of a process until it is stopped. */
function watchRss(pid: number): { stop: () => number } {
  let peak = 0;
  const look = (): void => {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    peak = Math.max(peak, Number(kilobytes ?? 0) / 1024);
  };
  const timer = setInterval(look, SAMPLE_INTERVAL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}
