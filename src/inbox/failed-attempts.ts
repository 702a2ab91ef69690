/** Attempts that failed. When each event is tried again is decided at once, and recorded as soon as the database takes it. */
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { nextAttemptAt } from '../core/backoff';
import { Clock } from '../database/clock';
import { isConnectionLost, isDatabaseOutage } from '../database/database-errors';
import { describeDatabaseFailure } from '../database/database-failure';
import { Random } from '../database/random';
import { Changes } from '../live/changes';
import { InboxMetrics } from './inbox-metrics';
import { type ClaimedEvent, type FailedEvent, type Failure, markFailed } from './inbox-work.repository';
import { classifyFailure } from './processing-error';
import { ProcessorStops } from './processor-stops';

/** One that the database does not take is offered again after a second, and then after twice as long each time. */
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** An attempt that is not recorded yet. */
interface FailedAttempt {
  event: FailedEvent;
  failure: Failure;
  /** When to try to record it, on the monotonic clock, and how long to wait after that. */
  dueMs: number;
  pauseMs: number;
}

@Injectable()
export class FailedAttempts {
  private readonly logger = new Logger('Processing');
  /** In the order in which they failed. What took the database down is kept here until the database is back. */
  private readonly unrecorded: FailedAttempt[] = [];
  private recording: Promise<boolean> | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
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
    const failure = { code, sqlState, constraint, table, nextInMs };
    const { eventId, claimedAt } = event;
    this.unrecorded.push({
      event: { eventId, claimedAt, attempts: event.attempts },
      failure,
      dueMs: -Infinity,
      pauseMs: SHORTEST_PAUSE_MS,
    });
  }

  /** The ids of the events whose failure is not recorded yet, for claims that must leave them alone: they are still due in the database. */
  get eventIds(): string[] {
    return this.unrecorded.map(({ event }) => event.eventId);
  }

  /**
   * Records what has failed, as far as the database takes it. False when it takes nothing at the moment: then nothing else will succeed
   * either. Never throws.
   */
  record(): Promise<boolean> {
    return (this.recording ??= this.recordAll().finally(() => {
      this.recording = null;
    }));
  }

  private async recordAll(): Promise<boolean> {
    const now = this.clock.monotonicMs();
    for (;;) {
      const attempt = this.unrecorded.find(({ dueMs }) => dueMs <= now);
      if (!attempt) return true;
      const { event, failure } = attempt;
      try {
        const outcome = await markFailed(this.dataSource.manager, event, failure);
        // Whoever has it says what becomes of it, unless it takes the server down first.
        if (outcome === 'held' && failure.code === 'connection_lost') this.postpone(attempt);
        else this.forget(attempt, outcome === 'recorded');
      } catch (error) {
        this.stops.stopped('record', error);
        const isOutage = isDatabaseOutage(error);
        // A full disk is no event's fault: this one is still due, and is tried again like all others.
        if (isOutage && !isConnectionLost(error)) this.forget(attempt, false);
        else this.postpone(attempt);
        // One refusal a round: a database that takes long to refuse must not hold up other events.
        return !isOutage;
      }
    }
  }

  private postpone(attempt: FailedAttempt): void {
    attempt.dueMs = this.clock.monotonicMs() + attempt.pauseMs;
    attempt.pauseMs = Math.min(LONGEST_PAUSE_MS, attempt.pauseMs * 2);
  }

  private forget(attempt: FailedAttempt, recorded: boolean): void {
    this.unrecorded.splice(this.unrecorded.indexOf(attempt), 1);
    if (!recorded) return;
    const { event, failure } = attempt;
    this.metrics.failed(failure.code, failure.nextInMs === null);
    this.changes.happened('deliveries', [event.eventId]);
  }
}
