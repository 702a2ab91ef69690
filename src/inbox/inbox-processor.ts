/** The worker: claims due events in batches, applies them, records the outcome in the same transaction. */
import { setTimeout as delay } from 'node:timers/promises';
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { nextAttemptAt } from '../core/backoff';
import { shareUntilCommit } from '../database/advisory-lock';
import { isDatabaseOutage } from '../database/database-errors';
import { Clock } from '../database/clock';
import { NudgeableSleep } from '../database/nudgeable-sleep';
import { Random } from '../database/random';
import { OnboardingService } from '../onboarding/onboarding.service';
import { InboxMetrics } from './inbox-metrics';
import { InboxSignal } from './inbox-signal';
import { inProcessingSpan } from './inbox-spans';
import { InboxWriter } from './inbox-writer';
import { claimDue, ClaimedEvent, markDone, markFailed } from './inbox-work.repository';
import { classifyFailure } from './processing-error';

const MAX_BATCH_EVENTS = 32;
/** Payloads of one batch are held in memory together. */
const MAX_BATCH_BYTES = 32 * 1024 * 1024;
const POLL_INTERVAL_MS = 1_000;
/** While this many senders wait for their answer, batches are spaced out: Typeform gives up on a late answer, a record can wait. */
const BUSY_SENDERS = 16;
const BUSY_PAUSE_MS = 1_000;
const BUSY_CHECK_MS = 10;

@Injectable()
export class InboxProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(InboxProcessor.name);
  private readonly batchSize: number;
  private running: Promise<void> | null = null;
  private stopping = false;
  /** Nudged whenever something becomes due. */
  private readonly rest = new NudgeableSleep();
  private outage = false;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly onboarding: OnboardingService,
    private readonly metrics: InboxMetrics,
    private readonly signal: InboxSignal,
    private readonly writer: InboxWriter,
  ) {
    this.batchSize = Math.max(
      1,
      Math.min(MAX_BATCH_EVENTS, Math.floor(MAX_BATCH_BYTES / config.intake.maxPayloadBytes)),
    );
  }

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
      const handled = await this.processDue();
      if (handled < this.batchSize && !this.stopping) await this.rest.sleep(POLL_INTERVAL_MS);
    }
  }

  /** Lets waiting senders go first, for a second at most: under load processing slows down, but it never stops. */
  private async yieldToSenders(): Promise<void> {
    const until = performance.now() + BUSY_PAUSE_MS;
    while (this.writer.unanswered >= BUSY_SENDERS && performance.now() < until && !this.stopping) {
      await delay(BUSY_CHECK_MS);
    }
  }

  /** One batch; when it fails, its events one by one, so that a bad one fails alone. Returns how many were handled. */
  private async processDue(): Promise<number> {
    try {
      const handled = await this.processBatch(this.batchSize);
      this.outage = false;
      return handled;
    } catch (error) {
      return this.isOutage(error) ? 0 : this.processSingly();
    }
  }

  private async processSingly(): Promise<number> {
    let handled = 0;
    while (handled < this.batchSize && !this.stopping) {
      const claimed: ClaimedEvent[] = [];
      try {
        if ((await this.processBatch(1, claimed)) === 0) break;
      } catch (error) {
        const [event] = claimed;
        if (this.isOutage(error) || !event) break;
        await this.recordFailure(event, error);
      }
      handled += 1;
    }
    return handled;
  }

  /** Claims, applies and marks in one transaction. The events are in `claimed` even when it throws. */
  private async processBatch(limit: number, claimed: ClaimedEvent[] = []): Promise<number> {
    const startedAt = this.clock.now();
    const started = performance.now();
    await this.dataSource.transaction(async (manager: EntityManager) => {
      // No erasure may run meanwhile: the bodies held in memory here would bring back what it removes.
      await shareUntilCommit(manager, 'processing');
      claimed.push(...(await claimDue(manager, limit, startedAt)));
      if (claimed.length === 0) return;
      const eventIds = claimed.map(({ eventId }) => eventId);
      await inProcessingSpan(eventIds, async () =>
        markDone(manager, await this.onboarding.applyBatch(manager, claimed), this.clock.now()),
      );
    });
    if (claimed.length > 0) {
      const secondsEach = (performance.now() - started) / 1000 / claimed.length;
      const doneAt = this.clock.now().getTime();
      for (const { receivedAt } of claimed) this.metrics.processed(secondsEach, (doneAt - receivedAt.getTime()) / 1000);
    }
    return claimed.length;
  }

  private async recordFailure(event: ClaimedEvent, error: unknown): Promise<void> {
    const code = classifyFailure(error);
    const failedAt = this.clock.now();
    const attempts = event.attempts + 1;
    const nextAt = nextAttemptAt(this.config.processing.retry, {
      attempts,
      firstAttemptAt: event.firstAttemptAt ?? failedAt,
      failedAt,
      random: this.random.next(),
    });
    this.metrics.failed(code, nextAt === null);
    // The error's own message may quote an answer: only the code, the ids and the place are logged.
    const place =
      error instanceof Error ? error.stack?.split('\n').find((line) => line.startsWith('    at ')) : undefined;
    const message = nextAt
      ? 'Processing an event failed; it will be tried again'
      : 'Processing an event failed for good';
    this.logger.warn(message, {
      eventId: event.eventId,
      code,
      attempts,
      nextAttemptAt: nextAt?.toISOString() ?? null,
      place: place?.trim(),
    });
    // When even this fails the event stays due and is tried again.
    await markFailed(this.dataSource.manager, event, code, failedAt, nextAt).catch((e: unknown) => this.isOutage(e));
  }

  /** True when the database is unreachable; logged once per outage. */
  private isOutage(error: unknown): boolean {
    if (!isDatabaseOutage(error)) return false;
    if (!this.outage) this.logger.warn('The database is unreachable: processing waits until it is back');
    this.outage = true;
    return true;
  }
}
