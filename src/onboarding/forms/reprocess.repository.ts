/** SQL of reprocessing a form's responses. Every method runs in the caller's transaction. */
import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { responseSearchText } from '../../core/search-text';
import { shareUntilCommit } from '../../database/advisory-lock';
import { FormResponse } from '../form-response.entity';
import { OnboardingForm } from '../onboarding-form.entity';
import type { ResponseId } from '../stored-response';

@Injectable()
export class ReprocessRepository {
  /** Takes the lock that batches share: an erasure runs exclusively, so what is read here is not erased before the commit. */
  async standBesideBatches(manager: EntityManager): Promise<void> {
    await shareUntilCommit(manager, 'processing');
  }

  count(manager: EntityManager, formId: string): Promise<number> {
    return manager.countBy(FormResponse, { formId });
  }

  form(manager: EntityManager, formId: string): Promise<OnboardingForm | null> {
    return manager.findOneBy(OnboardingForm, { formId });
  }

  /** The form, locked until the commit. */
  lockForm(manager: EntityManager, formId: string): Promise<OnboardingForm | null> {
    return manager.findOne(OnboardingForm, { where: { formId }, lock: { mode: 'pessimistic_write' } });
  }

  /** The next responses of a form, ordered by token. */
  async next(manager: EntityManager, formId: string, after: string, limit: number): Promise<ResponseId[]> {
    return manager.query<ResponseId[]>(
      'SELECT form_id AS "formId", token FROM form_response WHERE form_id = $1 AND token > $2 ORDER BY token LIMIT $3',
      [formId, after, limit],
    );
  }

  /** Responses in their current state, locked until the commit. */
  rows(manager: EntityManager, ids: readonly ResponseId[]): Promise<FormResponse[]> {
    return manager.find(FormResponse, {
      where: ids.map(({ formId, token }) => ({ formId, token })),
      order: { formId: 'ASC', token: 'ASC' },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /**
   * Writes the identifiers found in responses, and their search texts. The caller assigns their clients and keys in the same
   * transaction. `keyed_at` is set here already: otherwise the assignment would take the new search text for an outdated one.
   */
  async saveIdentifiers(
    manager: EntityManager,
    responses: readonly Pick<FormResponse, 'formId' | 'token' | 'answers' | 'hidden' | 'identifiers'>[],
    now: Date,
  ): Promise<void> {
    await manager.query(
      `UPDATE form_response AS response
          SET identifiers = found.identifiers::jsonb, search_text = found.search_text, updated_at = $5, keyed_at = $5
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS found (form_id, token, identifiers, search_text)
        WHERE response.form_id = found.form_id AND response.token = found.token`,
      [
        responses.map(({ formId }) => formId),
        responses.map(({ token }) => token),
        responses.map(({ identifiers }) => JSON.stringify(identifiers)),
        responses.map(({ answers, hidden, identifiers }) => responseSearchText(answers, hidden, identifiers)),
        now,
      ],
    );
  }
}
