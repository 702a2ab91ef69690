/** The SQL that queues runs: on demand for one form, automatically for all registered forms. */
import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { BackfillTrigger } from './backfill-run.entity';
import { retentionEdge } from './retention-edge';

/** A requested run. `since` undefined: from where the last gapless run began, minus the overlap, or else the entire form. */
export interface WantedRun {
  formId: string;
  since: Date | null | undefined;
  until: Date | null;
  trigger: BackfillTrigger;
}

/** The last ~30 minutes may be missing in the Responses API (typeform.md section 6); the rest allows for clocks and delays. */
export const OVERLAP = `interval '2 hours'`;
/** By then, responses that were too recent for the run after an outage or repair are visible. */
const FOLLOW_UP = `interval '65 minutes'`;
const PERIOD = `interval '24 hours'`;
/** The next look at a form whose last gapless run is `verified`. */
const NEXT_LOOK = `verified.started_at + CASE WHEN verified.trigger = 'daily' THEN ${PERIOD} ELSE ${FOLLOW_UP} END`;
/** Strangers can cause refusals: they cause no more than one run of each form in this time. */
const REFUSALS_APART = `interval '15 minutes'`;
/** How long it stays on record when webhooks could not be taken in. */
const OUTAGES_KEPT = `interval '90 days'`;
/** A restart this soon after a run needs no run: Typeform repeats deliveries for hours, and a follow-up run comes anyway. */
const RECENT = `interval '5 minutes'`;
/** A run that failed permanently (say, because of a revoked key) is retried automatically after this time. */
const AFTER_FAILURE = `interval '1 hour'`;

/**
 * The run has read its first page, or may be reading it: later submissions are newer than everything it will read.
 */
const BEGUN = `(run.cursor IS NOT NULL OR run.response_type = 'partial' OR run.status = 'running')`;

/**
 * A new run is merged into an active run of the same form. If that widens its window, it restarts at the newest response:
 * its earlier findings are already in the inbox, so this costs a few calls and loses nothing. If not, but it has read the newest
 * responses already, it goes on, so that requests cannot keep it from its end, and another run follows at once.
 */
const JOIN_ACTIVE = `
  ON CONFLICT (form_id) WHERE status IN ('queued', 'running') DO UPDATE
    SET since = CASE WHEN run.since IS NULL OR excluded.since IS NULL THEN NULL ELSE least(run.since, excluded.since) END,
        until = CASE WHEN run.until IS NULL OR excluded.until IS NULL THEN NULL ELSE greatest(run.until, excluded.until) END,
        gapless = (run.gapless OR excluded.gapless) AND (run.until IS NULL OR excluded.until IS NULL),
        trigger = CASE WHEN run.trigger = 'daily' THEN excluded.trigger ELSE run.trigger END,
        followed_by = CASE WHEN $WIDER THEN NULL
                           WHEN ${BEGUN} AND (excluded.until IS NULL OR excluded.until > run.started_at)
                                AND coalesce(run.followed_by, 'admin') = 'admin'
                                THEN CASE WHEN excluded.trigger = 'initial' THEN 'start' ELSE excluded.trigger END
                           ELSE run.followed_by END,
        next_attempt_at = CASE WHEN run.status = 'queued' THEN least(run.next_attempt_at, excluded.next_attempt_at) END,
        response_type = CASE WHEN $WIDER THEN 'completed' ELSE run.response_type END,
        cursor = CASE WHEN $WIDER THEN NULL ELSE run.cursor END,
        failed = CASE WHEN $WIDER THEN 0 ELSE run.failed END,
        seen = CASE WHEN $WIDER THEN 0 ELSE run.seen END,
        recovered = CASE WHEN $WIDER THEN 0 ELSE run.recovered END,
        duplicates = CASE WHEN $WIDER THEN 0 ELSE run.duplicates END,
        revision = CASE WHEN $WIDER THEN run.revision + 1 ELSE run.revision END`.replaceAll(
  '$WIDER',
  `((run.since IS NOT NULL AND (excluded.since IS NULL OR excluded.since < run.since))
    OR (run.until IS NOT NULL AND (excluded.until IS NULL OR excluded.until > run.until)))`,
);

/** Every form that has one of our webhooks, with its last gapless run. */
const WATCHED = `
  (SELECT DISTINCT form_id FROM webhook WHERE removed_at IS NULL) AS form
  LEFT JOIN LATERAL (
    SELECT started_at, trigger FROM backfill_run
     WHERE form_id = form.form_id AND status = 'done' AND gapless ORDER BY started_at DESC LIMIT 1
  ) AS verified ON true`;

