import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { BackfillEvent } from '../core/backfill-event';

/** What is known here about a response at Typeform: nothing (or an older state), this state, or this state from this same run. */
export type Knowledge = 'missing' | 'known' | 'found_by_this_run';

/** `$1` form; `seen` one row per response. A response that is complete here is never missing; a partial one may have grown. */
const KNOWN_EVENT = `
  SELECT FROM webhook_event AS event
   WHERE event.form_id = $1 AND event.token = seen.token AND event.status <> 'quarantined'
     AND (event.event_type = 'form_response'
          OR NOT seen.completed AND event.event_type = 'form_response_partial'
             AND (seen.at IS NULL OR coalesce(event.submitted_at, event.received_at) >= seen.at))`;
const KNOWN_RESPONSE = `
  SELECT FROM form_response AS response
   WHERE response.form_id = $1 AND response.token = seen.token
     AND (response.response_type = 'completed'
          OR NOT seen.completed AND (seen.at IS NULL OR response.effective_at >= seen.at))`;
const ERASED_RESPONSE = `
  SELECT FROM erased_response AS erased WHERE erased.form_id = $1 AND erased.token = seen.token`;

/** What was removed because it had expired does not come back. */
const EXPIRED_RESPONSE = `
  SELECT FROM onboarding_form AS form WHERE form.form_id = $1 AND seen.at < form.expired_before`;

/** Compares a page of the Responses API with the inbox and the responses. */
@Injectable()
export class KnownResponsesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * One query for a page, in its order. Events waiting in the inbox count, as do tombstones of erased ones; quarantined ones
   * do not, because Typeform has just confirmed their content. `runCreatedAt` identifies what this run added before a crash.
   */
  async compare(formId: string, events: readonly BackfillEvent[], runCreatedAt: Date): Promise<Knowledge[]> {
    const rows = await this.dataSource.query<{ ours: boolean; known: boolean }[]>(
      `SELECT EXISTS (SELECT FROM webhook_event WHERE event_id = seen.event_id AND received_at >= $6) AS ours,
              EXISTS (${KNOWN_EVENT}) OR EXISTS (${KNOWN_RESPONSE}) OR EXISTS (${ERASED_RESPONSE})
                OR EXISTS (${EXPIRED_RESPONSE}) AS known
         FROM unnest($2::text[], $3::text[], $4::boolean[], $5::timestamptz[]) WITH ORDINALITY
              AS seen (event_id, token, completed, at, position)
        ORDER BY seen.position`,
      [
        formId,
        events.map(({ eventId }) => eventId),
        events.map(({ token }) => token),
        events.map(({ completed }) => completed),
        events.map(({ at }) => at?.toISOString() ?? null),
        runCreatedAt,
      ],
    );
    return rows.map(({ ours, known }) => (ours ? 'found_by_this_run' : known ? 'known' : 'missing'));
  }

  /**
   * Whether partial responses of a form are wanted: when one of its webhooks subscribes to them, or the form has no webhook of
   * ours, so nothing says otherwise.
   */
  async wantsPartials(formId: string): Promise<boolean> {
    const [row] = await this.dataSource.query<{ wanted: boolean }[]>(
      `SELECT coalesce(bool_or(event_types @> '{"form_response_partial": true}'), true) AS wanted
         FROM webhook WHERE form_id = $1 AND removed_at IS NULL`,
      [formId],
    );
    return row?.wanted === true;
  }
}
