import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ChainedEntry } from '../core/audit-chain';
import type { AuditAction } from './audit-action';

/** One change by an admin. Rows are only ever added: triggers refuse everything else. */
@Entity('audit_entry')
@Index('audit_entry_at', ['at', 'id'])
@Index('audit_entry_actor', ['actorId', 'at', 'id'])
@Index('audit_entry_action', ['action', 'at', 'id'])
export class AuditEntry implements Omit<ChainedEntry, 'seal'> {
  /** 1, 2, 3, ... without gaps (a sequence would leave some), so that a missing entry is noticed. */
  @PrimaryColumn('bigint')
  id: string;

  /** Millisecond precision only: the hash covers everything that is stored. */
  @Column({ type: 'timestamptz', precision: 3 })
  at: Date;

  /** Id of the API key, `bootstrap`, or the name of a part of the service that acts on its own. */
  @Column('text', { name: 'actor_id' })
  actorId: string;

  @Column('text', { name: 'actor_name' })
  actorName: string;

  @Column('text')
  action: AuditAction;

  /** Id of what was changed. */
  @Column('text')
  subject: string;

  @Column('jsonb')
  details: object;

  @Column('text', { name: 'request_id', nullable: true })
  requestId: string | null;

  @Column('text', { name: 'previous_hash' })
  previousHash: string;

  @Column('text')
  hash: string;
}
