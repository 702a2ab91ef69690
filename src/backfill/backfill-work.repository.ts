import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { BACKFILL_EVENT_PREFIX, UNREADABLE_PREFIX } from '../core/backfill-event';
import { OVERLAP } from './backfill-requests.repository';
import { BackfillRun } from './backfill-run.entity';
import { DELIVERED_TOO } from './backfill-runs.repository';
import { IN_TURN, WalkWorkRepository } from './walk/walk-work.repository';

/** What a page adds to the counts of a run. */
export type BackfillCounts = 'seen' | 'recovered' | 'duplicates' | 'failed';

/** Work on back-fill runs: what a person asked for has its first turn at once. */
@Injectable()
export class BackfillWorkRepository extends WalkWorkRepository<BackfillRun, BackfillCounts> {
  constructor(@InjectRepository(BackfillRun) runs: Repository<BackfillRun>) {
    super(runs, `(trigger = 'admin' AND served_at IS NULL) DESC, ${IN_TURN}`);
  }

  /** Ends a run as {@link WalkWorkRepository.finish} does; one that is to follow it is queued in the same moment. */
  override async finish(run: BackfillRun, error: string | null, now: Date): Promise<boolean> {
    if (error !== null) return super.finish(run, error, now);
    const [row] = await this.runs.query<{ ended: boolean }[]>(
      `WITH ended AS (
         UPDATE backfill_run SET status = 'done', error = NULL, finished_at = $4, lease_owner = NULL, lease_until = NULL
          WHERE id = $1 AND lease_owner = $2 AND revision = $3
         RETURNING form_id, gapless, started_at, followed_by
       ), following AS (
         INSERT INTO backfill_run (form_id, since, gapless, trigger, next_attempt_at, created_at)
         SELECT form_id, started_at - ${OVERLAP}, gapless, followed_by, $4, $4 FROM ended WHERE followed_by IS NOT NULL
       )
       SELECT EXISTS (SELECT FROM ended) AS ended`,
      [run.id, run.leaseOwner, run.revision, now],
    );
    return row?.ended === true;
  }

  /** Pages may overlap, and a run may see a page twice: at its end, each submission that it alone brought counts once. Returns the counts. */
  async countOnce({
    id,
    formId,
    createdAt,
    leaseOwner,
    revision,
  }: BackfillRun): Promise<Pick<BackfillRun, 'recovered' | 'duplicates'> | undefined> {
    const [[counts]] = await this.runs.query<[Pick<BackfillRun, 'recovered' | 'duplicates'>[], number]>(
      `UPDATE backfill_run SET recovered = brought.count, duplicates = seen - failed - brought.count
         FROM (SELECT count(DISTINCT token)::integer AS count FROM webhook_event AS event
                WHERE form_id = $2 AND received_at >= $3 AND starts_with(event_id, $4) AND NOT starts_with(token, $5)
                  AND NOT ${DELIVERED_TOO}) AS brought
        WHERE id = $1 AND lease_owner = $6 AND revision = $7
       RETURNING recovered, duplicates`,
      [id, formId, createdAt, BACKFILL_EVENT_PREFIX, UNREADABLE_PREFIX, leaseOwner, revision],
    );
    return counts;
  }
}
