import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { PRIORITIES, Priority } from './pace/typeform-call.entity';
import { FAILURES } from './typeform-error';
import { Operation, OPERATIONS } from './typeform-operations';

const CALLS = 'onboarding_typeform_calls_total';
const CALL_SECONDS = 'onboarding_typeform_call_seconds';
const WAIT_SECONDS = 'onboarding_typeform_call_wait_seconds';
const UNREADABLE = 'onboarding_typeform_unreadable_items_total';
const RATE_LIMITED = 'onboarding_typeform_rate_limited_total';

const LISTS = ['list_forms', 'list_webhooks', 'list_responses'] as const satisfies readonly Operation[];
/** `aborted`: the caller gave up. */
const OUTCOMES = ['ok', ...FAILURES, 'aborted'] as const;
export type CallOutcome = (typeof OUTCOMES)[number];

export const TYPEFORM_METRIC_PROVIDERS = [
  makeCounterProvider({ name: CALLS, help: 'Requests sent to Typeform', labelNames: ['operation', 'outcome'] }),
  makeHistogramProvider({
    name: CALL_SECONDS,
    help: 'From sending a request to Typeform to receiving its complete answer',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
  makeHistogramProvider({
    name: WAIT_SECONDS,
    help: 'How long a request waited for its turn',
    labelNames: ['priority'],
    buckets: [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  }),
  makeCounterProvider({
    name: UNREADABLE,
    help: 'Items of lists from Typeform that could not be read and were left out',
    labelNames: ['operation'],
  }),
  makeCounterProvider({ name: RATE_LIMITED, help: 'Answers 429 from Typeform; each one pauses all replicas' }),
];

/** The metrics of the client. */
@Injectable()
export class TypeformMetrics {
  constructor(
    @InjectMetric(CALLS) private readonly calls: Counter<'operation' | 'outcome'>,
    @InjectMetric(CALL_SECONDS) private readonly callSeconds: Histogram,
    @InjectMetric(WAIT_SECONDS) private readonly waitSeconds: Histogram<'priority'>,
    @InjectMetric(UNREADABLE) private readonly unreadableItems: Counter<'operation'>,
    @InjectMetric(RATE_LIMITED) private readonly refusals: Counter,
  ) {
    // Every series is there from the start, so that a rate over the first failure is not lost.
    for (const operation of OPERATIONS) for (const outcome of OUTCOMES) this.calls.inc({ operation, outcome }, 0);
    for (const operation of LISTS) this.unreadableItems.inc({ operation }, 0);
    for (const priority of PRIORITIES) this.waitSeconds.zero({ priority });
  }

  /** Records a request and its outcome. */
  called(operation: Operation, outcome: CallOutcome, seconds: number): void {
    this.calls.inc({ operation, outcome });
    this.callSeconds.observe(seconds);
  }

  /** Records how long a request waited for its turn. */
  waited(priority: Priority, seconds: number): void {
    this.waitSeconds.observe({ priority }, seconds);
  }

  /** Counts items of a list that were left out. */
  unreadable(operation: Operation, count: number): void {
    this.unreadableItems.inc({ operation }, count);
  }

  rateLimited(): void {
    this.refusals.inc();
  }
}
