/**
 * The SQL of working on runs. A run belongs to one process by a lease that the process renews; every write names the owner, so a
 * process presumed dead can no longer change anything. Leases use the database's clock, since those of the replicas may differ.
 */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { BackfillRun } from './backfill-run.entity';

/** How long a process may be silent before another continues its run. Renewed three times as often. */
const LEASE_SECONDS = 30;
export const LEASE_RENEWAL_MS = 10_000;

/** A run's progress after one page. */
export interface Progress {
  responseType: BackfillRun['responseType'];
  cursor: string | null;
  seen: number;
  recovered: number;
  duplicates: number;
}

type Returned<Row> = [Row[], number];

@Injectable()
export class BackfillWorkRepository {
  constructor(@InjectRepository(BackfillRun) private readonly runs: Repository<BackfillRun>) {}

  /** Takes a run that is due, or whose process is gone; runs that a person requested come first. */
  async claim(owner: string, now: Date): Promise<BackfillRun | null> {
    const [[row]] = await this.runs.query<Returned<{ id: string }>>(
      `UPDATE backfill_run
          SET status = 'running', lease_owner = $1, lease_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds',
              started_at = coalesce(started_at, $2), next_attempt_at = NULL
        WHERE id = (
          SELECT id FROM backfill_run
           WHERE status = 'queued' AND next_attempt_at <= $2 OR status = 'running' AND lease_until < clock_timestamp()
           ORDER BY trigger <> 'admin', created_at LIMIT 1
             FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [owner, now],
    );
    return row ? this.ownedBy(owner, row.id) : null;
  }

  /** The current state of the run; null when it now belongs to another process. */
  ownedBy(owner: string, id: string): Promise<BackfillRun | null> {
    return this.runs.findOneBy({ id, leaseOwner: owner });
  }

  /** Renews the lease; false when it is lost. */
  async renew({ id, leaseOwner }: BackfillRun): Promise<boolean> {
    const [, renewed] = await this.runs.query<Returned<never>>(
      `UPDATE backfill_run SET lease_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
        WHERE id = $1 AND lease_owner = $2`,
      [id, leaseOwner],
    );
    return renewed === 1;
  }

  /** Saves a page's progress. False, and nothing saved, when the run was widened meanwhile or belongs to another process. */
  async save(run: BackfillRun, progress: Progress): Promise<boolean> {
    const { responseType, cursor, seen, recovered, duplicates } = progress;
    const [, saved] = await this.runs.query<Returned<never>>(
      `UPDATE backfill_run
          SET response_type = $4, cursor = $5, seen = seen + $6, recovered = recovered + $7, duplicates = duplicates + $8,
              failures = 0, error = NULL
        WHERE id = $1 AND lease_owner = $2 AND revision = $3`,
      [run.id, run.leaseOwner, run.revision, responseType, cursor, seen, recovered, duplicates],
    );
    return saved === 1;
  }

  /** Ends a run; `error` says why it failed. False when the run was widened meanwhile or belongs to another process. */
  async finish(run: BackfillRun, error: string | null, now: Date): Promise<boolean> {
    const [, finished] = await this.runs.query<Returned<never>>(
      `UPDATE backfill_run
          SET status = $4, error = $5, finished_at = $6, lease_owner = NULL, lease_until = NULL
        WHERE id = $1 AND lease_owner = $2 AND revision = $3`,
      [run.id, run.leaseOwner, run.revision, error === null ? 'done' : 'failed', error, now],
    );
    return finished === 1;
  }

  /** Releases a run to be continued at `nextAttemptAt`, after a failure (`error`) or because this process stops (null). */
  async release({ id, leaseOwner }: BackfillRun, nextAttemptAt: Date, error: string | null): Promise<void> {
    await this.runs.query(
      `UPDATE backfill_run
          SET status = 'queued', next_attempt_at = $3, error = coalesce($4, error),
              failures = failures + CASE WHEN $4::text IS NULL THEN 0 ELSE 1 END, lease_owner = NULL, lease_until = NULL
        WHERE id = $1 AND lease_owner = $2`,
      [id, leaseOwner, nextAttemptAt, error],
    );
  }
}
