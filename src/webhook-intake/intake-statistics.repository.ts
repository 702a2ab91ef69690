/** Webhook requests per minute, of all processes, for 90 days. The database's clock says which minute it is. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Requests of one minute with the same outcome and class of latency. */
export interface IntakeCount {
  /** How long ago they came. */
  ageMs: number;
  outcome: string;
  /** Null: not acknowledged. */
  latencyClass: number | null;
  requests: number;
}

const NOT_ACKNOWLEDGED = -1;
const KEPT_DAYS = 90;
/** Statistics must not keep a shutdown, or a connection, waiting for a database that does not answer. */
const STATEMENT_TIMEOUT_MS = 2_000;

@Injectable()
export class IntakeStatisticsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds counts to those of the other processes. Rows are locked in one order, so that two processes never wait for each other. */
  async add(counts: readonly IntakeCount[]): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
      await manager.query(
        `INSERT INTO intake_minute AS kept (minute, outcome, latency_class, requests)
         SELECT date_trunc('minute', clock_timestamp() - age_ms * interval '1 ms') AS minute, outcome, latency_class, sum(requests)
           FROM unnest($1::float8[], $2::text[], $3::smallint[], $4::bigint[]) AS new (age_ms, outcome, latency_class, requests)
          GROUP BY 1, 2, 3
          ORDER BY 1, 2, 3
         ON CONFLICT (minute, outcome, latency_class) DO UPDATE SET requests = kept.requests + excluded.requests`,
        [
          counts.map(({ ageMs }) => ageMs),
          counts.map(({ outcome }) => outcome),
          counts.map(({ latencyClass }) => latencyClass ?? NOT_ACKNOWLEDGED),
          counts.map(({ requests }) => requests),
        ],
      );
    });
  }

  /** The counts of the last minutes, including the current one, added up. */
  async sum(minutes: number): Promise<Omit<IntakeCount, 'ageMs'>[]> {
    const rows = await this.dataSource.query<{ outcome: string; latency_class: number; requests: string }[]>(
      `SELECT outcome, latency_class, sum(requests) AS requests
         FROM intake_minute
        WHERE minute > clock_timestamp() - $1::float8 * interval '1 minute' - interval '1 minute'
        GROUP BY outcome, latency_class`,
      [minutes],
    );
    return rows.map(({ outcome, latency_class, requests }) => ({
      outcome,
      latencyClass: latency_class === NOT_ACKNOWLEDGED ? null : latency_class,
      requests: Number(requests),
    }));
  }

  /** Removes what is older than 90 days. */
  async prune(): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM intake_minute WHERE minute < clock_timestamp() - interval '${KEPT_DAYS} days'`,
    );
  }
}
