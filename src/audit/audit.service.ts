import { Injectable } from '@nestjs/common';
import { verifyChain } from '../core/audit-chain';
import { toPage } from '../rest/page';
import type { AuditPage, AuditQuery, AuditVerification } from './audit.dto';
import { AuditRepository } from './audit.repository';

const VERIFY_CHUNK = 1_000;

/** Reading the audit log. */
@Injectable()
export class AuditService {
  constructor(private readonly repository: AuditRepository) {}

  async list(query: AuditQuery): Promise<AuditPage> {
    return toPage(
      await this.repository.list(query),
      query.limit,
      (row) => [row.at, row.id],
      (row) => row,
    );
  }

  /** Recomputes the whole chain. Takes time in proportion to the log, and memory for one chunk of it. */
  async verify(): Promise<AuditVerification> {
    const head = await this.repository.head();
    return verifyChain(this.repository.stream(VERIFY_CHUNK), head);
  }
}
