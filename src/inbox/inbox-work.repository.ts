/** The SQL of the queue: claiming what is due and recording what became of it. Every function runs in the caller's transaction. */
import type { EntityManager } from 'typeorm';
import type { EventOutcome } from '../core/event-outcome';

/** A claimed event: its row stays locked until the transaction ends, and a crash gives it back. */
export interface ClaimedEvent {
  eventId: string;
  eventType: string;
  formId: string;
  receivedAt: Date;
  /** Attempts made before this one. */
  attempts: number;
  firstAttemptAt: Date | null;
  payload: Buffer;
}

/** Why processing an event failed; stored as `lastError`, a metric label, and an entry of the runbook. */
export const PROCESSING_ERROR_CODES = ['invalid_event', 'data_rejected', 'contention', 'internal_error'] as const;
export type ProcessingErrorCode = (typeof PROCESSING_ERROR_CODES)[number];

/** Locks up to `limit` due events, oldest first, skipping those another processor has. */
export async function claimDue(manager: EntityManager, limit: number, now: Date): Promise<ClaimedEvent[]> {
  const rows = await manager.query<
    {
      event_id: string;
      event_type: string;
      form_id: string;
      received_at: Date;
      attempts: number;
      first_attempt_at: Date | null;
      payload: Buffer | null;
    }[]
  >(
    `SELECT event_id, event_type, form_id, received_at, attempts, first_attempt_at, payload
       FROM webhook_event
      WHERE status IN ('pending', 'retrying') AND next_attempt_at <= $1
      ORDER BY next_attempt_at
      LIMIT $2
        FOR UPDATE SKIP LOCKED`,
    [now, limit],
  );
  return rows.map((row) => ({
    eventId: row.event_id,
    eventType: row.event_type,
    formId: row.form_id,
    receivedAt: row.received_at,
    attempts: row.attempts,
    firstAttemptAt: row.first_attempt_at,
    payload: row.payload ?? Buffer.alloc(0),
  }));
}

/** Marks claimed events as done. */
export async function markDone(manager: EntityManager, results: readonly EventOutcome[], now: Date): Promise<void> {
  await manager.query(
    `UPDATE webhook_event AS event
        SET status = result.status, reason = result.reason, processed_at = $4, attempts = event.attempts + 1,
            first_attempt_at = coalesce(event.first_attempt_at, $4), next_attempt_at = NULL, last_error = NULL
       FROM unnest($1::text[], $2::text[], $3::text[]) AS result (event_id, status, reason)
      WHERE event.event_id = result.event_id`,
    [results.map((r) => r.eventId), results.map((r) => r.status), results.map((r) => r.reason), now],
  );
}

/** Records a failed attempt: the event is `retrying` until `nextAttemptAt`, or `dead` when that is null. */
export async function markFailed(
  manager: EntityManager,
  event: ClaimedEvent,
  code: ProcessingErrorCode,
  now: Date,
  nextAttemptAt: Date | null,
): Promise<void> {
  await manager.query(
    `UPDATE webhook_event
        SET status = $2, last_error = $3, attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, $4),
            next_attempt_at = $5
      WHERE event_id = $1 AND status IN ('pending', 'retrying')`,
    [event.eventId, nextAttemptAt ? 'retrying' : 'dead', code, now, nextAttemptAt],
  );
}
