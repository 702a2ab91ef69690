/**
 * The lease on comparing all webhooks: one process at a time. It lapses by the database's clock, so a host that went away without a
 * word (a half-open connection) holds nobody up for longer than that.
 */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How long the holder may be silent before another process takes over. Renewed three times as often. */
const LEASE_SECONDS = 30;
export const LEASE_RENEWAL_MS = 10_000;

/** $1 milliseconds. A time to come (the clock was set back) counts as none. */
const LATELY = `finished_at BETWEEN clock_timestamp() - $1::float8 * interval '1 ms' AND clock_timestamp()`;

type Returned = [unknown[], number];

@Injectable()
export class ReconcilePassRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** In how many milliseconds the last finished pass is `intervalMs` ago; at most 0: it is, or there was none. */
  async dueInMs(intervalMs: number): Promise<number> {
    const [pass] = await this.dataSource.query<{ due_in_ms: number }[]>(
      `SELECT extract(epoch FROM finished_at - clock_timestamp())::float8 * 1000 + $1::float8 AS due_in_ms
         FROM reconcile_pass WHERE id = 1 AND ${LATELY}`,
      [intervalMs],
    );
    return pass?.due_in_ms ?? 0;
  }

  /** When a pass last finished, in any process; null: never. */
  async finishedAt(): Promise<Date | null> {
    const [pass] = await this.dataSource.query<{ finished_at: Date | null }[]>(
      'SELECT finished_at FROM reconcile_pass WHERE id = 1',
    );
    return pass?.finished_at ?? null;
  }

  /**
   * Takes the lease, or renews it; false while another owner holds it, and when a pass has finished less than `unlessWithinMs` ago.
   */
  async hold(owner: string, unlessWithinMs = 0): Promise<boolean> {
    const [, held] = await this.dataSource.query<Returned>(
      `UPDATE reconcile_pass SET owner = $2, lease_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
        WHERE id = 1 AND (owner IS NULL OR owner = $2 OR lease_until < clock_timestamp()) AND (${LATELY}) IS NOT TRUE`,
      [unlessWithinMs, owner],
    );
    return held === 1;
  }

  /** Gives the lease back; `finished`: every webhook was compared. */
  async release(owner: string, finished: boolean): Promise<void> {
    await this.dataSource.query(
      `UPDATE reconcile_pass
          SET owner = NULL, lease_until = NULL, finished_at = CASE WHEN $2 THEN clock_timestamp() ELSE finished_at END
        WHERE owner = $1`,
      [owner, finished],
    );
  }
}
