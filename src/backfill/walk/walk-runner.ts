/** A worker: queues the walks that are due, works on one at a time, and releases a walk it cannot finish now. */
import { BeforeApplicationShutdown, Logger, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AppConfig } from '../../config/app-config';
import { DomainError } from '../../core/problem';
import { Clock } from '../../database/clock';
import { NudgeableSleep } from '../../database/nudgeable-sleep';
import { Random } from '../../database/random';
import type { ResponseWalk, WalkPurpose } from './response-walk';
import { judgeFailure } from './run-failure';
import type { WalkRun } from './walk-run.entity';
import { LEASE_RENEWAL_MS } from './walk-work.repository';

const POLL_INTERVAL_MS = 5_000;

export abstract class WalkRunner<Run extends WalkRun, Counts extends string>
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  protected readonly logger: Logger;
  /** Names this process as the owner of its leases. */
  private readonly owner = randomUUID();
  private readonly stop = new AbortController();
  private running: Promise<void> | null = null;
  private readonly rest = new NudgeableSleep();
  private troubled = false;

  protected constructor(
    /** Begins the log lines: `Back-fill`. */
    private readonly kind: string,
    private readonly purpose: WalkPurpose<Run, Counts>,
    private readonly config: AppConfig,
    private readonly walk: ResponseWalk,
    protected readonly clock: Clock,
    private readonly random: Random,
  ) {
    this.logger = new Logger(kind);
  }

  /** Queues what is due by itself. */
  protected abstract requestDue(): Promise<void>;
  /** Tells of a run that ended well. */
  protected abstract done(run: Run): void | Promise<void>;
  /** Tells of a run that failed for good. */
  protected abstract failed(run: Run): void;
  /** What the log says of a run. */
  protected facts({ id, formId }: Run): Record<string, unknown> {
    return { run: id, formId };
  }

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
      await this.requestDue();
      const run = await this.purpose.work.claim(this.owner, this.clock.now());
      this.troubled = false;
      if (run) await this.execute(run);
      return run !== null;
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown error';
      if (!this.troubled) this.logger.warn(`${this.kind} is paused: the database is unavailable`, { error: name });
      this.troubled = true;
      return false;
    }
  }

  private async execute(run: Run): Promise<void> {
    const lost = new AbortController();
    const lease = setInterval(() => {
      // An unreachable database says nothing about who owns the run.
      this.purpose.work.renew(run).then(
        (renewed) => renewed || lost.abort(new Error('another process has taken over the run')),
        () => undefined,
      );
    }, LEASE_RENEWAL_MS);
    try {
      if (run.cursor !== null && run.servedAt === null) this.logger.log(`${this.kind} is resumed`, this.facts(run));
      const signal = AbortSignal.any([this.stop.signal, lost.signal]);
      const finished = await this.walk.follow(run, this.owner, this.purpose, signal);
      if (finished) await this.done(finished);
    } catch (error) {
      if (!lost.signal.aborted) await this.putAside(run, error);
    } finally {
      clearInterval(lease);
    }
  }

  /** Ends a run that cannot succeed without a person, and releases any other to be retried. */
  private async putAside(run: Run, error: unknown): Promise<void> {
    const { work } = this.purpose;
    const now = this.clock.now();
    if (this.stop.signal.aborted) return work.release(run, now, null, now);
    const { failures } = (await work.ownedBy(this.owner, run.id)) ?? run;
    const { text, retryAt } = judgeFailure(error, { failures, failedAt: now, random: this.random.next() });
    const facts = { ...this.facts(run), error: text };
    if (retryAt !== null) {
      const retry = { nextAttemptAt: retryAt.toISOString(), place: placeOf(error) };
      this.logger.warn(`${this.kind} will be retried`, { ...facts, ...retry });
      return work.release(run, retryAt, text, now);
    }
    this.logger.error(`${this.kind} failed`, facts);
    if (await work.finish(run, text, now)) this.failed(run);
    // The run was widened meanwhile: the wider window has not been tried yet.
    else await work.release(run, now, text, now);
  }
}

/** Where a foreign error came from, for the log. */
function placeOf(error: unknown): string | undefined {
  if (error instanceof DomainError || !(error instanceof Error)) return undefined;
  return `${error.name} ${error.stack?.split('\n').find((line) => line.startsWith('    at ')) ?? ''}`;
}
