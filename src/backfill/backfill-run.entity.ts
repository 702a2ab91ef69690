import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * Why a run was started. `initial`: the first run for a form, whose findings are its history, not lost webhooks; `daily`: by
 * the clock, including the follow-up of every other run.
 */
export const BACKFILL_TRIGGERS = ['admin', 'initial', 'start', 'repair', 'daily'] as const;
export type BackfillTrigger = (typeof BACKFILL_TRIGGERS)[number];

export const BACKFILL_STATUSES = ['queued', 'running', 'done', 'failed'] as const;
export type BackfillStatus = (typeof BACKFILL_STATUSES)[number];

/** One walk through the responses of a form, newest to oldest: first the complete ones, then the partial ones. */
@Entity('backfill_run')
@Check('backfill_run_trigger', `trigger IN ('admin', 'initial', 'start', 'repair', 'daily')`)
@Check('backfill_run_status', `status IN ('queued', 'running', 'done', 'failed')`)
@Check('backfill_run_response_type', `response_type IN ('completed', 'partial')`)
@Index('backfill_run_active', ['formId'], { unique: true, where: `status IN ('queued', 'running')` })
@Index('backfill_run_form_started', ['formId', 'startedAt'])
@Index('backfill_run_form_created', ['formId', 'createdAt', 'id'])
@Index('backfill_run_created', ['createdAt', 'id'])
@Index('backfill_run_failed', ['createdAt', 'id'], { where: `status = 'failed'` })
export class BackfillRun {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text', { name: 'form_id' })
  formId: string;

  /** Submitted at or after; null: from the first response on. */
  @Column('timestamptz', { nullable: true })
  since: Date | null;

  /** Submitted at or before; null: up to now. */
  @Column('timestamptz', { nullable: true })
  until: Date | null;

  /** Together with the runs before it, it leaves no gap: later runs may begin where it began, minus the overlap. */
  @Column('boolean')
  gapless: boolean;

  @Column('text')
  trigger: BackfillTrigger;

  @Column('text', { default: 'queued' })
  status: BackfillStatus;

  /** Which responses the run is reading now. */
  @Column('text', { name: 'response_type', default: 'completed' })
  responseType: 'completed' | 'partial';

  /** Token of the last response processed; null: begin with the newest. */
  @Column('text', { nullable: true })
  cursor: string | null;

  @Column('integer', { default: 0 })
  seen: number;

  @Column('integer', { default: 0 })
  recovered: number;

  @Column('integer', { default: 0 })
  duplicates: number;

  /** What stopped the last attempt, worded for operators. */
  @Column('text', { nullable: true })
  error: string | null;

  /** Attempts that failed since the last page. */
  @Column('integer', { default: 0 })
  failures: number;

  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt: Date | null;

  /** Counts changes of the window: progress made in an older window is not saved. */
  @Column('integer', { default: 0 })
  revision: number;

  /** The process that works on it. */
  @Column('uuid', { name: 'lease_owner', nullable: true })
  leaseOwner: string | null;

  /** When that process counts as dead unless it renews the lease, by the database's clock. */
  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