/** Queues a run of every watched form that meets `condition`. `$1` trigger, `$2` now, `$3` RESPONSE_RETENTION_DAYS. */
const queueRuns = (condition: string): string => `
  INSERT INTO backfill_run AS run (form_id, since, gapless, trigger, next_attempt_at, created_at)
  SELECT form.form_id, greatest(verified.started_at - ${OVERLAP}, ${retentionEdge({ formId: 'form.form_id', now: '$2', days: '$3' })}), true,
         CASE WHEN verified.started_at IS NULL THEN 'initial' ELSE $1 END, $2::timestamptz, $2::timestamptz
    FROM ${WATCHED}
   WHERE ${condition}
   ORDER BY form.form_id
  ${JOIN_ACTIVE}
  RETURNING id`;

@Injectable()
export class BackfillRequestsRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  /** Queues a run, or widens the active one of the form. `created` is false for the latter. */
  async request(manager: EntityManager, wanted: WantedRun, now: Date): Promise<{ id: string; created: boolean }> {
    const { formId, since, until, trigger } = wanted;
    const [row] = await manager.query<{ id: string; created: boolean }[]>(
      `WITH verified AS (
         SELECT max(started_at) - ${OVERLAP} AS through FROM backfill_run
          WHERE form_id = $1 AND status = 'done' AND gapless
       ), wanted AS (
         SELECT CASE WHEN $3::timestamptz IS NOT NULL THEN $3::timestamptz
                     WHEN $2::boolean THEN edge ELSE greatest(through, edge) END AS since,
                $3::timestamptz IS NULL AS whole, through
           FROM verified, LATERAL (SELECT ${retentionEdge({ formId: '$1', now: '$6', days: '$7' })} AS edge) AS kept
       )
       INSERT INTO backfill_run AS run (form_id, since, until, gapless, trigger, next_attempt_at, created_at)
       SELECT $1, since, $4::timestamptz, $4::timestamptz IS NULL AND (whole OR coalesce(since <= through, false)),
              $5, $6::timestamptz, $6::timestamptz
         FROM wanted
       ${JOIN_ACTIVE}
       RETURNING id, xmax = 0 AS created`,
      [formId, since !== undefined, since ?? null, until, trigger, now, this.config.responseRetentionDays],
    );
    if (!row) throw new Error('a run that was just requested is missing');
    return row;
  }

  /**
   * Queues the automatic runs that are due, for every form that has one of our webhooks. `start`: forms without a very recent run.
   * `daily`: forms whose last run is a day old, or was not a daily one and is due a follow-up. A form without any gapless run is
   * read completely. Returns how many runs were queued (or, at the start, are already active).
   */
  async requestDue(trigger: 'start' | 'daily', now: Date): Promise<number> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      queueRuns(`CASE WHEN $1 = 'start' THEN coalesce(verified.started_at <= $2::timestamptz - ${RECENT}, true)
                      ELSE coalesce(${NEXT_LOOK} <= $2::timestamptz, true)
                           AND NOT EXISTS (SELECT FROM backfill_run AS other WHERE other.form_id = form.form_id
                                              AND (other.status IN ('queued', 'running')
                                                   OR other.status = 'failed' AND other.started_at > $2::timestamptz - ${AFTER_FAILURE}))
                 END`),
      [trigger, now, this.config.responseRetentionDays],
    );
    return rows.length;
  }

  /**
   * Queues a run of every watched form after no process took webhooks in, or after webhooks were refused, unless that was done already.
   * Typeform shows the newest submissions later: those are found by the follow-up of the run. Returns how many runs were queued.
   */
  async requestAfterOutage(now: Date): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const [, handled] = await manager.query<[unknown[], number]>(
        `UPDATE intake_outage SET handled_at = $1
          WHERE handled_at IS NULL
            AND (reason = 'absent'
                 OR NOT EXISTS (SELECT FROM intake_outage AS recent
                                 WHERE recent.reason <> 'absent' AND recent.handled_at > $1::timestamptz - ${REFUSALS_APART}))`,
        [now],
      );
      if (handled === 0) return 0;
      await manager.query(`DELETE FROM intake_outage WHERE handled_at < $1::timestamptz - ${OUTAGES_KEPT}`, [now]);
      return (await manager.query<unknown[]>(queueRuns('true'), ['start', now, this.config.responseRetentionDays]))
        .length;
    });
  }

  /** When each of these forms is next looked at by itself; forms that are not watched are left out. */
  async nextLooks(formIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    const rows = await this.dataSource.query<{ form_id: string; next: Date }[]>(
      `SELECT form.form_id,
              coalesce((SELECT coalesce(next_attempt_at, started_at, created_at) FROM backfill_run
                         WHERE form_id = form.form_id AND status IN ('queued', 'running')),
                       greatest(coalesce(${NEXT_LOOK}, failed.started_at),
                                failed.started_at + ${AFTER_FAILURE})) AS next
         FROM ${WATCHED}
         LEFT JOIN LATERAL (
           SELECT max(started_at) AS started_at FROM backfill_run WHERE form_id = form.form_id AND status = 'failed'
         ) AS failed ON true
        WHERE form.form_id = ANY ($1)`,
      [formIds],
    );
    return new Map(rows.flatMap(({ form_id, next }) => (next === null ? [] : [[form_id, next] as const])));
  }
}
