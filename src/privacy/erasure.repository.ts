/** The SQL of an erasure: every place that holds personal data. Every method runs in the caller's transaction. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { lockUntilCommit } from '../database/advisory-lock';
import { limitLockWaits, processingAlone } from '../database/processing-alone';
import { ResponsesRepository } from '../onboarding/responses.repository';
import type { ResponseId } from '../onboarding/stored-response';
import { ClientAssigner } from '../onboarding/who-is-it/client-assigner';
import { ErasedResponse } from './erased-response.entity';
import { ResponseRemoval } from './response-removal.repository';

/** What an erasure removed. `clients`: those without any response left. */
export interface ErasedCounts {
  clients: number;
  responses: number;
  deliveries: number;
}

export const NOTHING_ERASED: ErasedCounts = { clients: 0, responses: 0, deliveries: 0 };

/** The counts of two erasures. */
export function sumOf(one: ErasedCounts, other: ErasedCounts): ErasedCounts {
  return {
    clients: one.clients + other.clients,
    responses: one.responses + other.responses,
    deliveries: one.deliveries + other.deliveries,
  };
}

/** From here on the intake waits too, and its deadline matters more than an admin's. */
const LOCK_TIMEOUT_MS = 1_000;

/** An erased event. It is not processed again, whatever status it had. */
const ERASED = `payload = NULL, status = 'ignored', reason = 'erased', last_error = NULL, next_attempt_at = NULL`;

@Injectable()
export class ErasureRepository {
  constructor(
    private readonly responses: ResponsesRepository,
    private readonly assigner: ClientAssigner,
    private readonly removal: ResponseRemoval,
  ) {}

  /**
   * Blocks everything else until the commit: no batch is processed, no event is inserted. The batches, which take
   * longer, are waited for first, while events still arrive. Throws a contention error when it has waited too long.
   */
  async standAlone(manager: EntityManager): Promise<void> {
    await processingAlone(manager);
    await limitLockWaits(manager, LOCK_TIMEOUT_MS);
    await lockUntilCommit(manager, 'appending');
  }

  /** Erases a client with its responses; null when there is none. Needs {@link standAlone}. */
  async eraseClient(manager: EntityManager, clientId: string, now: Date): Promise<ErasedCounts | null> {
    const [client] = await manager.query<object[]>('SELECT FROM client WHERE id = $1 FOR UPDATE', [clientId]);
    if (!client) return null;
    const phones = await this.responses.phonesOf(manager, [clientId]);
    await this.responses.pinAlone(manager, phones, clientId);
    const ids = await manager.query<ResponseId[]>(
      'SELECT form_id AS "formId", token FROM form_response WHERE client_id = $1',
      [clientId],
    );
    const { responses, deliveries } = await this.eraseResponses(manager, ids, now);
    // One without any response is still there.
    await this.assigner.remove(manager, [clientId], now);
    await this.assigner.settlePhones(manager, phones, [], now);
    return { clients: 1, responses, deliveries };
  }

  /**
   * Erases responses, whether they are stored or only events tell of them: tombstones keep them from coming back. Every event about
   * them loses its body, including pending, dead, quarantined and conflicting ones. `clientId`: whose they are that are not stored. Needs {@link standAlone}.
   */
  async eraseResponses(
    manager: EntityManager,
    ids: readonly ResponseId[],
    now: Date,
    clientId: string | null = null,
  ): Promise<ErasedCounts> {
    if (ids.length === 0) return NOTHING_ERASED;
    await manager.query(
      `INSERT INTO erased_response (form_id, token, client_id, erased_at)
       SELECT DISTINCT form_id, token, coalesce(client_id, $4::uuid), $3::timestamptz
         FROM unnest($1::text[], $2::text[]) AS gone (form_id, token) LEFT JOIN form_response USING (form_id, token)
       ON CONFLICT (form_id, token) DO NOTHING`,
      [...columns(ids), now, clientId],
    );
    // What a check lists at this moment is seen from here on, and what it lists later has the tombstone.
    await lockUntilCommit(manager, 'listing');
    // Completeness counts it as erased from now on, and no longer by its token.
    await manager.query(
      `WITH listed AS (
         DELETE FROM typeform_response USING unnest($1::text[], $2::text[]) AS gone (form_id, token)
          WHERE typeform_response.form_id = gone.form_id AND typeform_response.token = gone.token
         RETURNING typeform_response.*
       )
       INSERT INTO typeform_response (form_id, token, completed, at, check_id, fate)
       SELECT form_id, erased_token(token), completed, at, check_id, 'erased' FROM listed ORDER BY form_id, token
       ON CONFLICT DO NOTHING`,
      columns(ids),
    );
    // Rows are locked in order of id, as a replay locks them.
    const [, deliveries] = await manager.query<[object[], number]>(
      `WITH locked AS (
         SELECT event_id FROM webhook_event JOIN unnest($1::text[], $2::text[]) AS gone (form_id, token) USING (form_id, token)
          WHERE payload IS NOT NULL ORDER BY event_id FOR UPDATE OF webhook_event
       )
       UPDATE webhook_event AS event SET ${ERASED} FROM locked WHERE event.event_id = locked.event_id`,
      columns(ids),
    );
    return { deliveries, ...(await this.removal.remove(manager, ids, now)) };
  }

  /**
   * Erases events. Where the response came from the event, or there is none, the response is erased with it; where another event gave it,
   * the body alone goes: it was a version that another one replaced, or that nobody trusted. Needs {@link standAlone}.
   */
  async eraseEvents(
    manager: EntityManager,
    eventIds: readonly string[],
    now: Date,
    clientId: string | null = null,
  ): Promise<ErasedCounts> {
    if (eventIds.length === 0) return NOTHING_ERASED;
    const ids = await manager.query<ResponseId[]>(
      `SELECT DISTINCT form_id AS "formId", token
         FROM webhook_event AS event LEFT JOIN form_response AS response USING (form_id, token)
        WHERE event.event_id = ANY($1) AND coalesce(response.event_id = event.event_id, true)`,
      [eventIds],
    );
    const counts = await this.eraseResponses(manager, ids, now, clientId);
    const [, deliveries] = await manager.query<[object[], number]>(
      `WITH locked AS (
         SELECT event_id FROM webhook_event WHERE event_id = ANY($1) AND payload IS NOT NULL ORDER BY event_id FOR UPDATE
       )
       UPDATE webhook_event AS event SET ${ERASED} FROM locked WHERE event.event_id = locked.event_id`,
      [eventIds],
    );
    return { ...counts, deliveries: counts.deliveries + deliveries };
  }

  /** The tombstones of a client's responses. */
  tombstonesOfClient(manager: EntityManager, clientId: string): Promise<ResponseId[]> {
    return manager.find(ErasedResponse, { where: { clientId }, order: { formId: 'ASC', token: 'ASC' } });
  }

  /** Those of these responses, and of the responses that these events told of, that have a tombstone. */
  tombstonesOf(manager: EntityManager, ids: readonly ResponseId[], eventIds: readonly string[]): Promise<ResponseId[]> {
    return manager.query<ResponseId[]>(
      `SELECT form_id AS "formId", token FROM erased_response
        WHERE (form_id, token) IN (SELECT * FROM unnest($1::text[], $2::text[])
                                    UNION SELECT form_id, token FROM webhook_event WHERE event_id = ANY($3))
        ORDER BY form_id, token`,
      [...columns(ids), eventIds],
    );
  }
}

function columns(ids: readonly ResponseId[]): [string[], string[]] {
  return [ids.map(({ formId }) => formId), ids.map(({ token }) => token)];
}
