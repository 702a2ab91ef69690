/** The SQL that removes the form of a deployment check. Runs in the caller's transaction. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ResponseId } from '../onboarding/stored-response';
import { ResponseRemoval } from './response-removal.repository';
import type { VerificationRemovalResult } from './verification-removal.dto';

@Injectable()
export class VerificationRemovalRepository {
  constructor(private readonly responses: ResponseRemoval) {}

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
    const ids = await manager.query<ResponseId[]>(
      'SELECT form_id AS "formId", token FROM form_response WHERE form_id = $1 ORDER BY token',
      [formId],
    );
    const { responses, clients } = await this.responses.remove(manager, ids, now);
    await manager.query('DELETE FROM erased_response WHERE form_id = $1', [formId]);
    const forms = await deleted(manager, 'DELETE FROM onboarding_form WHERE form_id = $1', [formId]);
    return { deliveries, responses, clients, forms };
  }
}

async function deleted(manager: EntityManager, sql: string, values: unknown[]): Promise<number> {
  const [, count] = await manager.query<[object[], number]>(sql, values);
  return count;
}
