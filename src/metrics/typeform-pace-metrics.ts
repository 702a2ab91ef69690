/** Gauges of the pace of calls to Typeform, from the records of all replicas, read on each scrape. */
import { Injectable, OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { collectWith, showReading } from '../rest/collect-with';
import { ScrapeReading } from '../rest/scrape-reading';
import { TypeformCallsRepository } from '../typeform/pace/typeform-calls.repository';

const COMPLIANCE = 'onboarding_typeform_pace_compliance';
const BUSIEST = 'onboarding_typeform_calls_in_busiest_10_seconds';
const OBSERVED_MS = 15 * 60_000;

export const TYPEFORM_PACE_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: COMPLIANCE,
    help: "Share of 10-second windows of the last 15 minutes, over all replicas, that stayed within Typeform's rate limit",
  }),
  makeGaugeProvider({ name: BUSIEST, help: 'Most calls to Typeform in any 10 seconds of the last 15 minutes' }),
];

@Injectable()
export class TypeformPaceMetrics implements OnModuleInit {
  private readonly lately = new ScrapeReading(() => this.calls.summary(OBSERVED_MS));

  constructor(
    @InjectMetric(COMPLIANCE) private readonly compliance: Gauge,
    @InjectMetric(BUSIEST) private readonly busiest: Gauge,
    private readonly calls: TypeformCallsRepository,
  ) {}

  onModuleInit(): void {
    collectWith(this.compliance, async () => {
      const lately = await this.lately.read();
      // Without calls, every limit is kept.
      showReading(this.compliance, lately ? (lately.compliance ?? 1) : undefined);
    });
    collectWith(this.busiest, async () => showReading(this.busiest, (await this.lately.read())?.maxPer10Seconds));
  }
}
