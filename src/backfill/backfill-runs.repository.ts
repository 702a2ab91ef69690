import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { BACKFILL_EVENT_PREFIX } from '../core/backfill-event';
import { decodeCursor } from '../rest/page';
import type { BackfillsQuery } from './backfill.dto';
import { BackfillRun } from './backfill-run.entity';

/**
 * Of an event of a back-fill: a webhook brought the submission, too, as complete or as new. Which of the two came first is chance where
 * Typeform lists a submission at once.
 */
export const DELIVERED_TOO = `
  EXISTS (SELECT FROM webhook_event AS delivered
           WHERE delivered.token = event.token AND delivered.form_id = event.form_id
             AND NOT starts_with(delivered.event_id, '${BACKFILL_EVENT_PREFIX}') AND delivered.status NOT IN ('dead', 'quarantined')
             AND (delivered.event_type = 'form_response'
                  OR event.event_type = 'form_response_partial' AND delivered.event_type = 'form_response_partial'
                     AND coalesce(delivered.submitted_at, delivered.received_at) >= coalesce(event.submitted_at, event.received_at)))`;

/** Reads past and current back-fill runs. */
@Injectable()
export class BackfillRunsRepository {
  constructor(@InjectRepository(BackfillRun) private readonly runs: Repository<BackfillRun>) {}

  findOne(id: string): Promise<BackfillRun | null> {
    return this.runs.findOneBy({ id });
  }

  /** Up to `limit + 1` runs, newest first. */
  list({ formId, status, limit, cursor }: BackfillsQuery): Promise<BackfillRun[]> {
    const query = this.runs
      .createQueryBuilder('run')
      .where('TRUE')
      .orderBy('run.createdAt', 'DESC')
      .addOrderBy('run.id', 'DESC');
    if (formId !== undefined) query.andWhere('run.formId = :formId', { formId });
    if (status !== undefined) query.andWhere('run.status = ANY(:status)', { status });
    const after = decodeCursor(cursor, 1);
    if (after) query.andWhere('(run.createdAt, run.id) < (:at, :id)', { at: after[0], id: after[1] });
    return query.take(limit + 1).getMany();
  }

  /** Submissions that came only by back-fill since a time, as partial or complete ones or both; replaying one does not change that. */
  async recoveredSince(since: Date): Promise<number> {
    const [row] = await this.runs.query<[{ count: number }]>(
      // The index of events that no webhook brought; the release before also counted replayed ones among them.
      `SELECT count(DISTINCT (form_id, token))::integer AS count FROM webhook_event AS event
        WHERE received_at >= $1 AND source <> 'webhook' AND starts_with(event_id, $2) AND NOT ${DELIVERED_TOO}`,
      [since, BACKFILL_EVENT_PREFIX],
    );
    return row.count;
  }

  /** The same per bucket of a span: a submission counts in the bucket in which it was first found. */
  async recoveredSeries(span: {
    since: Date;
    until: Date;
    bucketMinutes: number;
  }): Promise<{ bucket: number; count: number }[]> {
    return this.runs.query<{ bucket: number; count: number }[]>(
      `SELECT bucket, count(*)::integer AS count
         FROM (SELECT div(extract(epoch FROM min(received_at) - $1), $3 * 60)::integer AS bucket FROM webhook_event AS event
                WHERE received_at >= $1 AND received_at < $2 AND source <> 'webhook' AND starts_with(event_id, $4)
                  AND NOT ${DELIVERED_TOO}
                GROUP BY form_id, token) AS found
        GROUP BY bucket`,
      [span.since, span.until, span.bucketMinutes, BACKFILL_EVENT_PREFIX],
    );
  }
}
