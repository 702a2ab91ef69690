/** The SQL of who takes webhooks in, and of when nobody did. Signs of life are compared by the database's clock only. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { OutageReason, Refusal } from './intake-outage.entity';

/** A process that has been silent for so long is gone; its sign is due every 5 seconds. */
const SILENT = `interval '12 seconds'`;

/** Webhooks refused for the same reason. */
export interface Refused {
  reason: Refusal;
  count: number;
  beganAt: Date;
  endedAt: Date;
}

/** What is noted before it was back-filled becomes one outage. */
const JOIN_OPEN = `
  ON CONFLICT (reason) WHERE handled_at IS NULL DO UPDATE
    SET began_at = least(outage.began_at, excluded.began_at), ended_at = greatest(outage.ended_at, excluded.ended_at),
        refused = outage.refused + excluded.refused`;

@Injectable()
export class IntakePresenceRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * A process's sign of life. Notes an outage when a process vanished, when this one was silent for too long itself (it stood still, or
   * the database was away), and, if it is `starting`, when there was a process before but none is there now.
   */
  async beat(id: string, starting: boolean): Promise<void> {
    const absent: OutageReason = 'absent';
    await this.dataSource.query(
      `WITH gone AS (
         DELETE FROM intake_process WHERE id <> $1 AND (departed OR alive_at < now() - ${SILENT}) RETURNING alive_at, departed
       ), own AS (
         SELECT alive_at FROM intake_process WHERE id = $1 AND alive_at < now() - ${SILENT}
       ), missed AS (
         SELECT alive_at FROM gone WHERE NOT departed
         UNION ALL SELECT alive_at FROM own
         UNION ALL SELECT max(alive_at) FROM gone
                    WHERE $2 AND NOT EXISTS (SELECT FROM intake_process
                                              WHERE id <> $1 AND NOT departed AND alive_at >= now() - ${SILENT})
       ), noted AS (
         INSERT INTO intake_outage AS outage (reason, began_at, ended_at)
         SELECT $3, min(alive_at), now() FROM missed HAVING count(alive_at) > 0
         ${JOIN_OPEN}
       )
       INSERT INTO intake_process (id, alive_at) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET alive_at = now()`,
      [id, starting, absent],
    );
  }

  /** The process ends in good order. */
  async depart(id: string): Promise<void> {
    await this.dataSource.query('UPDATE intake_process SET departed = true, alive_at = now() WHERE id = $1', [id]);
  }

  /** Notes webhooks that were refused: one entry for each reason. */
  async refused(refusals: readonly Refused[]): Promise<void> {
    if (refusals.length === 0) return;
    await this.dataSource.query(
      `INSERT INTO intake_outage AS outage (reason, began_at, ended_at, refused)
       SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::integer[])
       ${JOIN_OPEN}`,
      [
        refusals.map(({ reason }) => reason),
        refusals.map(({ beganAt }) => beganAt.toISOString()),
        refusals.map(({ endedAt }) => endedAt.toISOString()),
        refusals.map(({ count }) => count),
      ],
    );
  }
}
