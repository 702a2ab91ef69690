/** Attempts that failed. When each event is tried again is decided at once, and recorded as soon as the database takes it. */
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { nextAttemptAt } from '../core/backoff';
import { describeDatabaseFailure } from '../database/database-failure';
import { Random } from '../database/random';
import { Changes } from '../live/changes';
import { InboxMetrics } from './inbox-metrics';
import { type ClaimedEvent, type Failure, markFailed } from './inbox-work.repository';
import { classifyFailure } from './processing-error';
import { ProcessorStops } from './processor-stops';

@Injectable()
export class FailedAttempts {
  private readonly logger = new Logger('Processing');
  /** In the order in which they failed. What took the database down is kept here until the database is back. */
  private readonly unrecorded: { event: ClaimedEvent; failure: Failure }[] = [];

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly random: Random,
    private readonly metrics: InboxMetrics,
    private readonly stops: ProcessorStops,
    private readonly changes: Changes,
  ) {}

  /** An attempt failed because of `error`. {@link record} writes it down. */
  add(event: ClaimedEvent, error: unknown): void {
    const code = classifyFailure(error);
    const { sqlState, constraint, table } = describeDatabaseFailure(error);
    const attempts = event.attempts + 1;
    // Both times are the database's: how its clock and this one differ does not matter.
    const nextAt = nextAttemptAt(this.config.processing.retry, {
      attempts,
      firstAttemptAt: event.firstAttemptAt ?? event.claimedAt,
      failedAt: event.claimedAt,
      random: this.random.next(),
    });
    const nextInMs = nextAt && nextAt.getTime() - event.claimedAt.getTime();
    // The error's own message may quote an answer: only the code, the ids and the place are logged.
    const place =
      error instanceof Error ? error.stack?.split('\n').find((line) => line.startsWith('    at ')) : undefined;
    const message = nextAt
      ? 'Processing an event failed; it will be tried again'
      : 'Processing an event failed for good';
    this.logger.warn(message, {
      eventId: event.eventId,
      ...{ code, sqlState, constraint, table },
      attempts,
      nextAttemptInSeconds: nextInMs && Math.round(nextInMs / 1000),
      place: place?.trim(),
    });
    this.unrecorded.push({ event, failure: { code, sqlState, constraint, table, nextInMs } });
  }

  /** True when all are recorded. Until then nothing may be claimed: these events are still due in the database. */
  get none(): boolean {
    return this.unrecorded.length === 0;
  }

  /** Records what failed. False when the database does not take it now. Never throws. */
  async record(): Promise<boolean> {
    // Taken out before it is written: two batches may fail at the same time, and neither may record the other's again.
    for (let next = this.unrecorded.shift(); next; next = this.unrecorded.shift()) {
      const { event, failure } = next;
      try {
        await markFailed(this.dataSource.manager, event, failure);
      } catch (error) {
        this.unrecorded.unshift(next);
        this.stops.stopped('record', error);
        return false;
      }
      this.metrics.failed(failure.code, failure.nextInMs === null);
      this.changes.happened('deliveries', [event.eventId]);
    }
    return true;
  }
}
