import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AuditAction } from '../audit/audit-action';
import { AuditLog, Author } from '../audit/audit-log';
import { wantedPerson } from '../core/person-traces';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { retryOnContention } from '../database/processing-alone';
import type { ResponseId } from '../onboarding/stored-response';
import { DataSubjectSearch } from './data-subject-search';
import { ErasureKeysRepository } from './erasure-keys.repository';
import type { ErasureResult } from './erasure.dto';
import { ErasedCounts, ErasureRepository, NOTHING_ERASED, sumOf } from './erasure.repository';
import { RemoteDeletion } from './remote-deletion';

/** An erasure's audit entry. */
interface Entry {
  action: AuditAction;
  subject: string;
  atTypeform: boolean;
  by: Author;
}

/**
 * Erases a client, a response or a delivery here, in one transaction with its audit entry, and then asks Typeform, whose failures are
 * part of the answer: what is gone here does not come back because of them. Repeating a call does what is left. Each method throws
 * `not_found` for what never was here, and `conflict` when other changes kept interfering.
 */
@Injectable()
export class ErasureService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: ErasureRepository,
    private readonly keys: ErasureKeysRepository,
    private readonly search: DataSubjectSearch,
    private readonly remote: RemoteDeletion,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** A client with its responses, and bodies that name it and belong to nobody. */
  async eraseClient(clientId: string, atTypeform: boolean, by: Author): Promise<ErasureResult> {
    const strays = await this.strayEventsOf(clientId);
    const entry: Entry = { action: 'client.erased', subject: clientId, atTypeform, by };
    return this.erase(entry, {
      work: async (manager, now) => {
        const erased = await this.repository.eraseClient(manager, clientId, now);
        if (erased) return sumOf(erased, await this.repository.eraseEvents(manager, strays, now, clientId));
        if ((await this.repository.tombstonesOfClient(manager, clientId)).length > 0) return null;
        throw new DomainError('not_found', 'there is no such client');
      },
      tombstones: (manager) => this.repository.tombstonesOfClient(manager, clientId),
    });
  }

  /** A response with all its deliveries. */
  eraseResponse(id: ResponseId, atTypeform: boolean, by: Author): Promise<ErasureResult> {
    const entry: Entry = { action: 'response.erased', subject: `${id.formId}/${id.token}`, atTypeform, by };
    return this.erase(entry, {
      work: async (manager, now) => {
        if (await this.keys.isResponseKnown(manager, id)) return this.repository.eraseResponses(manager, [id], now);
        throw new DomainError('not_found', 'there is no such response');
      },
      tombstones: (manager) => this.repository.tombstonesOf(manager, [id], []),
    });
  }

  /** A delivery; with its response where that came from it or is not stored. */
  eraseDelivery(eventId: string, atTypeform: boolean, by: Author): Promise<ErasureResult> {
    const entry: Entry = { action: 'delivery.erased', subject: eventId, atTypeform, by };
    return this.erase(entry, {
      work: async (manager, now) => {
        if (await this.keys.isEventKnown(manager, eventId)) return this.repository.eraseEvents(manager, [eventId], now);
        throw new DomainError('not_found', 'there is no such delivery');
      },
      tombstones: (manager) => this.repository.tombstonesOf(manager, [], [eventId]),
    });
  }

  private async erase(
    { atTypeform, by, ...entry }: Entry,
    {
      work,
      tombstones,
    }: {
      work: (manager: EntityManager, now: Date) => Promise<ErasedCounts | null>;
      tombstones: (manager: EntityManager) => Promise<ResponseId[]>;
    },
  ): Promise<ErasureResult> {
    const counts = await retryOnContention('nothing was erased', () =>
      this.dataSource.transaction(async (manager) => {
        await this.repository.standAlone(manager);
        const { clients, responses, deliveries } = (await work(manager, this.clock.now())) ?? NOTHING_ERASED;
        // A repeated request: nothing changes here, only possibly at Typeform.
        if (clients + responses + deliveries > 0 || atTypeform) {
          const details = { responses, deliveries, atTypeform };
          await this.audit.record(manager, { ...by, ...entry, details });
        }
        return { responses, deliveries };
      }),
    );
    if (!atTypeform) return { ...counts, atTypeform: null };
    return { ...counts, atTypeform: await this.remote.request(await tombstones(this.dataSource.manager)) };
  }

  /** An e-mail or phone that other people gave as well does not tell whose a body is. */
  private async strayEventsOf(clientId: string): Promise<string[]> {
    const people = (await this.keys.keysOf(clientId)).map(wantedPerson);
    if (people.length === 0) return [];
    return (await this.search.strays(people)).map(({ eventId }) => eventId);
  }
}
