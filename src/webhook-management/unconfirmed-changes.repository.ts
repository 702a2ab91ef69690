/** Which changes are due to be sent to Typeform again. By the database's clock, since those of the replicas may differ. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Target } from './push-decision';
import { CLAIM_SECONDS, IN_HAND_SECONDS } from './retry-schedule';

@Injectable()
export class UnconfirmedChangesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * A place whose next try is due, claimed for this process; null when there is none. Due is what is not sent yet (unless Typeform has
   * refused just that: a comparison tries it again), and what was confirmed while an older call may have come after it.
   */
  async claim(): Promise<Target | null> {
    const [place] = await this.dataSource.query<{ form_id: string; tag: string }[]>(
      `WITH due AS (
         SELECT webhook.form_id, webhook.tag
           FROM webhook LEFT JOIN webhook_push AS known USING (form_id, tag)
          WHERE CASE WHEN webhook.pushed_revision = webhook.revision THEN webhook.pending
                     ELSE webhook.refused_revision IS DISTINCT FROM webhook.revision END
            AND coalesce(greatest(known.next_try_at, known.call_until,
                                  CASE WHEN webhook.pushed_revision = webhook.revision THEN known.doubt_until END),
                         webhook.updated_at + interval '${IN_HAND_SECONDS} seconds') <= clock_timestamp()
          LIMIT 1
       )
       INSERT INTO webhook_push AS place (form_id, tag, next_try_at)
       SELECT form_id, tag, clock_timestamp() + interval '${CLAIM_SECONDS} seconds' FROM due
       ON CONFLICT (form_id, tag) DO UPDATE SET next_try_at = excluded.next_try_at
        WHERE place.next_try_at IS NULL OR place.next_try_at <= clock_timestamp()
       RETURNING form_id, tag`,
    );
    return place ? { formId: place.form_id, tag: place.tag } : null;
  }
}
