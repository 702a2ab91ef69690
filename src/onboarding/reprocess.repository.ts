/** SQL of reading the responses of a form again. Every method runs in the caller's transaction. */
import { Injectable } from '@nestjs/common';
import { EntityManager, MoreThan } from 'typeorm';
import type { Identifiers } from '../core/identifiers';
import { lockUntilCommit, shareUntilCommit } from '../database/advisory-lock';
import { FormResponse } from './form-response.entity';
import { OnboardingForm } from './onboarding-form.entity';

/** Only processing waits meanwhile. */
const BATCH_TIMEOUT = '5s';

@Injectable()
export class ReprocessRepository {
  /**
   * Waits until no batch is under way: whoever begins after this sees the settings of the form that are committed by now. Throws a
   * contention error when it has waited long enough.
   */
  async outlastBatches(manager: EntityManager): Promise<void> {
    await manager.query(`SET LOCAL lock_timeout = '${BATCH_TIMEOUT}'`);
    await lockUntilCommit(manager, 'processing');
  }

  /** As batches do: an erasure runs alone, so what is read here is not erased before the commit. */
  async standBesideBatches(manager: EntityManager): Promise<void> {
    await shareUntilCommit(manager, 'processing');
  }

  count(manager: EntityManager, formId: string): Promise<number> {
    return manager.countBy(FormResponse, { formId });
  }

  form(manager: EntityManager, formId: string): Promise<OnboardingForm | null> {
    return manager.findOneBy(OnboardingForm, { formId });
  }

  /** The form, unchanged by others until the commit. */
  lockForm(manager: EntityManager, formId: string): Promise<OnboardingForm | null> {
    return manager.findOne(OnboardingForm, { where: { formId }, lock: { mode: 'pessimistic_write' } });
  }

  /** The next responses of a form in the order of their tokens, locked: what is newer than these comes after the commit. */
  next(manager: EntityManager, formId: string, after: string, limit: number): Promise<FormResponse[]> {
    return manager.find(FormResponse, {
      where: { formId, token: MoreThan(after) },
      order: { token: 'ASC' },
      take: limit,
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Writes what was found in responses. */
  async saveIdentifiers(
    manager: EntityManager,
    formId: string,
    found: readonly { token: string; identifiers: Identifiers }[],
    now: Date,
  ): Promise<void> {
    await manager.query(
      `UPDATE form_response AS response SET identifiers = found.identifiers::jsonb, updated_at = $4
         FROM unnest($2::text[], $3::text[]) AS found (token, identifiers)
        WHERE response.form_id = $1 AND response.token = found.token`,
      [formId, found.map(({ token }) => token), found.map(({ identifiers }) => JSON.stringify(identifiers)), now],
    );
  }
}
