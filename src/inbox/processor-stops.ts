/** What stops the processing, usually through no fault of any event: without this it would be as silent as a queue with nothing in it. */
import { Injectable, Logger } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Clock } from '../database/clock';
import { DATABASE_FAILURE_CAUSES, describeDatabaseFailure } from '../database/database-failure';

const STOPS = 'onboarding_processing_stops_total';
/** A cause that lasts is logged again after this time. */
const LOG_INTERVAL_MS = 60_000;

/** Claiming due events, applying them, or recording that one failed. */
export const PROCESSING_STEPS = ['claim', 'apply', 'record'] as const;
export type ProcessingStep = (typeof PROCESSING_STEPS)[number];

export const PROCESSOR_STOP_METRIC_PROVIDERS = [
  makeCounterProvider({
    name: STOPS,
    help: 'Batches that could not be processed, usually through no fault of any event; tried again after a second',
    labelNames: ['step', 'cause'],
  }),
];

@Injectable()
export class ProcessorStops {
  private readonly logger = new Logger('Processing');
  /** When each step and cause was last logged. */
  private readonly loggedMs = new Map<string, number>();
  private sinceMs: number | null = null;

  constructor(
    private readonly clock: Clock,
    @InjectMetric(STOPS) private readonly stops: Counter<'step' | 'cause'>,
  ) {
    // Every series is there from the start, so that a rate over the first stop is not lost.
    for (const step of PROCESSING_STEPS)
      for (const cause of DATABASE_FAILURE_CAUSES) this.stops.inc({ step, cause }, 0);
  }

  /** A batch could not be processed because of `error`. */
  stopped(step: ProcessingStep, error: unknown): void {
    const { cause, sqlState, table, constraint } = describeDatabaseFailure(error);
    this.stops.inc({ step, cause });
    const now = this.clock.monotonicMs();
    if (step !== 'record') this.sinceMs ??= now;
    const key = `${step} ${cause} ${sqlState}`;
    if (now - (this.loggedMs.get(key) ?? -Infinity) < LOG_INTERVAL_MS) return;
    this.loggedMs.set(key, now);
    const message =
      step === 'record'
        ? 'A failed attempt could not be recorded: its event waits until it can be'
        : 'Processing waits: events stay in the inbox until it can go on';
    this.logger.error(message, {
      ...{ step, cause, sqlState, table, constraint },
    });
  }

  /** A batch was processed. */
  ended(): void {
    if (this.sinceMs === null) return;
    const seconds = Math.round((this.clock.monotonicMs() - this.sinceMs) / 100) / 10;
    this.sinceMs = null;
    for (const key of this.loggedMs.keys()) if (!key.startsWith('record ')) this.loggedMs.delete(key);
    this.logger.log('Processing goes on', { seconds });
  }
}
