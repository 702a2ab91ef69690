/** The SQL of an erasure: every place that holds personal data, in one file. Every method runs in the caller's transaction. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { lockUntilCommit } from '../database/advisory-lock';
import { ClientAssigner } from '../onboarding/who-is-it/client-assigner';
import { ResponsesRepository } from '../onboarding/responses.repository';
import { ErasedResponse } from './erased-response.entity';

/** What an erasure removed. */
export interface ErasedCounts {
  responses: number;
  deliveries: number;
}

/** How long to wait for a running batch; only processing waits meanwhile. */
const BATCH_TIMEOUT = '5s';
/** From here on the intake waits too, and its deadline matters more than an admin's. */
const LOCK_TIMEOUT = '1s';

@Injectable()
export class ErasureRepository {
  constructor(
    private readonly responses: ResponsesRepository,
    private readonly assigner: ClientAssigner,
  ) {}

  /**
   * Blocks everything else until the commit: no batch is processed, no event is inserted. The batches, which take
   * longer, are waited for first, while events still arrive. Throws a contention error when it has waited too long.
   */
  async standAlone(manager: EntityManager): Promise<void> {
    await manager.query(`SET LOCAL lock_timeout = '${BATCH_TIMEOUT}'`);
    await lockUntilCommit(manager, 'processing');
    await manager.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    await lockUntilCommit(manager, 'appending');
  }

  /** Erases a client; null when there is none. Needs {@link standAlone}. */
  async erase(manager: EntityManager, clientId: string, now: Date): Promise<ErasedCounts | null> {
    const [client] = await manager.query<object[]>('SELECT FROM client WHERE id = $1 FOR UPDATE', [clientId]);
    if (!client) return null;
    const phones = await this.responses.phonesOf(manager, [clientId]);
    await this.responses.pinAlone(manager, phones, clientId);
    const responses = await this.bury(manager, clientId, now);
    const deliveries = await this.eraseEvents(manager, clientId);
    await this.removeResponses(manager, clientId, now);
    await this.assigner.remove(manager, [clientId], now);
    await this.assigner.settlePhones(manager, phones, [], now);
    return { responses, deliveries };
  }

  /** The tombstones of a client's responses, by form. */
  async tombstones(manager: EntityManager, clientId: string): Promise<Map<string, string[]>> {
    const rows = await manager.find(ErasedResponse, { where: { clientId }, order: { formId: 'ASC', token: 'ASC' } });
    const byForm = new Map<string, string[]>();
    for (const { formId, token } of rows) byForm.set(formId, [...(byForm.get(formId) ?? []), token]);
    return byForm;
  }

  private async bury(manager: EntityManager, clientId: string, now: Date): Promise<number> {
    const rows = await manager.query<object[]>(
      `INSERT INTO erased_response (form_id, token, client_id, erased_at)
       SELECT form_id, token, client_id, $2 FROM form_response WHERE client_id = $1
       RETURNING token`,
      [clientId, now],
    );
    return rows.length;
  }

  /** Every event about these responses, including pending, dead, quarantined and conflicting ones. Rows are locked in order of id. */
  private async eraseEvents(manager: EntityManager, clientId: string): Promise<number> {
    const [, erased] = await manager.query<[object[], number]>(
      `WITH locked AS (
         SELECT event.event_id FROM webhook_event AS event JOIN erased_response AS erased USING (form_id, token)
          WHERE erased.client_id = $1 ORDER BY event.event_id FOR UPDATE OF event
       )
       UPDATE webhook_event AS event
          SET payload = NULL, status = 'ignored', reason = 'erased', last_error = NULL, next_attempt_at = NULL
         FROM locked WHERE event.event_id = locked.event_id`,
      [clientId],
    );
    return erased;
  }

  /** A form's count is the number of its stored responses. */
  private async removeResponses(manager: EntityManager, clientId: string, now: Date): Promise<void> {
    await manager.query(
      `WITH removed AS (DELETE FROM form_response WHERE client_id = $1 RETURNING form_id),
            counted AS (SELECT form_id, count(*)::integer AS responses FROM removed GROUP BY form_id)
       UPDATE onboarding_form AS form SET response_count = response_count - counted.responses, updated_at = $2
         FROM counted WHERE form.form_id = counted.form_id`,
      [clientId, now],
    );
  }
}
