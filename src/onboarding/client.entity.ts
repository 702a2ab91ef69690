import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { ClientCorrections, ClientIdentifiers } from '../core/client-record';

/** A person who answered at least one form; identified by e-mail, or by a phone that only one client has. */
@Entity('client')
@Unique('client_email', ['email'])
@Index('client_created', ['createdAt', 'id'])
@Index('client_phone', ['phone'])
@Index('client_conflict', ['createdAt', 'id'], { where: 'conflict' })
@Index('client_search', { synchronize: false })
@Index('client_unsearchable', ['id'], { where: 'search_text IS NULL' })
@Index('client_split_from', ['splitFrom'], { where: 'split_from IS NOT NULL' })
export class Client {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  /** The e-mail that identifies it and is shown: lower case, validated, unique. */
  @Column('text', { nullable: true })
  email: string | null;

  /** E.164. Not unique. */
  @Column('text', { nullable: true })
  phone: string | null;

  @Column('jsonb', { default: {} })
  identifiers: ClientIdentifiers;

  /** The text that a search covers (core/search-text); null: written by the previous release. */
  @Column('text', { name: 'search_text', nullable: true, select: false })
  searchText: string | null;

  /** Corrections by admins, applied over what the responses say. */
  @Column('jsonb', { default: {} })
  corrections: ClientCorrections;

  /** The client from which an admin split this one; it may no longer exist. */
  @Column('uuid', { name: 'split_from', nullable: true })
  splitFrom: string | null;

  /** Another client has a phone of this client, too. */
  @Column('boolean', { default: false })
  conflict: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
