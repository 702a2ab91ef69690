import { Check, Column, Entity, Index } from 'typeorm';
import { WalkRun } from './walk/walk-run.entity';

/**
 * Why a run was started. `initial`: the first run for a form, whose findings are its history, not lost webhooks; `daily`: by
 * the clock, including the follow-up of every other run.
 */
export const BACKFILL_TRIGGERS = ['admin', 'initial', 'start', 'repair', 'daily'] as const;
export type BackfillTrigger = (typeof BACKFILL_TRIGGERS)[number];

/** A walk that puts what is missing here into the inbox. */
@Entity('backfill_run')
@Check('backfill_run_trigger', `trigger IN ('admin', 'initial', 'start', 'repair', 'daily')`)
@Check('backfill_run_status', `status IN ('queued', 'running', 'done', 'failed')`)
@Check('backfill_run_response_type', `response_type IN ('completed', 'partial')`)
@Index('backfill_run_active', ['formId'], { unique: true, where: `status IN ('queued', 'running')` })
@Index('backfill_run_form_started', ['formId', 'startedAt'])
@Index('backfill_run_form_created', ['formId', 'createdAt', 'id'])
@Index('backfill_run_created', ['createdAt', 'id'])
@Index('backfill_run_failed', ['createdAt', 'id'], { where: `status = 'failed'` })
export class BackfillRun extends WalkRun {
  /** Submitted at or before; null: up to now. */
  @Column('timestamptz', { nullable: true })
  until: Date | null;

  /** Together with the runs before it, it leaves no gap: later runs may begin where it began, minus the overlap. */
  @Column('boolean')
  gapless: boolean;

  @Column('text')
  trigger: BackfillTrigger;

  /** Why a run follows as soon as this one ends: it was asked for when this one had already read the newest responses. */
  @Column('text', { name: 'followed_by', nullable: true })
  followedBy: BackfillTrigger | null;

  @Column('integer', { default: 0 })
  recovered: number;

  @Column('integer', { default: 0 })
  duplicates: number;

  /** Cannot be read: kept as they came. */
  @Column('integer', { default: 0 })
  failed: number;
}
