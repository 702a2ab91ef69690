import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import type { ErasureResult } from './erasure.dto';
import { ErasedCounts, ErasureRepository } from './erasure.repository';
import { RemoteDeletion } from './remote-deletion';
import { retryOnContention } from './retry-on-contention';

@Injectable()
export class ErasureService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: ErasureRepository,
    private readonly remote: RemoteDeletion,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Erases a client here, in one transaction with its audit entry, and then asks Typeform, whose failures are part of the answer:
   * what is gone here does not come back because of them. Repeating the call does what is left. Throws `not_found` for a client
   * that never existed, and `conflict` when other changes kept interfering.
   */
  async erase(clientId: string, atTypeform: boolean, by: Author): Promise<ErasureResult> {
    const counts = await retryOnContention('nothing was erased', () => this.attempt(clientId, atTypeform, by));
    if (!atTypeform) return { ...counts, atTypeform: null };
    const tombstones = await this.repository.tombstones(this.dataSource.manager, clientId);
    return { ...counts, atTypeform: await this.remote.request(tombstones) };
  }

  private attempt(clientId: string, atTypeform: boolean, by: Author): Promise<ErasedCounts> {
    return this.dataSource.transaction(async (manager) => {
      await this.repository.standAlone(manager);
      const erased = await this.repository.erase(manager, clientId, this.clock.now());
      if (!erased && (await this.repository.tombstones(manager, clientId)).size === 0) {
        throw new DomainError('not_found', 'there is no such client');
      }
      const counts = erased ?? { responses: 0, deliveries: 0 };
      // A repeated request: nothing changes here, only possibly at Typeform.
      if (erased || atTypeform) {
        const details = { ...counts, atTypeform };
        await this.audit.record(manager, { ...by, action: 'client.erased', subject: clientId, details });
      }
      return counts;
    });
  }
}
