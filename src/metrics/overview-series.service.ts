import { Injectable } from '@nestjs/common';
import { BackfillService } from '../backfill/backfill.service';
import { Clock } from '../database/clock';
import { IntakeStatistics } from '../webhook-intake/intake-statistics';
import { ACKNOWLEDGED, FAILED, type IntakeOutcome, REFUSED_OUTCOMES } from '../webhook-intake/intake-outcome';
import { DisabledPeriodsRepository } from '../webhook-management/disabled-periods.repository';
import { windowMinutes } from './overview-window';
import type { OverviewSeriesView, SeriesBucketView } from './overview-series.dto';

const MINUTE_MS = 60_000;

@Injectable()
export class OverviewSeriesService {
  constructor(
    private readonly intake: IntakeStatistics,
    private readonly backfill: BackfillService,
    private readonly disabled: DisabledPeriodsRepository,
    private readonly clock: Clock,
  ) {}

  /** What came in over time; ends with the current minute. `window` like `15m`, `2h` or `90d`; at most `buckets` parts. */
  async get(window: string, buckets: number): Promise<OverviewSeriesView> {
    const minutes = windowMinutes(window);
    if (minutes === null) throw new Error('the window was not validated');
    const bucketMinutes = Math.ceil(minutes / buckets);
    const count = Math.ceil(minutes / bucketMinutes);
    const until = new Date((Math.floor(this.clock.now().getTime() / MINUTE_MS) + 1) * MINUTE_MS);
    const since = new Date(until.getTime() - count * bucketMinutes * MINUTE_MS);
    const parts = { since, until, bucketMinutes };
    const [outcomes, recovered, disabled] = await Promise.all([
      this.intake.series(parts),
      this.backfill.recoveredSeries(parts),
      this.disabled.between(since, until),
    ]);
    const view = Array.from({ length: count }, (_, at): SeriesBucketView => ({
      at: new Date(since.getTime() + at * bucketMinutes * MINUTE_MS),
      received: 0,
      duplicates: 0,
      recovered: 0,
      failed: 0,
      refused: 0,
    }));
    for (const { bucket, outcome, requests } of outcomes) {
      const kind = kindOf(outcome);
      const part = view[bucket];
      if (part && kind) part[kind] += requests;
    }
    for (const { bucket, count: found } of recovered) {
      const part = view[bucket];
      if (part) part.recovered = found;
    }
    return { since, until, bucketMinutes, buckets: view, disabled };
  }
}

/** What an outcome counts as. Null: `aborted` and `unverified`, which say nothing about a webhook, and outcomes of another release. */
function kindOf(outcome: string): 'received' | 'duplicates' | 'failed' | 'refused' | null {
  const known = outcome as IntakeOutcome;
  if (known === 'duplicate') return 'duplicates';
  if (ACKNOWLEDGED.has(known)) return 'received';
  if (FAILED.has(known)) return 'failed';
  return REFUSED_OUTCOMES.has(known) ? 'refused' : null;
}
