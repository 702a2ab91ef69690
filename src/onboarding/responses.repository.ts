/** SQL that writes form_response. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Submission } from '../core/answers';
import { BACKFILL_EVENT_PREFIX } from '../core/backfill-event';
import type { Identifiers } from '../core/identifiers';
import type { IncomingEvent } from './onboarding.service';

/** What the release before records of a contradiction. */
export interface ClientConflict {
  kind: 'phone_of_another_client' | 'email_differs';
  clientId: string;
}

/** A response as it was just saved. */
export interface SavedResponse {
  formId: string;
  token: string;
  effectiveAt: Date;
  isNew: boolean;
  /** The client it belonged to before this event, if any. */
  clientId: string | null;
}

/** A response's part in its client's record. */
export interface ClientResponse {
  formId: string;
  token: string;
  completed: boolean;
  effectiveAt: Date;
  identifiers: Identifiers;
}

/** Later responses than this many are not looked at when a client's record is put together. */
const MAX_RESPONSES_PER_CLIENT = 200;

/**
 * A complete response beats a partial one, then the newer submission wins, then what Typeform delivered beats what a back-fill
 * put together (the Responses API leaves the ending out), then the later arrival wins; the same event again is applied again (a
 * replay after a mapping change). Anything older leaves the row as it is.
 */
const SAVE = `
  INSERT INTO form_response AS stored
    (form_id, token, event_id, response_type, test, landed_at, submitted_at, received_at, effective_at, answers, hidden, variables,
     score, ending, outcome, identifiers, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)
  ON CONFLICT (form_id, token) DO UPDATE
    SET event_id = excluded.event_id, response_type = excluded.response_type, test = excluded.test,
        landed_at = excluded.landed_at, submitted_at = excluded.submitted_at, received_at = excluded.received_at,
        effective_at = excluded.effective_at, answers = excluded.answers, hidden = excluded.hidden,
        variables = excluded.variables, score = excluded.score, ending = excluded.ending, outcome = excluded.outcome,
        identifiers = excluded.identifiers, updated_at = excluded.updated_at
    WHERE (excluded.response_type = 'completed', excluded.effective_at, NOT starts_with(excluded.event_id, '${BACKFILL_EVENT_PREFIX}'),
           excluded.received_at)
       >= (stored.response_type = 'completed', stored.effective_at, NOT starts_with(stored.event_id, '${BACKFILL_EVENT_PREFIX}'),
           stored.received_at)
  RETURNING client_id, (xmax = 0) AS is_new`;

@Injectable()
export class ResponsesRepository {
  /** Inserts or updates the response of a submission; null when what is stored is newer. */
  async save(
    manager: EntityManager,
    event: IncomingEvent,
    submission: Submission,
    identifiers: Identifiers,
    now: Date,
  ): Promise<SavedResponse | null> {
    const effectiveAt = submission.submittedAt ?? submission.landedAt ?? event.receivedAt;
    const json = (value: unknown): string | null =>
      value === null || value === undefined ? null : JSON.stringify(value);
    const rows = await manager.query<{ client_id: string | null; is_new: boolean }[]>(SAVE, [
      submission.formId,
      submission.token,
      event.eventId,
      submission.responseType,
      submission.isTest,
      submission.landedAt,
      submission.submittedAt,
      event.receivedAt,
      effectiveAt,
      json(submission.answers),
      json(submission.hidden),
      json(submission.variables),
      submission.score,
      json(submission.ending),
      json(submission.outcome),
      json(identifiers),
      now,
    ]);
    const [row] = rows;
    if (!row) return null;
    return {
      formId: submission.formId,
      token: submission.token,
      effectiveAt,
      isNew: row.is_new,
      clientId: row.client_id,
    };
  }

  /** Gives a response to a client, with the contradictions met on the way. */
  async setClient(
    manager: EntityManager,
    response: { formId: string; token: string },
    clientId: string | null,
    conflicts: readonly ClientConflict[],
  ): Promise<void> {
    await manager.query('UPDATE form_response SET client_id = $3, conflicts = $4 WHERE form_id = $1 AND token = $2', [
      response.formId,
      response.token,
      clientId,
      JSON.stringify(conflicts),
    ]);
  }

  /** The newest responses of a client. */
  async ofClient(manager: EntityManager, clientId: string): Promise<ClientResponse[]> {
    const rows = await manager.query<
      { form_id: string; token: string; response_type: string; effective_at: Date; identifiers: Identifiers }[]
    >(
      `SELECT form_id, token, response_type, effective_at, identifiers FROM form_response
        WHERE client_id = $1 ORDER BY effective_at DESC LIMIT ${MAX_RESPONSES_PER_CLIENT}`,
      [clientId],
    );
    return rows.map((row) => ({
      formId: row.form_id,
      token: row.token,
      completed: row.response_type === 'completed',
      effectiveAt: row.effective_at,
      identifiers: row.identifiers,
    }));
  }
}
