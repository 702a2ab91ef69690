/** The SQL that queues checks and reads how they went. */
import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { FinishedCheck } from '../../core/completeness';
import { retentionEdge } from '../retention-edge';
import type { WalkStatus } from '../walk/walk-run.entity';

const PERIOD = `interval '24 hours'`;
/** A new webhook's first back-fill and its follow-up come first: until then, what they are about to bring would count as missing. */
const SETTLED = `interval '2 hours'`;
/** A check that failed permanently (say, because of a revoked key) is retried automatically after this time. */
const AFTER_FAILURE = `interval '1 hour'`;
const CHECKS_KEPT = `interval '90 days'`;

/** Joins an active check of the form; one that is to look further back begins again. */
const JOIN_ACTIVE = `
  ON CONFLICT (form_id) WHERE status IN ('queued', 'running') DO UPDATE
    SET since = CASE WHEN run.since IS NULL OR excluded.since IS NULL THEN NULL ELSE least(run.since, excluded.since) END,
        next_attempt_at = CASE WHEN run.status = 'queued' THEN least(run.next_attempt_at, excluded.next_attempt_at) END,
        response_type = CASE WHEN $WIDER THEN 'completed' ELSE run.response_type END,
        cursor = CASE WHEN $WIDER THEN NULL ELSE run.cursor END,
        seen = CASE WHEN $WIDER THEN 0 ELSE run.seen END,
        revision = CASE WHEN $WIDER THEN run.revision + 1 ELSE run.revision END`.replaceAll(
  '$WIDER',
  '(run.since IS NOT NULL AND (excluded.since IS NULL OR excluded.since < run.since))',
);

/** `$3` now, `$4` RESPONSE_RETENTION_DAYS. */
const EDGE = retentionEdge({ formId: 'form.form_id', now: '$3', days: '$4' });

/** The newest check of a form. */
export interface NewestCheck {
  status: WalkStatus;
  seen: number;
  since: Date | null;
  error: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/** What is known of the checks of a form. */
export interface CheckHistory {
  formId: string;
  /** When the oldest submission was made that is kept; null: all are. */
  edge: Date | null;
  newest: NewestCheck | null;
  /** Of those that reached their end the newest, and the newest that looked at the whole window; newest first. */
  finished: FinishedCheck[];
}

@Injectable()
export class CompletenessChecksRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  /** Forms that have one of our webhooks. */
  async watchedForms(): Promise<string[]> {
    const rows = await this.dataSource.query<{ form_id: string }[]>(
      'SELECT DISTINCT form_id FROM webhook WHERE removed_at IS NULL ORDER BY form_id',
    );
    return rows.map(({ form_id }) => form_id);
  }

  /** True for a form that has or had a webhook of ours, or of which there are submissions. */
  async isKnown(formId: string): Promise<boolean> {
    const [row] = await this.dataSource.query<{ known: boolean }[]>(
      `SELECT EXISTS (SELECT FROM webhook WHERE form_id = $1) OR EXISTS (SELECT FROM onboarding_form WHERE form_id = $1) AS known`,
      [formId],
    );
    return row?.known === true;
  }

  /**
   * Queues a check of each form, or widens its active one. `since` null: from the first response on; never from before the retention's edge.
   */
  async request(manager: EntityManager, formIds: readonly string[], since: Date | null, now: Date): Promise<void> {
    await manager.query(
      `INSERT INTO completeness_check AS run (form_id, since, next_attempt_at, created_at)
       SELECT form_id, greatest($2::timestamptz, ${EDGE}), $3::timestamptz, $3::timestamptz
         FROM unnest($1::text[]) AS form (form_id) ORDER BY form_id
       ${JOIN_ACTIVE}`,
      [formIds, since, now, this.config.responseRetentionDays],
    );
  }

