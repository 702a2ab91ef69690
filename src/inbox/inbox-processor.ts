/** The worker: takes due events in batches, and finds out which event is to blame when a batch fails. */
import { setTimeout as delay } from 'node:timers/promises';
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { nextAttemptAt } from '../core/backoff';
import { Clock } from '../database/clock';
import { describeDatabaseFailure } from '../database/database-failure';
import { NudgeableSleep } from '../database/nudgeable-sleep';
import { Random } from '../database/random';
import { ClientsHeldError } from '../onboarding/who-is-it/clients-held.error';
import { BatchRunner, type FailedBatch } from './batch-runner';
import { InboxMetrics } from './inbox-metrics';
import { InboxSignal } from './inbox-signal';
import { InboxWriter } from './inbox-writer';
import { ClaimedEvent, markFailed, type Wanted } from './inbox-work.repository';
import { classifyFailure, judgeFailure } from './processing-error';
import { ProcessorStops } from './processor-stops';
import { Suspects } from './suspects';

const MAX_BATCH_EVENTS = 256;
/** So many suspects are enough to look into; until they are fewer, nothing new is claimed. */
const MAX_SUSPECTS = 1_024;
const POLL_INTERVAL_MS = 1_000;
/** While this many senders wait for their answer, batches are spaced out: Typeform gives up on a late answer, a record can wait. */
const BUSY_SENDERS = 16;
const BUSY_PAUSE_MS = 1_000;
const BUSY_CHECK_MS = 10;

@Injectable()
export class InboxProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(InboxProcessor.name);
  private running: Promise<void> | null = null;
  private stopping = false;
  /** Nudged whenever something becomes due. */
  private readonly rest = new NudgeableSleep();
  private readonly suspects = new Suspects();
  /** Events of the next batch: fewer after one that took too long, more again with each that succeeds. */
  private batchSize = MAX_BATCH_EVENTS;
  /** When to look for events to be tried again, on the monotonic clock. */
  private retriesDueMs = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly batches: BatchRunner,
    private readonly metrics: InboxMetrics,
    private readonly stops: ProcessorStops,
    private readonly signal: InboxSignal,
    private readonly writer: InboxWriter,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.workerMode === 'intake') return;
    if (!this.config.processing.enabled) {
      this.logger.warn(
        'WEBHOOK_PROCESSING_ENABLED=false: events are taken in and kept, and processed once it is true again',
      );
      return;
    }
    this.signal.listen(() => this.rest.nudge());
    this.running = this.run();
  }

  /** Ends after the batch that is under way. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.rest.nudge();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await this.yieldToSenders();
      this.rest.forgetNudges();
      const more = await this.round();
      if (!more && !this.stopping) await this.rest.sleep(POLL_INTERVAL_MS);
    }
  }

  /** Lets waiting senders go first, for a second at most: under load processing slows down, but it never stops. */
  private async yieldToSenders(): Promise<void> {
    const until = performance.now() + BUSY_PAUSE_MS;
    while (this.writer.unanswered >= BUSY_SENDERS && performance.now() < until && !this.stopping) {
      await delay(BUSY_CHECK_MS);
    }
  }

  /**
   * New events first, then those to be tried again, then one group of suspects: what fails again and again holds up nobody, because
   * it is never in a batch with new events. False when there is nothing more to do now, or nothing can be done.
   */
  private async round(): Promise<boolean> {
    const except = this.suspects.eventIds;
    let more = false;
    if (except.length < MAX_SUSPECTS) {
      const fresh = await this.take({ status: 'pending', limit: this.batchSize, except });
      if (fresh === 'stopped') return false;
      more = fresh === 'more';
      if (this.clock.monotonicMs() >= this.retriesDueMs && !this.stopping) {
        const again = await this.take({ status: 'retrying', limit: this.batchSize, except: this.suspects.eventIds });
        if (again === 'stopped') return false;
        if (again !== 'more') this.retriesDueMs = this.clock.monotonicMs() + POLL_INTERVAL_MS;
        more ||= again === 'more';
      }
    }
    const group = this.stopping ? undefined : this.suspects.next();
    if (group && (await this.take(group)) === 'stopped') return false;
    return more || !this.suspects.none;
  }

  /** One batch. `stopped`: nothing can be done at the moment, and no event is to blame. */
  private async take(wanted: Wanted): Promise<'more' | 'all' | 'stopped'> {
    const result = await this.batches.run(wanted);
    if (result.outcome === 'failed') return (await this.blame(result, wanted)) ? 'more' : 'stopped';
    if (result.outcome === 'stopped') {
      this.stops.stopped(result.step, result.error);
      return 'stopped';
    }
    if (result.handled > 0) {
      this.stops.ended();
      if (!('eventIds' in wanted)) this.batchSize = Math.min(MAX_BATCH_EVENTS, this.batchSize * 2);
    }
    return result.more ? 'more' : 'all';
  }

  /** Finds the event to blame, by and by. False when even that cannot be recorded. */
  private async blame({ events, error }: FailedBatch, wanted: Wanted): Promise<boolean> {
    const eventIds = events.map(({ eventId }) => eventId);
    const suspected = 'eventIds' in wanted;
    const again = suspected && wanted.again;
    if (error instanceof ClientsHeldError && error.eventIds.length > 0) return this.setAside(events, error, again);
    const { groups, mayPass, tooMuch, waited } = judgeFailure(error);
    if (waited && (!suspected || wanted.wait)) {
      this.suspects.addNext({ eventIds, wait: false, again });
      return true;
    }
    if (tooMuch && !suspected) this.batchSize = Math.max(1, Math.ceil(this.batchSize / groups));
    const [event] = events;
    if (!event || events.length > 1 || (mayPass && !suspected)) {
      this.suspects.divide(eventIds, groups);
      return true;
    }
    return this.recordFailure(event, error);
  }

  /**
   * Events of a batch wait for clients that somebody else holds. The others go on at once; these wait once more, for it may have been
   * another processor that was just passing by.
   */
  private async setAside(events: readonly ClaimedEvent[], error: ClientsHeldError, again: boolean): Promise<boolean> {
    const ids = new Set(error.eventIds);
    const held = events.filter(({ eventId }) => ids.has(eventId));
    const free = events.filter(({ eventId }) => !ids.has(eventId));
    this.suspects.addNext({ eventIds: free.map(({ eventId }) => eventId), wait: false, again: false });
    if (!again) this.suspects.addLast({ eventIds: held.map(({ eventId }) => eventId), wait: true, again: true });
    else for (const event of held) if (!(await this.recordFailure(event, error))) return false;
    return true;
  }

  private async recordFailure(event: ClaimedEvent, error: unknown): Promise<boolean> {
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
    try {
      await markFailed(this.dataSource.manager, event, { code, sqlState, constraint, table, nextInMs });
    } catch (failure) {
      // The event stays due and is tried again.
      this.stops.stopped('record', failure);
      return false;
    }
    this.metrics.failed(code, nextAt === null);
    return true;
  }
}
