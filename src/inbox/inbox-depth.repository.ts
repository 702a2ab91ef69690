/** How many events in the inbox are not done: for metrics, readiness and the overview. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EVENT_STATUSES } from './webhook-event.entity';

/** Statuses that require work or a person. */
export const OPEN_STATUSES = ['pending', 'retrying', 'dead', 'quarantined'] as const;
export type OpenStatus = (typeof OPEN_STATUSES)[number];

/** The number of events in a status, and when the oldest was received. */
export interface Depth {
  status: OpenStatus;
  count: number;
  oldestReceivedAt: Date | null;
}

@Injectable()
export class InboxDepthRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Reads the index of unusual statuses only, so its cost does not depend on how many events were ever processed. */
  async open(): Promise<Depth[]> {
    const rows = await this.dataSource.query<{ status: OpenStatus; count: number; oldest: Date | null }[]>(
      `SELECT open.status, count(event.event_id)::integer AS count, min(event.received_at) AS oldest
         FROM unnest($1::text[]) AS open (status)
         LEFT JOIN webhook_event AS event ON event.status = open.status AND event.status <> 'processed'
        GROUP BY open.status`,
      [OPEN_STATUSES],
    );
    return rows.map(({ status, count, oldest }) => ({ status, count, oldestReceivedAt: oldest }));
  }

  /** Events received since a time, by status. Reads indexes only: the unusual ones are counted, the rest are processed. */
  async receivedSince(since: Date): Promise<Record<string, number>> {
    const rows = await this.dataSource.query<{ status: string; count: number }[]>(
      `WITH unusual AS (
         SELECT event.status, count(*)::integer AS count
           FROM unnest($2::text[]) AS unusual (status)
           JOIN webhook_event AS event ON event.status = unusual.status AND event.status <> 'processed' AND received_at >= $1
          GROUP BY event.status
       )
       SELECT status, count FROM unusual
        UNION ALL
       SELECT 'processed', (count(*) - (SELECT coalesce(sum(count), 0) FROM unusual))::integer
         FROM webhook_event WHERE received_at >= $1`,
      [since, EVENT_STATUSES.filter((status) => status !== 'processed')],
    );
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  }
}
