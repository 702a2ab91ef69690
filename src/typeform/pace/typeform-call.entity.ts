import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const PRIORITIES = ['interactive', 'background'] as const;
/** `interactive`: a person waits for the answer. */
export type Priority = (typeof PRIORITIES)[number];

/** One call that was sent to Typeform by any replica; kept for a day. */
@Entity('typeform_call')
@Check('typeform_call_priority', `priority IN ('interactive', 'background')`)
export class TypeformCall {
  /** The waiter that got the turn. */
  @PrimaryColumn('uuid')
  id: string;

  /** By the database's clock. */
  @Index('typeform_call_sent')
  @Column('timestamptz', { name: 'sent_at' })
  sentAt: Date;

  @Column('text')
  operation: string;

  @Column('text')
  priority: Priority;

  /** How long it waited for its turn. */
  @Column('integer', { name: 'waited_ms' })
  waitedMs: number;

  /** HTTP status; null while in progress, and when there was no answer. */
  @Column('smallint', { nullable: true })
  status: number | null;

  @Column('integer', { name: 'duration_ms', nullable: true })
  durationMs: number | null;
}
