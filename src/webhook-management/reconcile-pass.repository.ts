/**
 * The lease on comparing all webhooks: one process at a time. It lapses by the database's clock, so a host that went away without a
 * word (a half-open connection) holds nobody up for longer than that.
 */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How long the holder may be silent before another process takes over. Renewed three times as often. */
const LEASE_SECONDS = 30;
export const LEASE_RENEWAL_MS = 10_000;

type Returned = [unknown[], number];

@Injectable()
export class ReconcilePassRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes the lease, or renews it; false while another owner holds it. */
  async hold(owner: string): Promise<boolean> {
    const [, held] = await this.dataSource.query<Returned>(
      `UPDATE reconcile_pass SET owner = $1, lease_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
        WHERE id = 1 AND (owner IS NULL OR owner = $1 OR lease_until < clock_timestamp())`,
      [owner],
    );
    return held === 1;
  }

  async release(owner: string): Promise<void> {
    await this.dataSource.query('UPDATE reconcile_pass SET owner = NULL, lease_until = NULL WHERE owner = $1', [owner]);
  }
}
