import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { idsBetween, nextId, verifyChain } from '../core/audit-chain';
import { auditHash } from '../core/audit-hash';
import { SealKeys } from '../core/audit-seal';
import { encodeChanges } from '../core/change-message';
import { storableText, toStorable } from '../core/storable';
import { lockUntilCommit } from '../database/advisory-lock';
import { Clock } from '../database/clock';
import { toPage } from '../rest/page';
import type { AuditAction } from './audit-action';
import { CHANGES_OF_ACTIONS } from './audit-changes';
import type { AuditPage, AuditQuery, AuditVerification } from './audit.dto';
import { AuditRepository, type SealableHead } from './audit.repository';
import { SealedEnd } from './sealed-end';

/** The author of entries about the log itself. */
const AUDIT_LOG = { actor: { id: 'audit', name: 'audit log' }, requestId: null };
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
  private readonly logger = new Logger('Audit');
  private readonly keys: SealKeys;

  constructor(
    private readonly repository: AuditRepository,
    private readonly end: SealedEnd,
    private readonly clock: Clock,
    { encryptionKeys }: AppConfig,
  ) {
    this.keys = new SealKeys(encryptionKeys);
  }

  /**
   * Appends an entry in the transaction of the change itself: both are committed or neither is. Call it last in the transaction:
   * from here to the commit all other changes wait, since each entry holds the hash of the one before it. Browsers that watch are
   * told of the change once it is committed. Throws what the database throws, which undoes the change.
   */
  async record(manager: EntityManager, change: AuditChange): Promise<void> {
    await this.append(manager, await this.sealedHead(manager), change);
    const changed = CHANGES_OF_ACTIONS[change.action]?.map((kind) => ({ kind, ids: [] }));
    if (changed) await this.repository.announce(manager, encodeChanges(changed));
  }

  /** Seals entries that have no seal yet: those that are older than seals, and those written by a release without them. */
  sealEarlier(): Promise<void> {
    return this.repository.transaction(async (manager) => void (await this.sealedHead(manager)));
  }

  /**
   * The head of the chain, sealed. Entries without a seal are covered by the seal of an entry that names them, and count as late permanently,
   * because the database alone cannot distinguish them from sealed entries whose seals were deleted.
   */
  private async sealedHead(manager: EntityManager): Promise<SealableHead> {
    await lockUntilCommit(manager, 'audit');
    const head = await this.repository.sealableHead(manager);
    if (!head) throw new Error('audit_head has no row: the audit log cannot be continued');
    const entries = idsBetween(head.sealedId, nextId(head.id));
    if (entries === 0) return head;
    const from = nextId(head.sealedId);
    const details = { from, to: head.id, entries };
    this.logger.warn('Audit entries without a seal are sealed now', details);
    return this.append(manager, head, { ...AUDIT_LOG, action: 'audit.sealed', subject: from, details });
  }

  /** Appends an entry and its seal after `head`; returns the new head. */
  private async append(manager: EntityManager, head: SealableHead, change: AuditChange): Promise<SealableHead> {
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
    const { id } = entry;
    const hash = auditHash(entry, head.hash);
    await this.repository.append(manager, { ...entry, previousHash: head.hash, hash });
    const late = head.late + idsBetween(head.sealedId, id);
    await this.repository.seal(manager, id, this.keys.seal({ id, hash, late }));
    return { id, hash, sealedId: id, late };
  }

  /** Appends an entry about reading personal data, before it is handed out: what nobody could record is not shown. */
  recordRead(change: AuditChange): Promise<void> {
    return this.repository.transaction((manager) => this.record(manager, change));
  }

  /** When an action with these details was last recorded; null: never. */
  lastAt(action: AuditAction, details: object): Promise<Date | null> {
    return this.repository.lastAt(action, details);
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

  /** Recomputes the entire chain and its seals. Time grows with the log; memory holds one chunk of it. */
  async verify(): Promise<AuditVerification> {
    await this.end.read();
    const head = await this.repository.head();
    return verifyChain(this.repository.stream(VERIFY_CHUNK), head, this.keys, this.end.known);
  }
}
