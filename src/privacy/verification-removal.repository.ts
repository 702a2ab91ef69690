/** The SQL that removes the form of a deployment check. Runs in the caller's transaction. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ClientAssigner } from '../onboarding/who-is-it/client-assigner';
import type { ResponseId } from '../onboarding/stored-response';
import type { VerificationRemovalResult } from './verification-removal.dto';

@Injectable()
export class VerificationRemovalRepository {
  constructor(private readonly assigner: ClientAssigner) {}

  /**
   * Removes a form and everything received for it. The record of a client that also answered another form is rebuilt from what is left.
   * No events may be processed or inserted meanwhile.
   */
  async remove(
    manager: EntityManager,
    formId: string,
    now: Date,
  ): Promise<VerificationRemovalResult & { forms: number }> {
    const deliveries = await deleted(manager, 'DELETE FROM webhook_event WHERE form_id = $1', [formId]);
    const [rows, responses] = await manager.query<[{ client_id: string | null; phone_key: string | null }[], number]>(
      'DELETE FROM form_response WHERE form_id = $1 RETURNING client_id, phone_key',
      [formId],
    );
    const clientIds = [...new Set(rows.flatMap(({ client_id: id }) => id ?? []))];
    const left = await oneOfEach(manager, clientIds);
    const staying = new Set(left.map(({ clientId }) => clientId));
    const leaving = clientIds.filter((id) => !staying.has(id));
    await this.assigner.remove(manager, leaving, now);
    await this.assigner.reassign(manager, left, now);
    const phones = [...new Set(rows.flatMap(({ phone_key: phone }) => phone ?? []))].sort();
    await this.assigner.settlePhones(manager, phones, clientIds, now);
    await manager.query('DELETE FROM erased_response WHERE form_id = $1', [formId]);
    const forms = await deleted(manager, 'DELETE FROM onboarding_form WHERE form_id = $1', [formId]);
    return { deliveries, responses, clients: leaving.length, forms };
  }
}

/** One response of each of these clients that still exists. */
async function oneOfEach(
  manager: EntityManager,
  clientIds: readonly string[],
): Promise<(ResponseId & { clientId: string })[]> {
  const rows = await manager.query<{ client_id: string; form_id: string; token: string }[]>(
    'SELECT DISTINCT ON (client_id) client_id, form_id, token FROM form_response WHERE client_id = ANY($1) ORDER BY client_id, form_id, token',
    [clientIds],
  );
  return rows.map((row) => ({ clientId: row.client_id, formId: row.form_id, token: row.token }));
}

async function deleted(manager: EntityManager, sql: string, values: unknown[]): Promise<number> {
  const [, count] = await manager.query<[object[], number]>(sql, values);
  return count;
}
