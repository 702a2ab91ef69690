/** The worker: takes one job at a time for a turn, does it chunk by chunk, and releases it when it cannot be finished now. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { Clock } from '../database/clock';
import { isContention, isDatabaseOutage } from '../database/database-errors';
import { NudgeableSleep } from '../database/nudgeable-sleep';
import { Random } from '../database/random';
import { Changes } from '../live/changes';
import type { Job, JobKind } from './job.entity';
import { jobErrorOf, judgeJobFailure } from './job-failure';
import type { ChunkOptions, JobHandler, JobStep } from './job-handler';
import { JobWorkRepository, LEASE_RENEWAL_MS } from './job-work.repository';

const POLL_INTERVAL_MS = 5_000;
/** How often old finished jobs are removed. */
const PRUNING_INTERVAL_MS = 3_600_000;
/** After this time, another waiting job gets its turn. */
const TURN_MS = 5_000;

@Injectable()
export class JobRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Jobs');
  private readonly handlers = new Map<JobKind, JobHandler>();
  /** This process, as owner of leases. */
  private readonly owner = randomUUID();
  private running: Promise<void> | null = null;
  private stopping = false;
  private readonly sleep = new NudgeableSleep();
  private troubled = false;
  private pruneAt = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly work: JobWorkRepository,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly changes: Changes,
  ) {}

  /** Registers the handler of a kind of job; call it before the application has started. Jobs without a handler wait for a process that has one. */
  register(handler: JobHandler): void {
    this.handlers.set(handler.kind, handler);
  }

  onApplicationBootstrap(): void {
    // The kill switch stops everything that changes records.
    if (this.config.workerMode !== 'intake' && this.config.processing.enabled) this.running = this.run();
  }

  /** Ends after the current chunk. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.sleep.nudge();
    await this.running;
  }

  /** Call it after queueing a job: this process checks immediately, others within seconds. */
  nudge(): void {
    this.sleep.nudge();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.sleep.forgetNudges();
      const worked = await this.workOnce();
      if (!worked && !this.stopping) await this.sleep.sleep(POLL_INTERVAL_MS);
    }
  }

  /** Runs one turn of one job, if one is due. Never throws: without the database everything waits until it is back. */
  private async workOnce(): Promise<boolean> {
    try {
      const job = await this.work.claim(this.owner, [...this.handlers.keys()], this.clock.now());
      const handler = job && this.handlers.get(job.kind);
      if (handler) await this.holding(job, () => this.turn(job, handler));
      if (!job) await this.pruneNowAndThen();
      this.troubled = false;
      return job !== null;
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown error';
      if (!this.troubled) this.logger.warn('Jobs are paused: the database is unavailable', { error: name });
      this.troubled = true;
      return false;
    }
  }

  /** Removes old finished jobs, at most once an hour. */
  private async pruneNowAndThen(): Promise<void> {
    if (performance.now() < this.pruneAt) return;
    await this.work.prune(this.clock.now());
    this.pruneAt = performance.now() + PRUNING_INTERVAL_MS;
  }

  /** Renews the lease while `turn` works. A lost lease is noticed when the next chunk reads the job. */
  private async holding(job: Job, turn: () => Promise<void>): Promise<void> {
    let renewing = false;
    const renew = async (): Promise<void> => {
      // A renewal that waits for the job's row holds a connection; several would exhaust the pool.
      if (renewing) return;
      renewing = true;
      await this.work.renew(job).catch(() => undefined);
      renewing = false;
    };
    const lease = setInterval(() => void renew(), LEASE_RENEWAL_MS);
    try {
      await turn();
    } finally {
      clearInterval(lease);
    }
  }

  private async turn(job: Job, handler: JobHandler): Promise<void> {
    const until = performance.now() + TURN_MS;
    try {
      while (!this.stopping && performance.now() < until) {
        if ((await this.chunk(job, handler)) !== 'more') return;
        if (handler.restMs !== undefined) await delay(handler.restMs);
      }
    } catch (error) {
      if (isDatabaseOutage(error)) throw error;
      return this.putAside(job, error);
    }
    await this.work.release(job, this.clock.now(), null);
  }

  /** One chunk; if it fails, its items one by one, so that a bad one fails alone. */
  private async chunk(job: Job, handler: JobHandler): Promise<Outcome> {
    try {
      return await this.step(job, handler, { limit: handler.chunkSize, skip: false });
    } catch (error) {
      if (isDatabaseOutage(error) || isContention(error)) throw error;
    }
    for (let item = 0; item < handler.chunkSize && !this.stopping; item += 1) {
      const outcome = await this.single(job, handler);
      if (outcome !== 'more') return outcome;
    }
    return 'more';
  }

  private async single(job: Job, handler: JobHandler): Promise<Outcome> {
    try {
      return await this.step(job, handler, { limit: 1, skip: false });
    } catch (error) {
      if (isDatabaseOutage(error) || isContention(error)) throw error;
      const outcome = await this.step(job, handler, { limit: 1, skip: true });
      this.logger.warn('An item of a job failed and was left unchanged', {
        job: job.id,
        kind: job.kind,
        error: jobErrorOf(error),
        place: placeOf(error),
      });
      return outcome;
    }
  }

  /** A handler's work and the job's resulting progress, in one transaction. */
  private async step(claimed: Job, handler: JobHandler, options: ChunkOptions): Promise<Outcome> {
    const step = await this.dataSource.transaction(async (manager): Promise<JobStep | { next: 'begin' } | null> => {
      const job = await this.work.lock(manager, claimed);
      if (!job) return null;
      if (job.cursor === null) return { next: 'begin' };
      const made = await handler.advance(manager, job, options);
      if (made.next === 'chunk') await this.work.add(manager, job, made);
      else if (made.next === 'restart') await this.work.restart(manager, job);
      else await this.work.finish(manager, job, this.clock.now());
      return made;
    });
    if (!step) return 'lost';
    if (step.next === 'begin') return this.begin(claimed, handler);
    handler.committed?.();
    for (const kind of handler.changes) this.changes.happened(kind);
    if (step.next !== 'end') return 'more';
    this.logger.log('A job is done', { job: claimed.id, kind: claimed.kind });
    return 'done';
  }

  /** Counts before the job's row is locked: counting may take minutes, and the lease is renewed meanwhile. */
  private async begin(claimed: Job, handler: JobHandler): Promise<Outcome> {
    const beginning = await this.dataSource.transaction((manager) => handler.begin(manager, claimed));
    return this.dataSource.transaction(async (manager) => {
      const job = await this.work.lock(manager, claimed);
      if (!job) return 'lost';
      await this.work.begin(manager, job, beginning);
      return 'more';
    });
  }

  /** Releases a job to be retried, or ends it when it was retried often enough. */
  private async putAside(job: Job, error: unknown): Promise<void> {
    const failedAt = this.clock.now();
    const current = (await this.dataSource.transaction((manager) => this.work.lock(manager, job))) ?? job;
    const verdict = judgeJobFailure(error, { failures: current.failures, failedAt, random: this.random.next() });
    const facts = { job: job.id, kind: job.kind, error: verdict.error, place: placeOf(error) };
    if (verdict.retryAt === null) {
      this.logger.error('A job failed', facts);
      return this.work.giveUp(job, verdict.error, failedAt);
    }
    this.logger.warn('A job will be retried', { ...facts, dueAt: verdict.retryAt.toISOString() });
    await this.work.release(job, verdict.retryAt, verdict.error);
  }
}

/** `lost`: another process has taken the job over. */
type Outcome = 'more' | 'done' | 'lost';

/** Where an error came from; its message may quote an answer. */
function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.stack
    ?.split('\n')
    .find((line) => line.startsWith('    at '))
    ?.trim();
}
