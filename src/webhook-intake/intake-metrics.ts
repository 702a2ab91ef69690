import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { ACKNOWLEDGED, INTAKE_OUTCOMES, IntakeOutcome } from './intake-outcome';
import { IntakeStatistics } from './intake-statistics';

const REQUESTS = 'onboarding_webhook_requests_total';
const ACK_SECONDS = 'onboarding_webhook_ack_seconds';

export const INTAKE_METRIC_PROVIDERS = [
  makeCounterProvider({ name: REQUESTS, help: 'Requests to the webhook endpoints', labelNames: ['outcome'] }),
  makeHistogramProvider({
    name: ACK_SECONDS,
    help: 'From the request to the answer 200, including the commit',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
];

/** Measures every request to the webhook endpoints, for Prometheus and for the overview. */
@Injectable()
export class IntakeMetrics {
  constructor(
    @InjectMetric(REQUESTS) private readonly requests: Counter<'outcome'>,
    @InjectMetric(ACK_SECONDS) private readonly ackSeconds: Histogram,
    private readonly statistics: IntakeStatistics,
  ) {
    // Every series is there from the start, so that a rate over the first event is not lost.
    for (const outcome of INTAKE_OUTCOMES) this.requests.inc({ outcome }, 0);
  }

  /** Records a request that was answered after `seconds`. */
  answered(outcome: IntakeOutcome, seconds: number): void {
    this.requests.inc({ outcome });
    if (ACKNOWLEDGED.has(outcome)) this.ackSeconds.observe(seconds);
    this.statistics.add(outcome, ACKNOWLEDGED.has(outcome) ? seconds : null);
  }
}
