import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const EVENT_STATUSES = ['pending', 'processed', 'retrying', 'dead', 'ignored', 'quarantined'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

export const EVENT_SOURCES = ['webhook', 'backfill'] as const;
/** Where an event came from; a replay does not change it. */
export type EventSource = (typeof EVENT_SOURCES)[number];

/** Why an event was not trusted to be processed. */
export const QUARANTINE_REASONS = ['too_old', 'in_the_future', 'event_id_conflict'] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** A failed attempt, as it is stored: names of the schema and codes, never a value. `at`: ISO 8601 with an offset. */
export interface FailedAttemptEntry {
  at: string;
  code: string;
  sqlState: string | null;
  constraint: string | null;
  table: string | null;
}

/** The inbox: one row per accepted event, which is also its place in the queue. */
@Entity('webhook_event')
// The previous release writes 'replay'; originOf translates it.
@Check('webhook_event_source', `source IN ('webhook', 'backfill', 'replay')`)
@Check('webhook_event_status', `status IN ('pending', 'processed', 'retrying', 'dead', 'ignored', 'quarantined')`)
@Index('webhook_event_due', ['nextAttemptAt'], { where: `status IN ('pending', 'retrying')` })
@Index('webhook_event_retrying', ['nextAttemptAt'], { where: `status = 'retrying'` })
@Index('webhook_event_exceptional', ['status', 'receivedAt', 'eventId'], { where: `status <> 'processed'` })
@Index('webhook_event_unsent', ['receivedAt', 'eventId'], { where: `source <> 'webhook'` })
@Index('webhook_event_form_unsent', ['formId', 'receivedAt', 'eventId'], { where: `source <> 'webhook'` })
@Index('webhook_event_form_exceptional', ['formId', 'status', 'receivedAt', 'eventId'], {
  where: `status NOT IN ('pending', 'processed')`,
})
@Index('webhook_event_truncated', ['eventId'], { where: `reason = 'truncated'` })
@Index('webhook_event_superseded', ['eventId'], { where: `reason = 'superseded'` })
@Index('webhook_event_received', ['receivedAt', 'eventId'])
@Index('webhook_event_form', ['formId', 'receivedAt', 'eventId'])
export class WebhookEvent {
  @PrimaryColumn('text', { name: 'event_id' })
  eventId: string;

  @Column('text', { name: 'event_type' })
  eventType: string;

  @Column('text', { name: 'form_id' })
  formId: string;

  @Index('webhook_event_token')
  @Column('text')
  token: string;

  @Column('text')
  source: EventSource | 'replay';

  /** The webhook whose endpoint received the event; null for the shared endpoint and for back-filled events. */
  @Column('uuid', { name: 'webhook_id', nullable: true })
  webhookId: string | null;

  @Column('text')
  status: EventStatus;

  /** Why the event is ignored or quarantined, or which newer event it was superseded by kind. */
  @Column('text', { nullable: true })
  reason: string | null;

  @Column('timestamptz', { name: 'submitted_at', nullable: true })
  submittedAt: Date | null;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt: Date;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { name: 'first_attempt_at', nullable: true })
  firstAttemptAt: Date | null;

  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt: Date | null;

  @Column('timestamptz', { name: 'processed_at', nullable: true })
  processedAt: Date | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError: string | null;

  /** The last failed attempts, the oldest first; null: none. Not loaded unless asked for. */
  @Column('jsonb', { name: 'attempt_log', nullable: true, select: false })
  attemptLog: FailedAttemptEntry[] | null;

  /** How often the same event arrived again. */
  @Column('integer', { default: 0 })
  duplicates: number;

  /** How often it was queued for processing again. */
  @Column('integer', { default: 0 })
  replays: number;

  @Column('integer', { name: 'payload_bytes' })
  payloadBytes: number;

  /** The body exactly as received; null once erased. Loaded only on request. */
  @Column('bytea', { nullable: true, select: false })
  payload: Buffer | null;
}
