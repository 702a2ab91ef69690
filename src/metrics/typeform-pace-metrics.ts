/** Gauges of the pace of calls to Typeform, from the records of all replicas, read when Prometheus asks. */
import { Injectable, OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { TypeformCallStats, TypeformCallSummary } from '../typeform/typeform-call-stats';
import { collectWith } from '../rest/collect-with';

const COMPLIANCE = 'onboarding_typeform_pace_compliance';
const BUSIEST = 'onboarding_typeform_calls_in_busiest_10_seconds';
const OBSERVED_MS = 15 * 60_000;

export const TYPEFORM_PACE_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: COMPLIANCE,
    help: 'Share of 10-second windows of the last 15 minutes, over all replicas, that kept to the rate limit of Typeform',
  }),
  makeGaugeProvider({ name: BUSIEST, help: 'Most calls to Typeform in any 10 seconds of the last 15 minutes' }),
];

@Injectable()
export class TypeformPaceMetrics implements OnModuleInit {
  private reading: Promise<TypeformCallSummary | null> | null = null;

  constructor(
    @InjectMetric(COMPLIANCE) private readonly compliance: Gauge,
    @InjectMetric(BUSIEST) private readonly busiest: Gauge,
    private readonly stats: TypeformCallStats,
  ) {}

  onModuleInit(): void {
    // Who calls nobody keeps to every limit.
    collectWith(this.compliance, () => this.show(this.compliance, ({ compliance }) => compliance ?? 1));
    collectWith(this.busiest, () => this.show(this.busiest, ({ maxPer10Seconds }) => maxPer10Seconds));
  }

  /** Without a database the series are absent rather than stale. */
  private async show(gauge: Gauge, valueOf: (summary: TypeformCallSummary) => number): Promise<void> {
    // Both gauges of a scrape share one query.
    this.reading ??= this.stats
      .summary(OBSERVED_MS)
      .catch(() => null)
      .finally(() => (this.reading = null));
    const summary = await this.reading;
    if (summary) gauge.set(valueOf(summary));
    else gauge.remove();
  }
}
