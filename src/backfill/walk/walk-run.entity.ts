import { Column, PrimaryGeneratedColumn } from 'typeorm';

export const WALK_STATUSES = ['queued', 'running', 'done', 'failed'] as const;
export type WalkStatus = (typeof WALK_STATUSES)[number];

/** One walk through the responses of a form, newest to oldest: first the complete ones, then the partial ones. */
export abstract class WalkRun {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text', { name: 'form_id' })
  formId: string;

  /** Submitted at or after; null: from the first response on. */
  @Column('timestamptz', { nullable: true })
  since: Date | null;

  @Column('text', { default: 'queued' })
  status: WalkStatus;

  /** Which responses the run is reading now. */
  @Column('text', { name: 'response_type', default: 'completed' })
  responseType: 'completed' | 'partial';

  /** Token of the last response processed; null: begin with the newest. */
  @Column('text', { nullable: true })
  cursor: string | null;

  /** Pages read since the walk began with the newest response. */
  @Column('integer', { default: 0 })
  pages: number;

  /** The cursor when `pages` was last a power of two: a walk that comes by it again goes round in circles. */
  @Column('text', { nullable: true })
  landmark: string | null;

  @Column('integer', { default: 0 })
  seen: number;

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

  /** When its last turn ended: the run that has waited longest has the next one. */
  @Column('timestamptz', { name: 'served_at', nullable: true })
  servedAt: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
