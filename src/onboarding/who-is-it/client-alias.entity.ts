import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Client } from '../client.entity';

/** "This e-mail or phone belongs to that client": created when admins merge, split, or correct an e-mail. */
@Entity('client_alias')
@Check('client_alias_kind', `kind IN ('email', 'phone')`)
export class ClientAlias {
  @PrimaryColumn('text')
  kind: 'email' | 'phone';

  /** Normalised, as keys are compared. */
  @PrimaryColumn('text')
  value: string;

  @Index('client_alias_client_id')
  @Column('uuid', { name: 'client_id' })
  clientId: string;

  @ManyToOne(() => Client, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'client_id', foreignKeyConstraintName: 'client_alias_client' })
  client?: Client;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
