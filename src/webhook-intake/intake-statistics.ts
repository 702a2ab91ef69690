/** Outcomes and latencies of all webhook requests, of every replica and across restarts: what the overview shows without a Prometheus. */
import { setTimeout as delay } from 'node:timers/promises';
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { latencyClass, latencyQuantile } from '../core/latency-classes';
import { Clock } from '../database/clock';
import { describeDatabaseFailure } from '../database/database-failure';
import { INTAKE_OUTCOMES, IntakeOutcome } from './intake-outcome';
import { IntakeCount, IntakeStatisticsRepository, OutcomeCount, SpanInParts } from './intake-statistics.repository';

/** What a process that is killed loses. */
const FLUSH_INTERVAL_MS = 5_000;
const PRUNE_INTERVAL_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** A database that does not answer must not hold up the shutdown. */
const LAST_FLUSH_TIMEOUT_MS = 1_000;
/** Kept for a database that is away; then the oldest minutes are dropped. */
const MAX_MINUTES_IN_MEMORY = 24 * 60;

export interface IntakeSummary {
  outcomes: Record<IntakeOutcome, number>;
  /** Seconds within which that share of the acknowledgements was sent (up to 15 % too high); null when there were none. */
  ackSeconds: { p50: number | null; p95: number | null; p99: number | null };
}

/** `outcome/class` -> requests. */
type Counts = Map<string, number>;

@Injectable()
export class IntakeStatistics implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Intake');
  /** Minute of the monotonic clock -> what came in it and is not yet written. */
  private unwritten = new Map<number, Counts>();
  private writing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private prunedAtMs: number | null = null;
  private failing = false;

  constructor(
    private readonly clock: Clock,
    private readonly repository: IntakeStatisticsRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await Promise.race([this.flush(), delay(LAST_FLUSH_TIMEOUT_MS, undefined, { ref: false })]);
  }

  /** Counts one request, in memory; `ackSeconds` is null when it was refused. */
  add(outcome: IntakeOutcome, ackSeconds: number | null): void {
    const minute = Math.floor(this.clock.monotonicMs() / MINUTE_MS);
    let counts = this.unwritten.get(minute);
    if (counts === undefined) {
      counts = new Map();
      this.unwritten.set(minute, counts);
    }
    increase(counts, `${outcome}/${ackSeconds === null ? '' : latencyClass(ackSeconds)}`, 1);
  }

  /** Sums up the last minutes, over all processes; of the others, the last seconds may be missing. */
  async summary(minutes: number): Promise<IntakeSummary> {
    await this.flush();
    const outcomes = Object.fromEntries(INTAKE_OUTCOMES.map((outcome) => [outcome, 0])) as Record<string, number>;
    const latencies = new Map<number, number>();
    for (const { outcome, latencyClass: index, requests } of await this.repository.sum(minutes)) {
      // Another release may have counted outcomes that this one does not know.
      if (outcome in outcomes) outcomes[outcome] = (outcomes[outcome] ?? 0) + requests;
      if (index !== null) latencies.set(index, (latencies.get(index) ?? 0) + requests);
    }
    const [p50 = null, p95 = null, p99 = null] = [0.5, 0.95, 0.99].map((share) => latencyQuantile(latencies, share));
    return { outcomes: outcomes, ackSeconds: { p50, p95, p99 } };
  }

  /** The same per bucket of a span. */
  async series(span: SpanInParts): Promise<OutcomeCount[]> {
    await this.flush();
    return this.repository.series(span);
  }

  /** Writes what was counted since the last time; never fails, and never two at once. */
  private async flush(): Promise<void> {
    await this.writing;
    this.writing ??= this.write().finally(() => (this.writing = null));
    await this.writing;
  }

  private async write(): Promise<void> {
    const taken = this.unwritten;
    this.unwritten = new Map();
    try {
      if (taken.size > 0) await this.repository.add([...this.listed(taken)]);
      await this.pruneSometimes();
      this.failing = false;
    } catch (error) {
      // An insert whose answer was lost may be counted twice: better than not at all.
      this.takeBack(taken);
      if (this.failing) return;
      this.failing = true;
      const facts = describeDatabaseFailure(error);
      this.logger.warn('The statistics of the intake could not be written; they wait in memory', facts);
    }
  }

  private *listed(taken: ReadonlyMap<number, Counts>): Generator<IntakeCount> {
    const now = this.clock.monotonicMs();
    for (const [minute, counts] of taken) {
      const ageMs = Math.max(0, now - (minute + 1) * MINUTE_MS);
      for (const [key, requests] of counts) {
        const [outcome = '', index = ''] = key.split('/');
        yield { ageMs, outcome, latencyClass: index === '' ? null : Number(index), requests };
      }
    }
  }

  private takeBack(taken: Map<number, Counts>): void {
    for (const [minute, counts] of this.unwritten) {
      const earlier = taken.get(minute);
      if (earlier === undefined) taken.set(minute, counts);
      else for (const [key, requests] of counts) increase(earlier, key, requests);
    }
    for (const minute of taken.keys()) {
      if (taken.size <= MAX_MINUTES_IN_MEMORY) break;
      taken.delete(minute);
    }
    this.unwritten = taken;
  }

  private async pruneSometimes(): Promise<void> {
    const now = this.clock.monotonicMs();
    if (this.prunedAtMs !== null && now - this.prunedAtMs < PRUNE_INTERVAL_MS) return;
    await this.repository.prune();
    this.prunedAtMs = now;
  }
}

function increase(counts: Counts, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
