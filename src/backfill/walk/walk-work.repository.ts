/**
 * The SQL of working on walks. A walk belongs to one process by a lease that the process renews; every write names the owner, so a
 * process presumed dead can no longer change anything. Leases use the database's clock, since those of the replicas may differ.
 */
import type { FindOptionsWhere, Repository } from 'typeorm';
import type { WalkRun } from './walk-run.entity';

/** How long a process may be silent before another continues its run. Renewed three times as often. */
const LEASE_SECONDS = 30;
export const LEASE_RENEWAL_MS = 10_000;

/** Where a walk stands after a page. */
export type Position = Pick<WalkRun, 'responseType' | 'cursor' | 'pages' | 'landmark'>;

type Returned<Row> = [Row[], number];

/** Whoever has waited longest. */
export const IN_TURN = 'coalesce(served_at, created_at)';

/** Work on the runs of one table. `Counts`: the columns that a page adds to. */
export abstract class WalkWorkRepository<Run extends WalkRun, Counts extends string = 'seen'> {
  protected constructor(
    protected readonly runs: Repository<Run>,
    /** The order of turns, as SQL. */
    private readonly order: string,
  ) {}

  private get table(): string {
    return this.runs.metadata.tableName;
  }

  /** Takes the run whose turn it is, of those that are due and those whose process is gone. */
  async claim(owner: string, now: Date): Promise<Run | null> {
    const [[row]] = await this.runs.query<Returned<{ id: string }>>(
      `UPDATE ${this.table}
          SET status = 'running', lease_owner = $1, lease_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds',
              started_at = coalesce(started_at, $2), next_attempt_at = NULL
        WHERE id = (
          SELECT id FROM ${this.table}
           WHERE status = 'queued' AND next_attempt_at <= $2 OR status = 'running' AND lease_until < clock_timestamp()
           ORDER BY ${this.order} LIMIT 1
             FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [owner, now],
    );
    return row ? this.ownedBy(owner, row.id) : null;
  }

  /** True when another run is due. */
  async othersWait(now: Date): Promise<boolean> {
    const [row] = await this.runs.query<{ waiting: boolean }[]>(
      `SELECT EXISTS (SELECT FROM ${this.table} WHERE status = 'queued' AND next_attempt_at <= $1
                         OR status = 'running' AND lease_until < clock_timestamp()) AS waiting`,
      [now],
    );
    return row?.waiting === true;
  }

  /** The current state of the run; null when it now belongs to another process. */
  ownedBy(owner: string, id: string): Promise<Run | null> {
    return this.runs.findOneBy({ id, leaseOwner: owner } as FindOptionsWhere<Run>);
  }

  /** Renews the lease; false when it is lost. */
  async renew({ id, leaseOwner }: Run): Promise<boolean> {
    const [, renewed] = await this.runs.query<Returned<never>>(
      `UPDATE ${this.table} SET lease_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
        WHERE id = $1 AND lease_owner = $2`,
      [id, leaseOwner],
    );
    return renewed === 1;
  }

  /** Saves a page's progress. False, and nothing saved, when the run was widened meanwhile or belongs to another process. */
  async save(run: Run, position: Position, counts: Readonly<Record<Counts, number>>): Promise<boolean> {
    const { responseType, cursor, pages, landmark } = position;
    const added = Object.entries<number>(counts).map(([column], index) => `${column} = ${column} + $${index + 8}`);
    const [, saved] = await this.runs.query<Returned<never>>(
      `UPDATE ${this.table}
          SET response_type = $4, cursor = $5, pages = $6, landmark = $7, failures = 0, error = NULL, ${added.join(', ')}
        WHERE id = $1 AND lease_owner = $2 AND revision = $3`,
      [run.id, run.leaseOwner, run.revision, responseType, cursor, pages, landmark, ...Object.values(counts)],
    );
    return saved === 1;
  }

  /** Ends a run; `error` says why it failed. False when the run was widened meanwhile or belongs to another process. */
  async finish(run: Run, error: string | null, now: Date): Promise<boolean> {
    const [, finished] = await this.runs.query<Returned<never>>(
      `UPDATE ${this.table}
          SET status = $4, error = $5, finished_at = $6, lease_owner = NULL, lease_until = NULL
        WHERE id = $1 AND lease_owner = $2 AND revision = $3`,
      [run.id, run.leaseOwner, run.revision, error === null ? 'done' : 'failed', error, now],
    );
    return finished === 1;
  }

  /**
   * Releases a run to be continued at `nextAttemptAt`: after a failure (`error`), or because its turn is over or this process
   * stops (null).
   */
  async release({ id, leaseOwner }: Run, nextAttemptAt: Date, error: string | null, now: Date): Promise<void> {
    await this.runs.query(
      `UPDATE ${this.table}
          SET status = 'queued', next_attempt_at = $3, served_at = $5, error = coalesce($4, error),
              failures = failures + CASE WHEN $4::text IS NULL THEN 0 ELSE 1 END, lease_owner = NULL, lease_until = NULL
        WHERE id = $1 AND lease_owner = $2`,
      [id, leaseOwner, nextAttemptAt, error, now],
    );
  }
}
