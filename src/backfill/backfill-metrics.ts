import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { BACKFILL_TRIGGERS, BackfillTrigger } from './backfill-run.entity';

const RECOVERED = 'onboarding_backfill_recovered_total';
const RUNS = 'onboarding_backfill_runs_total';
const ENDS = ['done', 'failed'] as const;

export const BACKFILL_METRIC_PROVIDERS = [
  makeCounterProvider({
    name: RECOVERED,
    help: 'Submissions that only a back-fill found; with the trigger start, repair or daily, each one is a lost webhook',
    labelNames: ['trigger'],
  }),
  makeCounterProvider({ name: RUNS, help: 'Back-fill runs that ended', labelNames: ['trigger', 'status'] }),
];

/** The metrics of back-filling: `recovered` is the alarm for lost webhooks. */
@Injectable()
export class BackfillMetrics {
  constructor(
    @InjectMetric(RECOVERED) private readonly recoveredTotal: Counter<'trigger'>,
    @InjectMetric(RUNS) private readonly runs: Counter<'trigger' | 'status'>,
  ) {
    // Every series is there from the start, so that a rate over the first find is not lost.
    for (const trigger of BACKFILL_TRIGGERS) {
      this.recoveredTotal.inc({ trigger }, 0);
      for (const status of ENDS) this.runs.inc({ trigger, status }, 0);
    }
  }

  /** Counts submissions that were missing and are now in the inbox. */
  recovered(trigger: BackfillTrigger, count: number): void {
    this.recoveredTotal.inc({ trigger }, count);
  }

  /** Counts a run that ended. */
  ended(trigger: BackfillTrigger, status: (typeof ENDS)[number]): void {
    this.runs.inc({ trigger, status });
  }
}
