/** Periods in which Typeform had disabled a webhook that should deliver, derived from the audit log and the webhooks' drift. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Typeform disabled it at `since` or later; `until` is null while it is disabled. */
export interface DisabledPeriod {
  webhookId: string;
  formId: string;
  since: Date;
  until: Date | null;
}

const MOST = 200;
const DISABLED = '[{"field": "enabled", "desired": true}]';

@Injectable()
export class DisabledPeriodsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Periods that lie in a span or reach into it, the newest first. Nobody tells us when Typeform disables a webhook: a period begins with
   * the last event that the webhook brought, or with its registration.
   */
  between(from: Date, to: Date): Promise<DisabledPeriod[]> {
    return this.dataSource.query<DisabledPeriod[]>(
      `WITH repaired AS (
         SELECT subject, at AS until
           FROM audit_entry
          WHERE action = 'webhook.repaired' AND at >= $1 AND at < $2 AND details->'drift' @> $3::jsonb
          ORDER BY at DESC LIMIT ${MOST}
       ), period AS (
         SELECT webhook.id, webhook.form_id, webhook.created_at, until
           FROM repaired JOIN webhook ON webhook.id::text = subject
          UNION ALL
         SELECT id, form_id, created_at, NULL FROM webhook
          WHERE drift @> $3::jsonb AND removed_at IS NULL
       )
       SELECT id AS "webhookId", period.form_id AS "formId", since, until
         FROM period
         LEFT JOIN LATERAL (
           SELECT received_at FROM webhook_event AS event
            WHERE event.form_id = period.form_id AND event.webhook_id = period.id AND source = 'webhook'
              AND received_at >= period.created_at AND received_at < coalesce(period.until, $2)
            ORDER BY received_at DESC LIMIT 1
         ) AS last ON true
        CROSS JOIN LATERAL (SELECT greatest(period.created_at, last.received_at) AS since) AS known
        WHERE since < $2
        ORDER BY until DESC NULLS FIRST, since DESC
        LIMIT ${MOST}`,
      [from, to, DISABLED],
    );
  }
}
