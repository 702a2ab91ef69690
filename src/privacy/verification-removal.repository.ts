/** The SQL that removes the form of a deployment check. Runs in the caller's transaction. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { VerificationRemovalResult } from './verification-removal.dto';

@Injectable()
export class VerificationRemovalRepository {
  /** Removes a form and everything received for it. No events may be processed or inserted meanwhile. */
  async remove(manager: EntityManager, formId: string): Promise<VerificationRemovalResult & { forms: number }> {
    const deliveries = await deleted(manager, 'DELETE FROM webhook_event WHERE form_id = $1', [formId]);
    const [rows, responses] = await manager.query<[{ client_id: string | null }[], number]>(
      'DELETE FROM form_response WHERE form_id = $1 RETURNING client_id',
      [formId],
    );
    const clientIds = [...new Set(rows.flatMap(({ client_id: id }) => id ?? []))];
    const clients = await deleted(
      manager,
      `DELETE FROM client WHERE id = ANY($1)
          AND NOT EXISTS (SELECT FROM form_response WHERE form_response.client_id = client.id)`,
      [clientIds],
    );
    await manager.query('DELETE FROM erased_response WHERE form_id = $1', [formId]);
    const forms = await deleted(manager, 'DELETE FROM onboarding_form WHERE form_id = $1', [formId]);
    return { deliveries, responses, clients, forms };
  }
}

async function deleted(manager: EntityManager, sql: string, values: unknown[]): Promise<number> {
  const [, count] = await manager.query<[object[], number]>(sql, values);
  return count;
}
