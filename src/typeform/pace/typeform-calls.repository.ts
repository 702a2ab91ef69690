/** The requests that all replicas actually sent to Typeform: for the overview and the gauges. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';

/** The calls of a span of time. */
export interface TypeformCallSummary {
  calls: number;
  interactive: number;
  rateLimited: number;
  /** Calls that got no answer, or one that is neither 2xx nor 404. */
  failed: number;
  /** How long they waited for their turn; null without calls. */
  waitMs: { p50: number; p95: number; max: number } | null;
  maxPer10Seconds: number;
  /** Share of the 10-second windows that end with a call and hold no more calls than the limit allows; null without calls. */
  compliance: number | null;
}

interface Row {
  calls: number;
  interactive: number;
  rate_limited: number;
  failed: number;
  p50: number | null;
  p95: number | null;
  max_waited: number | null;
  max_in_window: number;
  compliance: number | null;
}

const WINDOW_SECONDS = 10;

@Injectable()
export class TypeformCallsRepository {
  /** The busiest window always ends with a call, so checking those windows covers all. */
  private readonly allowedInWindow: number;

  constructor(
    config: AppConfig,
    private readonly dataSource: DataSource,
  ) {
    this.allowedInWindow = Math.ceil(config.typeform.rateLimitPerSecond * WINDOW_SECONDS);
  }

  /** The last `windowMs`, up to a day (older records are gone), by the database's clock. */
  async summary(windowMs: number): Promise<TypeformCallSummary> {
    const [row] = await this.dataSource.query<[Row]>(
      `WITH sent AS (
         SELECT sent_at, priority, status, waited_ms,
                count(*) OVER (ORDER BY sent_at RANGE BETWEEN '9.999999 seconds' PRECEDING AND CURRENT ROW) AS in_window
           FROM typeform_call
          WHERE sent_at > statement_timestamp() - $1::float8 * interval '1 ms' - interval '${WINDOW_SECONDS} seconds'
       )
       SELECT count(*)::integer AS calls,
              count(*) FILTER (WHERE priority = 'interactive')::integer AS interactive,
              count(*) FILTER (WHERE status = 429)::integer AS rate_limited,
              count(*) FILTER (WHERE status IS NULL OR NOT (status BETWEEN 200 AND 299 OR status = 404))::integer AS failed,
              percentile_cont(0.5) WITHIN GROUP (ORDER BY waited_ms) AS p50,
              percentile_cont(0.95) WITHIN GROUP (ORDER BY waited_ms) AS p95,
              max(waited_ms) AS max_waited,
              coalesce(max(in_window), 0)::integer AS max_in_window,
              avg((in_window <= $2)::integer)::float8 AS compliance
         FROM sent WHERE sent_at > statement_timestamp() - $1::float8 * interval '1 ms'`,
      [windowMs, this.allowedInWindow],
    );
    const { p50, p95, max_waited: max } = row;
    return {
      calls: row.calls,
      interactive: row.interactive,
      rateLimited: row.rate_limited,
      failed: row.failed,
      waitMs:
        p50 === null || p95 === null || max === null
          ? null
          : { p50: Math.round(p50), p95: Math.round(p95), max: Math.round(max) },
      maxPer10Seconds: row.max_in_window,
      compliance: row.compliance,
    };
  }
}
