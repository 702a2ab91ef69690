import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { Identifier, IdentifierKey } from '../core/identifiers';

/** A client's identifier and the response (`<formId>/<token>`) it came from. */
export type ClientIdentifiers = Partial<Record<IdentifierKey, Identifier & { from: string }>>;

/** A person or company that answered at least one form; found again by e-mail, then by phone. */
@Entity('client')
@Unique('client_email', ['email'])
@Unique('client_phone', ['phone'])
@Index('client_created', ['createdAt', 'id'])
export class Client {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  /** Lower case, validated. */
  @Column('text', { nullable: true })
  email: string | null;

  /** E.164. */
  @Column('text', { nullable: true })
  phone: string | null;

  @Column('jsonb', { default: {} })
  identifiers: ClientIdentifiers;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