  /** Queues the daily checks that are due, unless a back-fill of the form is well under way. */
  async requestDue(now: Date): Promise<number> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `INSERT INTO completeness_check AS run (form_id, since, next_attempt_at, created_at)
       SELECT form_id, edge, $1::timestamptz, $1::timestamptz
         FROM (SELECT form_id, ${retentionEdge({ formId: 'webhook.form_id', now: '$1', days: '$2' })} AS edge
                 FROM webhook WHERE removed_at IS NULL
                GROUP BY form_id HAVING min(created_at) <= $1::timestamptz - ${SETTLED}) AS form
        WHERE NOT EXISTS (SELECT FROM completeness_check AS other
                           WHERE other.form_id = form.form_id
                             AND (other.status IN ('queued', 'running')
                                  OR other.status = 'failed' AND other.started_at > $1::timestamptz - ${AFTER_FAILURE}
                                  OR other.status = 'done' AND other.started_at > $1::timestamptz - ${PERIOD}
                                     AND (other.since IS NULL OR other.since <= form.edge)))
          AND NOT EXISTS (SELECT FROM backfill_run AS backfill
                           WHERE backfill.form_id = form.form_id AND backfill.status IN ('queued', 'running')
                             AND backfill.error IS NULL)
        ORDER BY form_id
       ON CONFLICT (form_id) WHERE status IN ('queued', 'running') DO NOTHING
       RETURNING id`,
      [now, this.config.responseRetentionDays],
    );
    if (rows.length > 0) {
      await this.dataSource.query(
        `DELETE FROM completeness_check WHERE finished_at < $1::timestamptz - ${CHECKS_KEPT}`,
        [now],
      );
    }
    return rows.length;
  }

  /** The checks of each form, in the order of `formIds`, as far as they tell about what was submitted from `since` on. */
  async histories(formIds: readonly string[], since: Date | null, now: Date): Promise<CheckHistory[]> {
    const done = (condition: string): string => `
      (SELECT since, started_at, finished_at FROM completeness_check
        WHERE form_id = form.form_id AND status = 'done' AND ${condition} ORDER BY created_at DESC LIMIT 1)`;
    return this.dataSource
      .query<CheckHistory[]>(
        `SELECT form.form_id AS "formId", edge, newest.value AS newest, finished.list AS finished
         FROM unnest($1::text[]) WITH ORDINALITY AS form (form_id, position)
        CROSS JOIN LATERAL (
           SELECT ${retentionEdge({ formId: 'form.form_id', now: '$2', days: '$3' })} AS edge
         ) AS kept
         LEFT JOIN LATERAL (
           SELECT jsonb_build_object('status', status, 'seen', seen, 'since', since, 'error', error, 'createdAt', created_at,
                                     'finishedAt', finished_at) AS value
             FROM completeness_check WHERE form_id = form.form_id ORDER BY created_at DESC LIMIT 1
         ) AS newest ON true
         LEFT JOIN LATERAL (
           SELECT coalesce(jsonb_agg(jsonb_build_object('since', since, 'startedAt', started_at, 'finishedAt', finished_at)
                                     ORDER BY started_at DESC), '[]') AS list
             FROM (${done('true')} UNION ${done('(since IS NULL OR since <= greatest($4::timestamptz, kept.edge))')}) AS telling
         ) AS finished ON true
        ORDER BY form.position`,
        [formIds, now, this.config.responseRetentionDays, since],
      )
      .then((rows) => rows.map(withDates));
  }
}

/** JSON has no dates. */
function withDates({ formId, edge, newest, finished }: CheckHistory): CheckHistory {
  return {
    formId,
    edge,
    newest: newest && {
      ...newest,
      since: newest.since && new Date(newest.since),
      createdAt: new Date(newest.createdAt),
      finishedAt: newest.finishedAt && new Date(newest.finishedAt),
    },
    finished: finished.map(({ since, startedAt, finishedAt }) => ({
      since: since && new Date(since),
      startedAt: new Date(startedAt),
      finishedAt: new Date(finishedAt),
    })),
  };
}
