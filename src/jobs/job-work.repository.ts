/**
 * The SQL of working on jobs. A job belongs to one process by a lease that the process renews; every write names the owner, so a
 * process presumed dead can no longer change anything. Leases use the database's clock, since those of the replicas may differ.
 */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import type { JobError, JobKind } from './job.entity';
import { Job } from './job.entity';

/** How long a process may be silent before another continues its job. Renewed three times as often. */
const LEASE_SECONDS = 30;
export const LEASE_RENEWAL_MS = 10_000;
/** How long finished jobs are kept. */
const KEPT_DAYS = 90;
/** One statement removes no more than this; the rest goes the next time. */
const PRUNED_AT_ONCE = 1_000;

type Returned<Row> = [Row[], number];

@Injectable()
export class JobWorkRepository {
  constructor(@InjectRepository(Job) private readonly jobs: Repository<Job>) {}

  /** Takes the job of one of these kinds that has waited longest, or whose process is gone. */
  async claim(owner: string, kinds: readonly JobKind[], now: Date): Promise<Job | null> {
    const [[row]] = await this.jobs.query<Returned<{ id: string }>>(
      `UPDATE job
          SET status = 'running', lease_owner = $1, lease_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds',
              started_at = coalesce(started_at, $3)
        WHERE id = (
          SELECT id FROM job
           WHERE status IN ('queued', 'running') AND due_at <= $3 AND kind = ANY($2)
             AND (lease_owner IS NULL OR lease_until < clock_timestamp())
           ORDER BY due_at, created_at LIMIT 1
             FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [owner, kinds, now],
    );
    return row ? this.jobs.findOneBy({ id: row.id, leaseOwner: owner }) : null;
  }

  /** Renews the lease; false when it is lost. */
  async renew({ id, leaseOwner }: Job): Promise<boolean> {
    const [, renewed] = await this.jobs.query<Returned<never>>(
      `UPDATE job SET lease_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds' WHERE id = $1 AND lease_owner = $2`,
      [id, leaseOwner],
    );
    return renewed === 1;
  }

  /** The current state of the job, locked until the commit; null when it now belongs to another process. */
  lock(manager: EntityManager, { id, leaseOwner }: Job): Promise<Job | null> {
    return manager.findOne(Job, { where: { id, leaseOwner: leaseOwner ?? '' }, lock: { mode: 'pessimistic_write' } });
  }

  /** Records the amount of work. */
  async begin(
    manager: EntityManager,
    { id }: Job,
    { total, cursor }: { total: number; cursor: object },
  ): Promise<void> {
    await manager.query('UPDATE job SET total = $2, cursor = $3, done = 0, failed = 0 WHERE id = $1', [
      id,
      total,
      JSON.stringify(cursor),
    ]);
  }

  /** Goes back to the beginning. */
  async restart(manager: EntityManager, { id }: Job): Promise<void> {
    await manager.query('UPDATE job SET total = NULL, cursor = NULL, done = 0, failed = 0 WHERE id = $1', [id]);
  }

  /** Adds a chunk. Items that arrived after the count are counted when they are processed. */
  async add(
    manager: EntityManager,
    { id }: Job,
    { cursor, done, failed }: { cursor: object; done: number; failed: number },
  ): Promise<void> {
    await manager.query(
      `UPDATE job
          SET cursor = $2, done = done + $3, failed = failed + $4, failures = 0, error = NULL,
              total = greatest(total, done + failed + $3 + $4)
        WHERE id = $1`,
      [id, JSON.stringify(cursor), done, failed],
    );
  }

  /** Ends a job with nothing left to do: the total is what was processed. */
  async finish(manager: EntityManager, { id }: Job, now: Date): Promise<void> {
    await manager.query(
      `UPDATE job
          SET status = 'done', total = done + failed, error = NULL, finished_at = $2, lease_owner = NULL, lease_until = NULL
        WHERE id = $1`,
      [id, now],
    );
  }

  /** Ends a job that cannot continue. */
  async giveUp({ id, leaseOwner }: Job, error: JobError, now: Date): Promise<void> {
    await this.jobs.query(
      `UPDATE job SET status = 'failed', error = $3, finished_at = $4, lease_owner = NULL, lease_until = NULL
        WHERE id = $1 AND lease_owner = $2`,
      [id, leaseOwner, error, now],
    );
  }

  /** Removes jobs that ended more than 90 days ago. */
  async prune(now: Date): Promise<void> {
    await this.jobs.query(
      `DELETE FROM job WHERE id IN (
         SELECT id FROM job WHERE finished_at < $1::timestamptz - interval '${KEPT_DAYS} days'
          ORDER BY finished_at LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
      [now],
    );
  }

  /** Releases a job to be continued at `dueAt`: after a failure (`error`), or to give other jobs their turn (null). */
  async release({ id, leaseOwner }: Job, dueAt: Date, error: JobError | null): Promise<void> {
    await this.jobs.query(
      `UPDATE job
          SET due_at = $3, error = coalesce($4, error), failures = failures + CASE WHEN $4::text IS NULL THEN 0 ELSE 1 END,
              lease_owner = NULL, lease_until = NULL
        WHERE id = $1 AND lease_owner = $2`,
      [id, leaseOwner, dueAt, error],
    );
  }
}
