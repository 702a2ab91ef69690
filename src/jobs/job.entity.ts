import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** What a job does; the module that registers a handler for it says how. */
export const JOB_KINDS = ['reprocess', 'replay'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export const JOB_STATUSES = ['queued', 'running', 'done', 'failed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** Why a job failed. A closed set without any personal data. */
export const JOB_ERRORS = ['contention', 'data_rejected', 'internal_error'] as const;
export type JobError = (typeof JOB_ERRORS)[number];

/** Long work that an admin asked for, and how far it is. */
@Entity('job')
@Check('job_status', `status IN ('queued', 'running', 'done', 'failed')`)
@Index('job_due', ['dueAt'], { where: `status IN ('queued', 'running')` })
@Index('job_joined', ['joinKey'], { unique: true, where: `status IN ('queued', 'running')` })
@Index('job_created', ['createdAt', 'id'])
@Index('job_finished', ['finishedAt'], { where: 'finished_at IS NOT NULL' })
export class Job {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  kind: JobKind;

  @Column('text', { default: 'queued' })
  status: JobStatus;

  /** What its handler needs to know. No personal data: it is shown. */
  @Column('jsonb')
  params: object;

  /** Whoever asks for a job with the key of an active one gets that one; null: always a job of its own. */
  @Column('text', { name: 'join_key', nullable: true })
  joinKey: string | null;

  /** How many items there are; null until they are counted. */
  @Column('integer', { nullable: true })
  total: number | null;

  @Column('integer', { default: 0 })
  done: number;

  @Column('integer', { default: 0 })
  failed: number;

  /** How far it is, in its handler's words; null: at the beginning. */
  @Column('jsonb', { nullable: true })
  cursor: object | null;

  @Column('text', { nullable: true })
  error: JobError | null;

  /** Attempts that failed since the last chunk. */
  @Column('integer', { default: 0 })
  failures: number;

  /** When it may go on; the one that has waited longest goes first. */
  @Column('timestamptz', { name: 'due_at' })
  dueAt: Date;

  /** The process that works on it. */
  @Column('uuid', { name: 'lease_owner', nullable: true })
  leaseOwner: string | null;

  /** When that process counts as dead unless it says otherwise, by the database's clock. */
  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil: Date | null;

  /** The name of the key that asked for it. */
  @Column('text', { name: 'created_by' })
  createdBy: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
