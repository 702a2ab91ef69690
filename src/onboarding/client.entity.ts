import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { ClientCorrections, ClientIdentifiers } from '../core/client-record';

/** A person or company that answered at least one form; found again by e-mail, or by a phone that only one client has. */
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

  /** The one it is found by and shown with: lower case, validated, nobody else's. */
  @Column('text', { nullable: true })
  email: string | null;

  /** E.164. Several clients may have the same one. */
  @Column('text', { nullable: true })
  phone: string | null;

  @Column('jsonb', { default: {} })
  identifiers: ClientIdentifiers;

  /** What a search looks through (core/search-text); null: written by the release before. */
  @Column('text', { name: 'search_text', nullable: true, select: false })
  searchText: string | null;

  /** What admins put right by hand: laid over what the responses say. */
  @Column('jsonb', { default: {} })
  corrections: ClientCorrections;

  /** The client this one was taken out of by an admin; it may be gone. */
  @Column('uuid', { name: 'split_from', nullable: true })
  splitFrom: string | null;

  /** A phone of this client is another client's too. */
  @Column('boolean', { default: false })
  conflict: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
