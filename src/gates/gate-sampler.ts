/** The last half hour of this process' own metrics: what the gate webhooks judge, without a Prometheus. */
import { Injectable, Logger, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { register } from 'prom-client';
import { figuresOf, GATE_METRICS, Sample, sampleOf } from '../core/gate-window';
import { MetricsSnapshot } from '../core/metrics-text';
import { decideRelease, GateReport } from '../core/release-gate';
import { Clock } from '../database/clock';

const INTERVAL_MS = 10_000;
const KEPT_MS = 30 * 60_000;
const KEPT_SAMPLES = KEPT_MS / INTERVAL_MS + 1;
/** Half of what is kept, so that there is a window before it. */
export const LONGEST_WINDOW_MS = KEPT_MS / 2;
/** Gauges ask the database: many calls at once share a sample. */
const FRESH_MS = 1_000;

@Injectable()
export class GateSampler implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(GateSampler.name);
  private readonly samples: Sample[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.sample();
    this.timer = setInterval(() => {
      this.sample().catch((error: unknown) =>
        this.logger.warn(`No sample for the gates: ${error instanceof Error ? error.message : 'unknown error'}`),
      );
    }, INTERVAL_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Judges the last `windowMs` up to now, and compares them with as long a time before. */
  async decide(windowMs: number): Promise<GateReport> {
    const now = this.clock.now();
    if (now.getTime() - (this.samples.at(-1)?.atMs ?? 0) >= FRESH_MS) await this.sample();
    const since = now.getTime() - Math.min(windowMs, LONGEST_WINDOW_MS);
    const inside = this.samples.filter(({ atMs }) => atMs >= since);
    const earlier = this.samples.filter(({ atMs }) => atMs < since && atMs >= since - windowMs);
    const [window, before] = [figuresOf(inside), figuresOf(earlier)];
    const comparison = window && before ? { before, after: window } : null;
    const reads = { made: inside.length, missed: 0 };
    return {
      ...decideRelease({ window, reads, comparison, expectThroughput: null }),
      window: {
        source: 'this process',
        from: new Date(inside[0]?.atMs ?? now).toISOString(),
        to: now.toISOString(),
        seconds: Math.round((window?.seconds ?? 0) * 10) / 10,
        reads: reads.made,
        missed: reads.missed,
      },
      figures: window,
      problem: null,
    };
  }

  private async sample(): Promise<void> {
    const names = GATE_METRICS.filter((name) => register.getSingleMetric(name));
    const texts = await Promise.all(names.map((name) => register.getSingleMetricAsString(name)));
    const sample = sampleOf(MetricsSnapshot.parse(texts.join('\n')), this.clock.now().getTime());
    if (sample) this.samples.push(sample);
    if (this.samples.length > KEPT_SAMPLES) this.samples.shift();
  }
}
