/** Samples of the metrics -> what happened between them: the figures that a release is judged by. */
import type { MetricsSnapshot } from '../metrics-snapshot';

/** Outcomes of the intake that count in its success rate; the others are the sender's fault, or a stranger's. */
const ACKNOWLEDGED = ['accepted', 'duplicate', 'quarantined'] as const;
const THROTTLED = ['rate_limited'] as const;
const FAILED = [...THROTTLED, 'unavailable', 'error'] as const;

const REQUESTS = 'onboarding_webhook_requests_total';
const ACK = 'onboarding_webhook_ack_seconds';
const WRONG_SECRETS = 'onboarding_webhooks_wrong_secret';
const DEAD = 'onboarding_events_dead_total';
const MEMORY = 'process_resident_memory_bytes';
const STARTED = 'process_start_time_seconds';
const COMPLIANCE = 'onboarding_typeform_pace_compliance';
const EVENTS = 'onboarding_inbox_events';
const OLDEST = 'onboarding_inbox_oldest_age_seconds';

/** Sums since the start of a process. */
interface Counters {
  acknowledged: number;
  failed: number;
  /** Of `failed`: answered 429. */
  throttled: number;
  ackSeconds: number;
  ackCount: number;
  dead: number;
}

/** One reading of one process. Gauges are null when they were not there (without a database some are not). */
export interface Sample extends Counters {
  atMs: number;
  /** Unix time of the start of the process that answered: counters of two processes are not one series. */
  startedAt: number;
  memoryBytes: number | null;
  wrongSecrets: number;
  paceCompliance: number | null;
  pendingEvents: number | null;
  oldestPendingSeconds: number | null;
}

/** What happened in a window; null: not known. */
export interface WindowFigures {
  seconds: number;
  acknowledged: number;
  failed: number;
  /** Of `failed`: answered 429, for the address sent too many. */
  throttled: number;
  /** Registered webhooks whose signatures have stopped being valid; the most seen. */
  wrongSecrets: number;
  /** Mean time to an acknowledgement. */
  ackMs: number | null;
  /** Events given up. */
  dead: number;
  /** Of the process that grew most. */
  memoryGrowthBytes: number | null;
  /** The lowest seen. */
  paceCompliance: number | null;
  /** As they are now. */
  pendingEvents: number | null;
  oldestPendingSeconds: number | null;
}

/** Reads a sample; null when the text is not this service's metrics. */
export function sampleOf(metrics: MetricsSnapshot, atMs: number): Sample | null {
  if (!metrics.has(REQUESTS)) return null;
  const count = (name: string): number => metrics.sum(name) ?? 0;
  const requests = (outcomes: readonly string[]): number =>
    outcomes.reduce((total, outcome) => total + (metrics.sum(REQUESTS, { outcome }) ?? 0), 0);
  return {
    atMs,
    startedAt: count(STARTED),
    acknowledged: requests(ACKNOWLEDGED),
    failed: requests(FAILED),
    throttled: requests(THROTTLED),
    ackSeconds: count(`${ACK}_sum`),
    ackCount: count(`${ACK}_count`),
    dead: count(DEAD),
    memoryBytes: metrics.sum(MEMORY),
    wrongSecrets: metrics.sum(WRONG_SECRETS) ?? 0,
    paceCompliance: metrics.sum(COMPLIANCE),
    pendingEvents: metrics.sum(EVENTS, { status: 'pending' }),
    oldestPendingSeconds: metrics.sum(OLDEST, { status: 'pending' }),
  };
}

/**
 * Samples in the order they were taken, possibly of several processes behind one address or of one that restarted: each process is
 * counted separately, from its first sample, or from zero when it started after the first of all samples. Null without samples.
 */
export function figuresOf(samples: readonly Sample[]): WindowFigures | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return null;
  const processes = byProcess(samples);
  const total: Counters = { ...NOTHING };
  for (const [startedAt, own] of processes) {
    const isNew = startedAt * 1000 > first.atMs;
    let before: Counters | undefined = isNew ? NOTHING : own[0];
    for (const sample of own) {
      add(total, sample, before ?? sample);
      before = sample;
    }
  }
  return {
    seconds: (last.atMs - first.atMs) / 1000,
    ...rates(total),
    wrongSecrets: Math.max(...samples.map(({ wrongSecrets }) => wrongSecrets)),
    memoryGrowthBytes: greatest([...processes.values()].map(growth)),
    paceCompliance: least(samples.map(({ paceCompliance }) => paceCompliance)),
    pendingEvents: last.pendingEvents,
    oldestPendingSeconds: last.oldestPendingSeconds,
  };
}

/** The figures of a process since its start, from one sample. Memory growth is at most what it now uses. */
export function figuresSinceStart(sample: Sample): WindowFigures {
  const { memoryBytes, wrongSecrets, paceCompliance, pendingEvents, oldestPendingSeconds } = sample;
  const seconds = Math.max(0, sample.atMs / 1000 - sample.startedAt);
  return {
    seconds,
    ...rates(sample),
    wrongSecrets,
    memoryGrowthBytes: memoryBytes,
    paceCompliance,
    pendingEvents,
    oldestPendingSeconds,
  };
}

const NOTHING: Counters = { acknowledged: 0, failed: 0, throttled: 0, ackSeconds: 0, ackCount: 0, dead: 0 };
const COUNTERS = Object.keys(NOTHING) as (keyof Counters)[];

/** A counter that is lower than before was reset: then its value is the increase. */
function add(total: Counters, sample: Counters, before: Counters): void {
  for (const name of COUNTERS) {
    total[name] += sample[name] >= before[name] ? sample[name] - before[name] : sample[name];
  }
}

function rates({ acknowledged, failed, throttled, ackSeconds, ackCount, dead }: Counters) {
  return { acknowledged, failed, throttled, dead, ackMs: ackCount === 0 ? null : (ackSeconds / ackCount) * 1000 };
}

function byProcess(samples: readonly Sample[]): ReadonlyMap<number, Sample[]> {
  const processes = new Map<number, Sample[]>();
  for (const sample of samples) processes.set(sample.startedAt, [...(processes.get(sample.startedAt) ?? []), sample]);
  return processes;
}

function growth(samples: readonly Sample[]): number | null {
  const [from, to] = [samples[0]?.memoryBytes ?? null, samples.at(-1)?.memoryBytes ?? null];
  return samples.length < 2 || from === null || to === null ? null : to - from;
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const greatest = (values: readonly (number | null)[]): number | null =>
  known(values).reduce<number | null>((best, value) => Math.max(best ?? value, value), null);
const least = (values: readonly (number | null)[]): number | null =>
  known(values).reduce<number | null>((best, value) => Math.min(best ?? value, value), null);
