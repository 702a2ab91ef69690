import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { PROCESSING_ERROR_CODES, ProcessingErrorCode } from './inbox-work.repository';

const PROCESSING_SECONDS = 'onboarding_event_processing_seconds';
const RECORD_DELAY_SECONDS = 'onboarding_event_record_delay_seconds';
const FAILURES = 'onboarding_event_processing_failures_total';
const DEAD = 'onboarding_events_dead_total';

export const INBOX_METRIC_PROVIDERS = [
  makeHistogramProvider({
    name: PROCESSING_SECONDS,
    help: 'Processing time per event: its share of a batch',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  }),
  makeHistogramProvider({
    name: RECORD_DELAY_SECONDS,
    help: 'From the receipt of an event to its client record',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600, 3600, 36000],
  }),
  makeCounterProvider({ name: FAILURES, help: 'Failed processing attempts', labelNames: ['code'] }),
  makeCounterProvider({
    name: DEAD,
    help: 'Events that failed their last attempt; replay them once the cause is fixed',
  }),
];

/** The metrics of the processor. */
@Injectable()
export class InboxMetrics {
  constructor(
    @InjectMetric(PROCESSING_SECONDS) private readonly processingSeconds: Histogram,
    @InjectMetric(RECORD_DELAY_SECONDS) private readonly recordDelaySeconds: Histogram,
    @InjectMetric(FAILURES) private readonly failures: Counter<'code'>,
    @InjectMetric(DEAD) private readonly dead: Counter,
  ) {
    // Every series is there from the start, so that a rate over the first failure is not lost.
    for (const code of PROCESSING_ERROR_CODES) this.failures.inc({ code }, 0);
  }

  /** Records one processed event: seconds of work, and seconds since it was received. */
  processed(workSeconds: number, delaySeconds: number): void {
    this.processingSeconds.observe(workSeconds);
    this.recordDelaySeconds.observe(delaySeconds);
  }

  /** Counts a failed attempt; `dead` when it was the last one. */
  failed(code: ProcessingErrorCode, dead: boolean): void {
    this.failures.inc({ code });
    if (dead) this.dead.inc();
  }
}
