/** SQL of the retention: what has expired, and its removal in small steps. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { lockUntilCommit } from '../database/advisory-lock';
import type { ResponseId } from '../onboarding/stored-response';
import { ResponseRemoval } from './response-removal.repository';

/** Counting stops here: a person only wants to know whether it is much. */
const MAX_COUNTED = 100_000;

/** What a step removed. */
export interface RemovedCounts {
  responses: number;
  deliveries: number;
  clients: number;
}

/** A form and its retention. `days`: those in force, 0 for ever. */
export interface FormRetention {
  formId: string;
  title: string | null;
  createdAt: Date;
  formDays: number | null;
  days: number;
  expiredBefore: Date | null;
}

/** A response and its place in the order of removal. */
export interface ExpiredResponse extends ResponseId {
  at: Date;
}

/** Its submission, or what is left to judge by when an event names no time of its own. */
const EVENT_AT = 'least(coalesce(submitted_at, received_at), received_at)';
/** Events that never became a response, or whose response was erased. Waiting ones are about to be processed. */
const UNUSED = `status IN ('dead', 'ignored', 'quarantined')`;
const WAITING = `status IN ('pending', 'retrying')`;

@Injectable()
export class RetentionRepository {
  constructor(private readonly removal: ResponseRemoval) {}

  /**
   * Moves the edge of each form forward whose last move is a day old, and returns these forms. From the commit on back-fill leaves
   * alone what is older, so that nothing removed comes back. Only one replica gets each of them.
   */
  async moveEdges(manager: EntityManager, installationDays: number, now: Date): Promise<string[]> {
    const [rows] = await manager.query<[{ form_id: string }[], number]>(
      `UPDATE onboarding_form AS form SET expired_before = edge.at
         FROM (SELECT form_id, $1::timestamptz - coalesce(retention_days, $2) * interval '24 hours' AS at
                 FROM onboarding_form WHERE coalesce(retention_days, $2) > 0) AS edge
        WHERE form.form_id = edge.form_id
          AND (form.expired_before IS NULL OR form.expired_before <= edge.at - interval '24 hours')
       RETURNING form.form_id`,
      [now, installationDays],
    );
    return rows.map(({ form_id: formId }) => formId);
  }

  /** The next expired responses after a place, the oldest first. One with an event that waits is left for the next day. */
  async expired(
    manager: EntityManager,
    formId: string,
    before: Date,
    after: Pick<ExpiredResponse, 'at' | 'token'> | null,
    limit: number,
  ): Promise<ExpiredResponse[]> {
    const rows = await manager.query<{ token: string; effective_at: Date }[]>(
      `SELECT token, effective_at FROM form_response AS response
        WHERE form_id = $1 AND effective_at < $2 AND (effective_at, token) > ($3::timestamptz, $4)
          AND NOT EXISTS (SELECT FROM webhook_event AS event
                           WHERE event.token = response.token AND event.form_id = response.form_id AND event.${WAITING})
        ORDER BY effective_at, token LIMIT $5`,
      [formId, before, after?.at ?? '-infinity', after?.token ?? '', limit],
    );
    return rows.map((row) => ({ formId, token: row.token, at: row.effective_at }));
  }

  /**
   * Removes responses with their events. Records of clients that stay are put together again from what is left; a client without any
   * response goes. Needs `processingAlone`.
   */
  async remove(manager: EntityManager, formId: string, tokens: readonly string[], now: Date): Promise<RemovedCounts> {
    const [, deliveries] = await manager.query<[object[], number]>(
      'DELETE FROM webhook_event WHERE form_id = $1 AND token = ANY($2)',
      [formId, tokens],
    );
    const ids = tokens.map((token) => ({ formId, token }));
    return { deliveries, ...(await this.removal.remove(manager, ids, now)) };
  }

  /** Removes expired events without a response. Returns how many there were. */
  async removeUnused(manager: EntityManager, formId: string, before: Date, limit: number): Promise<number> {
    const [, deliveries] = await manager.query<[object[], number]>(
      `DELETE FROM webhook_event WHERE event_id IN (
         SELECT event_id FROM webhook_event AS event
          WHERE form_id = $1 AND ${UNUSED} AND ${EVENT_AT} < $2
            AND NOT EXISTS (SELECT FROM form_response AS response
                             WHERE response.form_id = event.form_id AND response.token = event.token)
          ORDER BY event_id LIMIT $3 FOR UPDATE SKIP LOCKED)`,
      [formId, before, limit],
    );
    return deliveries;
  }

  /** Removes from the list of what Typeform has what has expired: it can no longer be missing. Returns how many there were. */
  async forgetListed(manager: EntityManager, formId: string, before: Date, limit: number): Promise<number> {
    await lockUntilCommit(manager, 'listing');
    const [, listed] = await manager.query<[object[], number]>(
      `DELETE FROM typeform_response WHERE form_id = $1 AND token IN (
         SELECT token FROM typeform_response WHERE form_id = $1 AND at < $2 ORDER BY at LIMIT $3)`,
      [formId, before, limit],
    );
    return listed;
  }

  /** A form; null when there is none. */
  async form(manager: EntityManager, formId: string, installationDays: number): Promise<FormRetention | null> {
    const [row] = await manager.query<FormRetention[]>(`${FORMS} WHERE form_id = $2`, [installationDays, formId]);
    return row ?? null;
  }

  /** Up to `limit + 1` forms, newest first. */
  list(
    manager: EntityManager,
    installationDays: number,
    limit: number,
    after: [Date, string] | null,
  ): Promise<FormRetention[]> {
    return manager.query<FormRetention[]>(
      `${FORMS} WHERE $2::timestamptz IS NULL OR (created_at, form_id) < ($2, $3)
        ORDER BY created_at DESC, form_id DESC LIMIT $4`,
      [installationDays, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
    );
  }

  /** Responses of a form submitted before a time, counted up to a limit, and the oldest one. */
  async olderThan(
    manager: EntityManager,
    formId: string,
    before: Date,
  ): Promise<{ count: number; oldest: Date | null }> {
    const [row] = await manager.query<{ count: number; oldest: Date | null }[]>(
      `SELECT (SELECT count(*)::integer FROM (SELECT FROM form_response WHERE form_id = $1 AND effective_at < $2
                                               LIMIT ${MAX_COUNTED}) AS older) AS count,
              (SELECT min(effective_at) FROM form_response WHERE form_id = $1) AS oldest`,
      [formId, before],
    );
    return row ?? { count: 0, oldest: null };
  }
}

const FORMS = `
  SELECT form_id AS "formId", coalesce(definition->>'title', title) AS title, created_at AS "createdAt",
         retention_days AS "formDays", coalesce(retention_days, $1::integer) AS days, expired_before AS "expiredBefore"
    FROM onboarding_form`;
