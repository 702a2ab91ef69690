/** The SQL that keeps the list of what Typeform has, and compares it with what is here. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BACKFILL_EVENT_PREFIX, ItemIdentity } from '../../core/backfill-event';
import { lockUntilCommit } from '../../database/advisory-lock';
import type { CompletenessCheck } from './completeness-check.entity';
import { Fate, FATES } from './typeform-response.entity';

/** The responses that Typeform has in a window, each once. */
export type Counts = Record<'atTypeform' | Fate, number>;

/** What is not settled: it is compared again whenever somebody asks. The rest is as the last check found it. */
const OPEN = `listed.fate IN ('missing', 'failed')`;

/**
 * `listed`: a response at Typeform. An event counts if it is not older than what Typeform has: a complete response is never here as a
 * partial one, and a partial one may have grown. One that is here in several ways counts as the best of them.
 */
const FATE = `
  CASE WHEN NOT (${OPEN}) THEN listed.fate
       WHEN EXISTS (SELECT FROM erased_response AS erased WHERE erased.form_id = listed.form_id AND erased.token = listed.token)
            OR EXISTS (SELECT FROM onboarding_form AS form WHERE form.form_id = listed.form_id AND listed.at < form.expired_before)
            THEN 'erased'
       WHEN event.delivered THEN 'received'
       WHEN event.recovered THEN 'recovered'
       WHEN EXISTS (SELECT FROM form_response AS response
                     WHERE response.form_id = listed.form_id AND response.token = listed.token
                       AND (response.response_type = 'completed'
                            OR NOT listed.completed AND (listed.at IS NULL OR response.effective_at >= listed.at))) THEN 'received'
       WHEN event.failed THEN 'failed'
       ELSE 'missing' END`;
const EVENTS = `
  LATERAL (
    SELECT bool_or(usable AND NOT by_backfill) AS delivered, bool_or(usable AND by_backfill) AS recovered,
           bool_or(NOT usable) AS failed
      FROM (SELECT status NOT IN ('dead', 'retrying') AS usable, starts_with(event_id, '${BACKFILL_EVENT_PREFIX}') AS by_backfill
              FROM webhook_event AS event
             WHERE ${OPEN} AND event.form_id = listed.form_id AND event.token = listed.token AND event.status <> 'quarantined'
               AND (event.event_type = 'form_response'
                    OR NOT listed.completed AND event.event_type = 'form_response_partial'
                       AND (listed.at IS NULL OR coalesce(event.submitted_at, event.received_at) >= listed.at))) AS each
  ) AS event`;

/** Fates that a later look does not change, unless the response is erased. */
const SETTLED = ['received', 'recovered', 'erased'] as const satisfies readonly Fate[];
const IS_SETTLED = `listed.fate IN ('received', 'recovered', 'erased')`;

/** The settled responses of a form by day, counted one by one. `$1` the form. */
const DAYS = `
  SELECT coalesce((at AT TIME ZONE 'UTC')::date, '-infinity') AS day,
         ${SETTLED.map((fate) => `count(*) FILTER (WHERE fate = '${fate}')::integer AS ${fate}`).join(', ')}
    FROM typeform_response WHERE form_id = $1 GROUP BY 1`;

