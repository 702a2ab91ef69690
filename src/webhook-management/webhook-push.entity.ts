import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What this service has sent to one form and tag at Typeform: the call under way (one at a time over all replicas), and the calls whose
 * outcome is unknown. It outlives the webhooks, since the next one of the same form and tag has the same place at Typeform.
 */
@Entity('webhook_push')
export class WebhookPush {
  @PrimaryColumn('text', { name: 'form_id' })
  formId: string;

  @PrimaryColumn('text')
  tag: string;

  /** How many calls have begun. */
  @Column('integer', { default: 0 })
  calls: number;

  @Column('uuid', { name: 'call_id', nullable: true })
  callId: string | null;

  /** null: deletes a webhook that is none of ours. */
  @Column('uuid', { name: 'call_webhook_id', nullable: true })
  callWebhookId: string | null;

  @Column('integer', { name: 'call_revision', nullable: true })
  callRevision: number | null;

  /** When the call has certainly been given up by whoever made it. */
  @Column('timestamptz', { name: 'call_until', nullable: true })
  callUntil: Date | null;

  /** Which state the calls of unknown outcome carried; null when they differ. */
  @Column('uuid', { name: 'doubt_webhook_id', nullable: true })
  doubtWebhookId: string | null;

  @Column('integer', { name: 'doubt_revision', nullable: true })
  doubtRevision: number | null;

  /** Until then one of those calls may still take effect; null: the outcome of every call is known. */
  @Column('timestamptz', { name: 'doubt_until', nullable: true })
  doubtUntil: Date | null;

  /** Calls in a row that Typeform has neither confirmed nor refused: the pause before the next one grows with it. */
  @Column('integer', { default: 0 })
  failures: number;

  /** What Typeform has not confirmed is sent again then; until then whoever has it in hand is left alone. */
  @Column('timestamptz', { name: 'next_try_at', nullable: true })
  nextTryAt: Date | null;

  /** When deliveries with another secret last caused a call. */
  @Column('timestamptz', { name: 'suspected_at', nullable: true })
  suspectedAt: Date | null;
}
