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

/** A time span, and the length of its buckets in minutes. */
export interface SpanInParts {
  since: Date;
  until: Date;
  bucketMinutes: number;
}

/** Requests in one bucket with the same outcome. */
export interface OutcomeCount {
  bucket: number;
  outcome: string;
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

  /** The counts of the last minutes, including the current one, added up. `clock_timestamp()` would read the whole table: it uses no index. */
  async sum(minutes: number): Promise<Omit<IntakeCount, 'ageMs'>[]> {
    const rows = await this.dataSource.query<{ outcome: string; latency_class: number; requests: string }[]>(
      `SELECT outcome, latency_class, sum(requests) AS requests
         FROM intake_minute
        WHERE minute > now() - $1::float8 * interval '1 minute' - interval '1 minute'
        GROUP BY outcome, latency_class`,
      [minutes],
    );
    return rows.map(({ outcome, latency_class, requests }) => ({
      outcome,
      latencyClass: latency_class === NOT_ACKNOWLEDGED ? null : latency_class,
      requests: Number(requests),
    }));
  }

  /** The counts per bucket of a span; the first bucket is 0. */
  async series({ since, until, bucketMinutes }: SpanInParts): Promise<OutcomeCount[]> {
    return this.dataSource.query<OutcomeCount[]>(
      `SELECT (extract(epoch FROM start - $1) / ($3::integer * 60))::integer AS bucket, outcome, requests
         FROM (SELECT date_bin(make_interval(mins => $3::integer), minute, $1) AS start, outcome, sum(requests)::float8 AS requests
                 FROM intake_minute
                WHERE minute >= $1 AND minute < $2
                GROUP BY 1, 2) AS part`,
      [since, until, bucketMinutes],
    );
  }

  /** Removes what is older than 90 days. */
  async prune(): Promise<void> {
    await this.dataSource.query(`DELETE FROM intake_minute WHERE minute < now() - interval '${KEPT_DAYS} days'`);
  }
}
