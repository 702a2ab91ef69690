import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { nextId, verifyChain } from '../core/audit-chain';
import { auditHash } from '../core/audit-hash';
import { encodeChanges } from '../core/change-message';
import { storableText, toStorable } from '../core/storable';
import { lockUntilCommit } from '../database/advisory-lock';
import { Clock } from '../database/clock';
import { toPage } from '../rest/page';
import type { AuditAction } from './audit-action';
import { CHANGES_OF_ACTIONS } from './audit-changes';
import type { AuditPage, AuditQuery, AuditVerification } from './audit.dto';
import { AuditRepository } from './audit.repository';

/** Entries that `verify` holds in memory at a time. */
const VERIFY_CHUNK = 1_000;

/** The author of a change. */
export interface Actor {
  id: string;
  name: string;
}

/** The author of a change, and the request; null when the service acts on its own. */
export interface Author {
  actor: Actor;
  requestId: string | null;
}

/** A change to be recorded. `subject` is the id of what was changed. No secret and no personal data in either. */
export interface AuditChange extends Author {
  action: AuditAction;
  subject: string;
  details: object;
}

/** The append-only record of what admins change. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly repository: AuditRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Appends an entry in the transaction of the change itself: both are committed or neither is. Call it last in the transaction:
   * from here to the commit all other changes wait, since each entry holds the hash of the one before it. Browsers that watch are
   * told of the change once it is committed. Throws what the database throws, which undoes the change.
   */
  async record(manager: EntityManager, change: AuditChange): Promise<void> {
    await lockUntilCommit(manager, 'audit');
    const head = await this.repository.head(manager);
    if (!head) throw new Error('audit_head has no row: the audit log cannot be continued');
    const { actor, action, requestId } = change;
    // The hash covers what the database returns, so text that it would refuse or alter is replaced first.
    const entry = {
      id: nextId(head.id),
      at: this.clock.now(),
      actorId: actor.id,
      actorName: storableText(actor.name),
      action,
      subject: storableText(change.subject),
      details: toStorable(JSON.parse(JSON.stringify(change.details))) as object,
      requestId,
    };
    await this.repository.append(manager, {
      ...entry,
      previousHash: head.hash,
      hash: auditHash(entry, head.hash),
    });
    const changed = CHANGES_OF_ACTIONS[action]?.map((kind) => ({ kind, ids: [] }));
    if (changed) await this.repository.announce(manager, encodeChanges(changed));
  }

  /** Appends an entry about reading personal data, before it is handed out: what nobody could record is not shown. */
  recordRead(change: AuditChange): Promise<void> {
    return this.repository.transaction((manager) => this.record(manager, change));
  }

  /** One page of the matching entries, newest first. Throws `validation_failed` for a cursor that no page has returned. */
  async list(query: AuditQuery): Promise<AuditPage> {
    return toPage(
      await this.repository.list(query),
      query.limit,
      (row) => [row.at, row.id],
      (row) => row,
    );
  }

  /** Recomputes the entire chain. Time grows with the log; memory holds one chunk of it. */
  async verify(): Promise<AuditVerification> {
    const head = await this.repository.head();
    return verifyChain(this.repository.stream(VERIFY_CHUNK), head);
  }
}
