import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { DomainError } from '../core/problem';
import { isVerificationForm } from '../core/verification-form';
import { Clock } from '../database/clock';
import { retryOnContention } from '../database/processing-alone';
import { ErasureRepository } from './erasure.repository';
import type { VerificationRemovalResult } from './verification-removal.dto';
import { VerificationRemovalRepository } from './verification-removal.repository';

/** Deployment checks leave only their audit entries. */
@Injectable()
export class VerificationRemovalService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly erasure: ErasureRepository,
    private readonly repository: VerificationRemovalRepository,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Removes the form of a deployment check with its deliveries, responses and clients, in one transaction with its audit entry.
   * Throws `validation_failed` for any other form, `not_found` when nothing of it exists, and `conflict` when other changes kept getting in the
   * way.
   */
  async remove(formId: string, by: Author): Promise<VerificationRemovalResult> {
    if (!isVerificationForm(formId)) {
      const message =
        'formId must be that of a deployment check (onboarding-verify-...): other forms are never removed';
      const remedy = 'pause the form with PATCH, or erase a client with DELETE /v1/clients/{id}';
      throw new DomainError('validation_failed', `${message}; ${remedy}`, { errors: [{ path: 'formId', message }] });
    }
    return retryOnContention('nothing was removed', () =>
      this.dataSource.transaction(async (manager) => {
        await this.erasure.standAlone(manager);
        const { forms, ...counts } = await this.repository.remove(manager, formId, this.clock.now());
        if (forms + counts.deliveries === 0) throw new DomainError('not_found', 'there is no such form');
        await this.audit.record(manager, { ...by, action: 'verification.removed', subject: formId, details: counts });
        return counts;
      }),
    );
  }
}
