import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { RepairHistory } from './repair-backoff';
import type { WebhookDrift, WebhookStatus } from './webhook-state';

/** A Typeform webhook with its own endpoint and signing secret: its desired state and its last observed state. */
@Entity('webhook')
@Check(
  'webhook_status',
  `status IN ('in_sync', 'drifted', 'missing', 'disabled_by_typeform', 'unreachable', 'removed')`,
)
@Index('webhook_form_tag', ['formId', 'tag'], { unique: true, where: 'removed_at IS NULL' })
@Index('webhook_created', ['createdAt', 'id'])
export class Webhook {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Index('webhook_form')
  @Column('text', { name: 'form_id' })
  formId: string;

  @Column('text', { name: 'form_title', nullable: true })
  formTitle: string | null;

  @Column('text')
  tag: string;

  @Column('text', { default: '' })
  url: string;

  @Column('boolean', { default: true })
  enabled: boolean;

  @Column('boolean', { name: 'verify_ssl', default: true })
  verifySsl: boolean;

  @Column('jsonb', { name: 'event_types', default: { form_response: true } })
  eventTypes: Record<string, boolean>;

  /** Sealed by core/secret-box in the context of this row's id; never selected into an answer. */
  @Column('text')
  secret: string;

  /** The secret before the last rotation, sealed; accepted until `previousSecretExpiresAt`, and while that change is pending. */
  @Column('text', { name: 'previous_secret', nullable: true })
  previousSecret: string | null;

  @Column('timestamptz', { name: 'previous_secret_expires_at', nullable: true })
  previousSecretExpiresAt: Date | null;

  /** Deleted by an admin; the row stays for late deliveries and until the webhook is deleted at Typeform. */
  @Column('timestamptz', { name: 'removed_at', nullable: true })
  removedAt: Date | null;

  /** Counts the changes of what this webhook should be at Typeform; a trigger adds to it. */
  @Column('integer', { default: 1 })
  revision: number;

  /**
   * The revision that Typeform has confirmed. 0: none, or Typeform is not known to have the webhook enabled although it should be. If it is
   * not 0 and the webhook is disabled or missing at Typeform, somebody else did that.
   */
  @Column('integer', { name: 'pushed_revision', default: 0 })
  pushedRevision: number;

  /** The last revision that Typeform has refused. */
  @Column('integer', { name: 'refused_revision', nullable: true })
  refusedRevision: number | null;

  /** Typeform may have something else than the current revision; the reconciler finishes it. */
  @Column('boolean', { default: false })
  pending: boolean;

  @Column('text', { default: 'missing' })
  status: WebhookStatus;

  @Column('jsonb', { default: [] })
  drift: WebhookDrift[];

  @Column('timestamptz', { name: 'observed_at', nullable: true })
  observedAt: Date | null;

  /** Why Typeform could not be reached or refused, worded for operators. */
  @Column('text', { nullable: true })
  problem: string | null;

  @Column('jsonb', { name: 'repair_history', default: {} })
  repairHistory: RepairHistory;

  /** This and the next one are used only by the release before this one. */
  @Column('integer', { default: 0 })
  repairs: number;

  @Column('timestamptz', { name: 'next_repair_at', nullable: true })
  nextRepairAt: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