/** `form`: its window; it begins and ends within a day, and `first_day` to before `last_day` are in it as a whole. `$3` the end, or null. */
const COUNT = `
  WITH form AS MATERIALIZED (
    SELECT form_id, since, first_day, last_day,
           first_day::timestamp AT TIME ZONE 'UTC' AS first_day_at, last_day::timestamp AT TIME ZONE 'UTC' AS last_day_at
      FROM unnest($1::text[], $2::timestamptz[]) AS form (form_id, since),
           LATERAL (SELECT (since AT TIME ZONE 'UTC' + interval '1 day' - interval '1 microsecond')::date AS first_day,
                           ($3::timestamptz AT TIME ZONE 'UTC')::date AS last_day) AS days
  ), counted AS (
    SELECT form_id, settled.fate, settled.count
      FROM (SELECT form_id, ${SETTLED.map((fate) => `sum(${fate}) AS ${fate}`).join(', ')}
              FROM form JOIN typeform_response_day AS day USING (form_id)
             WHERE (since IS NULL OR day.day >= first_day)
               AND ($3::timestamptz IS NULL OR day.day < last_day AND day.day > '-infinity')
             GROUP BY form_id) AS days,
           LATERAL (VALUES ${SETTLED.map((fate) => `('${fate}', days.${fate})`).join(', ')}) AS settled (fate, count)
    UNION ALL
    SELECT form_id, first.fate, first.count
      FROM form, LATERAL (SELECT fate, count(*) AS count FROM typeform_response AS listed
                           WHERE listed.form_id = form.form_id AND ${IS_SETTLED} AND listed.at >= since
                             AND listed.at < first_day_at AND ($3::timestamptz IS NULL OR listed.at <= $3)
                           GROUP BY fate) AS first
    UNION ALL
    SELECT form_id, last.fate, last.count
      FROM form, LATERAL (SELECT fate, count(*) AS count FROM typeform_response AS listed
                           WHERE listed.form_id = form.form_id AND ${IS_SETTLED}
                             AND listed.at >= greatest(last_day_at, first_day_at, since) AND listed.at <= $3
                           GROUP BY fate) AS last
    UNION ALL
    SELECT form_id, fate, count(*)
      FROM (SELECT listed.form_id, ${FATE} AS fate
              FROM form JOIN typeform_response AS listed
                ON listed.form_id = form.form_id AND (since IS NULL OR listed.at >= since), ${EVENTS}
             WHERE ${OPEN} AND ($3::timestamptz IS NULL OR listed.at <= $3)) AS judged
     GROUP BY 1, 2
  )
  SELECT form_id, sum(count)::integer AS "atTypeform",
         ${FATES.map((fate) => `coalesce(sum(count) FILTER (WHERE fate = '${fate}'), 0)::integer AS ${fate}`).join(', ')}
    FROM counted GROUP BY form_id HAVING sum(count) > 0`;

