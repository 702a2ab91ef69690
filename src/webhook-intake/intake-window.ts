/** This process' webhook requests of the last day, per minute: shown by the overview without a Prometheus. */
import { Injectable } from '@nestjs/common';
import { Clock } from '../database/clock';
import { INTAKE_OUTCOMES, IntakeOutcome } from './intake-outcome';

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 24 * 60;
/** Upper edges of the latency classes in seconds, each 15 % above the previous one: 0.1 ms to about 30 s. */
const EDGES = Array.from({ length: 92 }, (_, index) => 0.0001 * 1.15 ** index);

interface Minute {
  /** By the monotonic clock. */
  startedAtMs: number;
  outcomes: Map<IntakeOutcome, number>;
  latencies: Uint32Array;
}

export interface IntakeSummary {
  outcomes: Record<IntakeOutcome, number>;
  /** Seconds within which that share of the acknowledgements was sent (up to 15 % too high); null when there were none. */
  ackSeconds: { p50: number | null; p95: number | null; p99: number | null };
}

@Injectable()
export class IntakeWindow {
  private readonly minutes: (Minute | undefined)[] = new Array<Minute | undefined>(KEPT_MINUTES);

  constructor(private readonly clock: Clock) {}

  /** Adds one request; `ackSeconds` is null when it was refused. */
  add(outcome: IntakeOutcome, ackSeconds: number | null): void {
    const minute = this.current();
    minute.outcomes.set(outcome, (minute.outcomes.get(outcome) ?? 0) + 1);
    if (ackSeconds === null) return;
    const index = EDGES.findIndex((edge) => ackSeconds <= edge);
    const bucket = index === -1 ? EDGES.length - 1 : index;
    minute.latencies[bucket] = (minute.latencies[bucket] ?? 0) + 1;
  }

  /** Sums up the last `minutes` (1..1440), including the current one. */
  summary(minutes: number): IntakeSummary {
    const since = this.clock.monotonicMs() - minutes * MINUTE_MS;
    const outcomes = Object.fromEntries(INTAKE_OUTCOMES.map((outcome) => [outcome, 0])) as Record<
      IntakeOutcome,
      number
    >;
    const latencies = new Uint32Array(EDGES.length);
    for (const minute of this.minutes) {
      if (!minute || minute.startedAtMs + MINUTE_MS <= since) continue;
      for (const [outcome, count] of minute.outcomes) outcomes[outcome] += count;
      minute.latencies.forEach((count, index) => (latencies[index] = (latencies[index] ?? 0) + count));
    }
    return {
      outcomes,
      ackSeconds: { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95), p99: quantile(latencies, 0.99) },
    };
  }

  private current(): Minute {
    const startedAtMs = Math.floor(this.clock.monotonicMs() / MINUTE_MS) * MINUTE_MS;
    const slot = (startedAtMs / MINUTE_MS) % KEPT_MINUTES;
    const existing = this.minutes[slot];
    if (existing?.startedAtMs === startedAtMs) return existing;
    const minute = {
      startedAtMs,
      outcomes: new Map<IntakeOutcome, number>(),
      latencies: new Uint32Array(EDGES.length),
    };
    this.minutes[slot] = minute;
    return minute;
  }
}

function quantile(counts: Uint32Array, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  const index = counts.findIndex((count) => (seen += count) >= total * share);
  return EDGES[index] ?? null;
}
