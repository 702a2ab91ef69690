import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { DomainError } from '../core/problem';
import { isVerificationForm } from '../core/verification-form';
import { ErasureRepository } from './erasure.repository';
import { retryOnContention } from './retry-on-contention';
import type { VerificationRemovalResult } from './verification-removal.dto';
import { VerificationRemovalRepository } from './verification-removal.repository';

/** Deployment checks leave no trace but their audit entries. */
@Injectable()
export class VerificationRemovalService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly erasure: ErasureRepository,
    private readonly repository: VerificationRemovalRepository,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Removes the form of a deployment check with its deliveries, responses and clients, in one transaction with its audit entry.
   * Throws `conflict` for a form of Typeform's, which is never removed, and `not_found` when there is nothing of it.
   */
  async remove(formId: string, by: Author): Promise<VerificationRemovalResult> {
    if (!isVerificationForm(formId)) {
      const remedy = 'pause it with PATCH, or erase clients with DELETE /v1/clients/{id}';
      throw new DomainError('conflict', `only forms of deployment checks can be removed: ${remedy}`);
    }
    return retryOnContention(() =>
      this.dataSource.transaction(async (manager) => {
        await this.erasure.standAlone(manager);
        const { forms, ...counts } = await this.repository.remove(manager, formId);
        if (forms + counts.deliveries === 0) throw new DomainError('not_found', 'there is no such form');
        await this.audit.record(manager, { ...by, action: 'verification.removed', subject: formId, details: counts });
        return counts;
      }),
    );
  }
}