@Injectable()
export class TypeformResponsesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds a page to the list, without the tokens of what was erased here. What this check saw complete stays so. */
  async record(check: CompletenessCheck, items: readonly ItemIdentity[]): Promise<void> {
    await this.change(
      `INSERT INTO typeform_response AS known (form_id, token, completed, at, check_id, fate)
       SELECT form_id, CASE WHEN fate = 'erased' THEN erased_token(token) ELSE token END, completed, at, $2::uuid, fate
         FROM (SELECT listed.form_id, listed.token, listed.completed, listed.at, ${FATE} AS fate
                 FROM (SELECT $1::text AS form_id, token, completed, at, 'missing' AS fate
                         FROM unnest($3::text[], $4::boolean[], $5::timestamptz[]) AS item (token, completed, at)) AS listed,
                      ${EVENTS}) AS judged
       ON CONFLICT (form_id, token) DO UPDATE
         SET completed = excluded.completed, at = excluded.at, check_id = excluded.check_id, fate = excluded.fate
       WHERE NOT (known.check_id = excluded.check_id AND known.completed)`,
      [
        check.formId,
        check.id,
        items.map(({ token }) => token),
        items.map(({ completed }) => completed),
        items.map(({ at }) => at?.toISOString() ?? null),
      ],
    );
  }

  /** Removes what is gone from Typeform: in the window of the check, but not seen by it. Only while the check is still its owner's. */
  async forgetGone({ id, formId, since, leaseOwner, revision }: CompletenessCheck): Promise<void> {
    await this.change(
      `DELETE FROM typeform_response
        WHERE form_id = $1 AND check_id <> $2 AND ($3::timestamptz IS NULL OR at >= $3)
          AND EXISTS (SELECT FROM completeness_check WHERE id = $2 AND lease_owner = $4 AND revision = $5)`,
      [formId, id, since, leaseOwner, revision],
    );
  }

  /**
   * What became of the responses of each form, from its own beginning on (null: all); forms without any are left out. Settled ones are
   * counted by whole days, of the days at the ends of the window one by one; what is not settled is compared now.
   */
  async count(
    forms: readonly { formId: string; since: Date | null }[],
    until: Date | null,
  ): Promise<Map<string, Counts>> {
    const rows = await this.dataSource.transaction(async (manager) => {
      // Compiling the statement takes longer than running it.
      await manager.query(`SELECT set_config('jit', 'off', true)`);
      return manager.query<(Counts & { form_id: string })[]>(COUNT, [
        forms.map(({ formId }) => formId),
        forms.map(({ since }) => since?.toISOString() ?? null),
        until,
      ]);
    });
    return new Map(rows.map(({ form_id, ...counted }) => [form_id, counted]));
  }

  /** When the oldest response was submitted that Typeform has and that is missing here; null: none is missing. */
  async oldestMissing(formId: string, since: Date | null): Promise<{ missing: number; at: Date | null }> {
    const [row] = await this.dataSource.query<{ missing: number; at: Date | null }[]>(
      `SELECT count(*)::integer AS missing, min(at) AS at
         FROM (SELECT listed.at, ${FATE} AS fate FROM typeform_response AS listed, ${EVENTS}
                WHERE listed.form_id = $1 AND ${OPEN} AND ($2::timestamptz IS NULL OR listed.at >= $2)) AS judged
        WHERE fate = 'missing'`,
      [formId, since],
    );
    return row ?? { missing: 0, at: null };
  }

  /**
   * Writes down at the form's newest complete check how much is missing now: of all that is listed, not only of the check's window. What has
   * come since and is processed is settled.
   */
  async recount(formId: string): Promise<void> {
    await this.change(
      `UPDATE typeform_response AS known SET fate = judged.fate
         FROM (SELECT listed.token, ${FATE} AS fate FROM typeform_response AS listed, ${EVENTS}
                WHERE listed.form_id = $1 AND ${OPEN}
                  AND EXISTS (SELECT FROM form_response AS response
                               WHERE response.form_id = listed.form_id AND response.token = listed.token)
                  AND NOT EXISTS (SELECT FROM webhook_event AS waiting
                                   WHERE waiting.form_id = listed.form_id AND waiting.token = listed.token
                                     AND waiting.status IN ('pending', 'retrying'))) AS judged
        WHERE known.form_id = $1 AND known.token = judged.token AND judged.fate IN ('received', 'recovered')`,
      [formId],
    );
    await this.dataSource.query(
      `UPDATE completeness_check AS newest
          SET missing = (SELECT count(*) FROM (SELECT ${FATE} AS fate FROM typeform_response AS listed, ${EVENTS}
                                                WHERE listed.form_id = newest.form_id AND ${OPEN}) AS judged
                          WHERE fate = 'missing')
        WHERE id = (SELECT id FROM completeness_check WHERE form_id = $1 AND status = 'done' ORDER BY started_at DESC LIMIT 1)`,
      [formId],
    );
  }

  /**
   * Makes the counts of a form's days agree with its list where they do not: the triggers count a restored list a second time. Reading
   * both takes some time for a large form, so only what differs is read again while nobody else changes the list.
   */
  async recountDays(formId: string): Promise<void> {
    const wrong = await this.dataSource.query<{ day: string }[]>(
      `SELECT coalesce(listed.day, known.day)::text AS day
         FROM (${DAYS}) AS listed FULL JOIN (SELECT * FROM typeform_response_day WHERE form_id = $1) AS known USING (day)
        WHERE ${SETTLED.map((fate) => `coalesce(listed.${fate}, 0) <> coalesce(known.${fate}, 0)`).join(' OR ')}`,
      [formId],
    );
    if (wrong.length === 0) return;
    await this.change(
      `WITH listed AS MATERIALIZED (SELECT * FROM (${DAYS}) AS each WHERE day = ANY($2::date[])),
            emptied AS (DELETE FROM typeform_response_day
                         WHERE form_id = $1 AND day = ANY($2::date[]) AND day NOT IN (SELECT day FROM listed))
       INSERT INTO typeform_response_day (form_id, day, ${SETTLED.join(', ')})
       SELECT $1, day, ${SETTLED.join(', ')} FROM listed ORDER BY day
       ON CONFLICT (form_id, day) DO UPDATE SET ${SETTLED.map((fate) => `${fate} = excluded.${fate}`).join(', ')}`,
      [formId, wrong.map(({ day }) => day)],
    );
  }

  /** Changes the list while nobody else does: an erasure must see what is listed, or be seen. */
  private async change(statement: string, parameters: unknown[]): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await lockUntilCommit(manager, 'listing');
      await manager.query(statement, parameters);
    });
  }

  /** Missing by the newest check of every form that is watched. */
  async missingNow(): Promise<number> {
    const [row] = await this.dataSource.query<{ missing: number }[]>(
      `SELECT coalesce(sum(newest.missing), 0)::integer AS missing
         FROM (SELECT DISTINCT form_id FROM webhook WHERE removed_at IS NULL) AS form,
              LATERAL (SELECT missing FROM completeness_check
                        WHERE form_id = form.form_id AND status = 'done' ORDER BY started_at DESC LIMIT 1) AS newest`,
    );
    return row?.missing ?? 0;
  }
}
