import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A Typeform webhook with an endpoint and a signing secret of its own. */
@Entity('webhook')
@Index('webhook_form_tag', ['formId', 'tag'], { unique: true, where: 'removed_at IS NULL' })
export class Webhook {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text', { name: 'form_id' })
  formId: string;

  @Column('text')
  tag: string;

  /** Sealed by core/secret-box in the context of this row's id; never selected into an answer. */
  @Column('text')
  secret: string;

  /** The secret before the last rotation, sealed; accepted until `previousSecretExpiresAt`. */
  @Column('text', { name: 'previous_secret', nullable: true })
  previousSecret: string | null;

  @Column('timestamptz', { name: 'previous_secret_expires_at', nullable: true })
  previousSecretExpiresAt: Date | null;

  @Column('timestamptz', { name: 'removed_at', nullable: true })
  removedAt: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
