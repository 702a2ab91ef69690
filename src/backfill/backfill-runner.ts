/** The back-fill worker: queues the runs that are due, works on one at a time, and releases a run it cannot finish now. */
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { NudgeableSleep } from '../database/nudgeable-sleep';
import { Random } from '../database/random';
import { BackfillMetrics } from './backfill-metrics';
import { BackfillRequestsRepository } from './backfill-requests.repository';
import type { BackfillRun } from './backfill-run.entity';
import { BackfillWalk } from './backfill-walk';
import { BackfillWorkRepository, LEASE_RENEWAL_MS } from './backfill-work.repository';
import { judgeFailure } from './run-failure';

const POLL_INTERVAL_MS = 5_000;

@Injectable()
export class BackfillRunner implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger(BackfillRunner.name);
  /** Names this process as the owner of its leases. */
  private readonly owner = randomUUID();
  private readonly stop = new AbortController();
  private running: Promise<void> | null = null;
  private occasion: 'start' | 'daily' = 'start';
  private readonly rest = new NudgeableSleep();
  private troubled = false;

  constructor(
    private readonly config: AppConfig,
    private readonly requests: BackfillRequestsRepository,
    private readonly work: BackfillWorkRepository,
    private readonly walk: BackfillWalk,
    private readonly metrics: BackfillMetrics,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.workerMode !== 'intake') this.running = this.run();
  }

  /** Aborts a call that waits for Typeform; a page that has already arrived is still stored. */
  onModuleDestroy(): void {
    this.stop.abort(new DomainError('shutting_down', 'the service is shutting down'));
    this.nudge();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.running;
  }

  /** Call it after requesting a run: this process checks immediately, others within seconds. */
  nudge(): void {
    this.rest.nudge();
  }

  private async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      this.rest.forgetNudges();
      const worked = await this.workOnce();
      if (!worked && !this.stop.signal.aborted) await this.rest.sleep(POLL_INTERVAL_MS);
    }
  }

  /** Works on one run, if one is due. Never throws: without the database everything waits until it is back. */
  private async workOnce(): Promise<boolean> {
    try {
      await this.requests.requestDue(this.occasion, this.clock.now());
      this.occasion = 'daily';
      const run = await this.work.claim(this.owner, this.clock.now());
      this.troubled = false;
      if (run) await this.execute(run);
      return run !== null;
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown error';
      if (!this.troubled) this.logger.warn('Back-filling is paused: the database is unavailable', { error: name });
      this.troubled = true;
      return false;
    }
  }

  private async execute(run: BackfillRun): Promise<void> {
    const lost = new AbortController();
    const lease = setInterval(() => {
      // An unreachable database says nothing about who owns the run.
      this.work.renew(run).then(
        (renewed) => renewed || lost.abort(new Error('another process has taken over the run')),
        () => undefined,
      );
    }, LEASE_RENEWAL_MS);
    try {
      const { formId, trigger } = run;
      if (run.cursor !== null) this.logger.log('Resuming a back-fill', { run: run.id, formId, trigger });
      const finished = await this.walk.follow(run, this.owner, AbortSignal.any([this.stop.signal, lost.signal]));
      if (finished) this.report(finished);
    } catch (error) {
      if (!lost.signal.aborted) await this.putAside(run, error);
    } finally {
      clearInterval(lease);
    }
  }

  private report({ id, formId, trigger, seen, recovered, duplicates }: BackfillRun): void {
    this.metrics.ended(trigger, 'done');
    const facts = { run: id, formId, trigger, seen, recovered, duplicates };
    const expected = recovered === 0 || trigger === 'admin' || trigger === 'initial';
    if (expected) this.logger.log('Back-filled', facts);
    else this.logger.warn('Recovered submissions that no webhook had delivered', facts);
  }

  /** Ends a run that cannot succeed without a person, and releases any other to be retried. */
  private async putAside(run: BackfillRun, error: unknown): Promise<void> {
    const now = this.clock.now();
    if (this.stop.signal.aborted) return this.work.release(run, now, null);
    const { failures } = (await this.work.ownedBy(this.owner, run.id)) ?? run;
    const { text, retryAt } = judgeFailure(error, { failures, failedAt: now, random: this.random.next() });
    const facts = { run: run.id, formId: run.formId, trigger: run.trigger, error: text };
    if (retryAt !== null) {
      this.logger.warn('A back-fill will be retried', {
        ...facts,
        nextAttemptAt: retryAt.toISOString(),
        place: placeOf(error),
      });
      return this.work.release(run, retryAt, text);
    }
    this.logger.error('A back-fill failed', facts);
    if (await this.work.finish(run, text, now)) this.metrics.ended(run.trigger, 'failed');
    // The run was widened meanwhile: the wider window has not been tried yet.
    else await this.work.release(run, now, text);
  }
}

/** Where a foreign error came from, for the log. */
function placeOf(error: unknown): string | undefined {
  if (error instanceof DomainError || !(error instanceof Error)) return undefined;
  return `${error.name} ${error.stack?.split('\n').find((line) => line.startsWith('    at ')) ?? ''}`;
}
