import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** The kinds of jobs; each is implemented by the module that registers its handler. */
export const JOB_KINDS = ['reprocess', 'replay', 'retention'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export const JOB_STATUSES = ['queued', 'running', 'done', 'failed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** Why a job failed. A closed set without any personal data. */
export const JOB_ERRORS = ['contention', 'data_rejected', 'internal_error'] as const;
export type JobError = (typeof JOB_ERRORS)[number];

/** Long-running work that an admin requested, and its progress. */
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

  /** The handler's input. No personal data, since the API shows it. */
  @Column('jsonb')
  params: object;

  /** A request with the key of an active job joins that job; null: always a new job. */
  @Column('text', { name: 'join_key', nullable: true })
  joinKey: string | null;

  /** How many items there are; null until they are counted. */
  @Column('integer', { nullable: true })
  total: number | null;

  @Column('integer', { default: 0 })
  done: number;

  @Column('integer', { default: 0 })
  failed: number;

  /** Its position, in the handler's own format; null: at the beginning. */
  @Column('jsonb', { nullable: true })
  cursor: object | null;

  @Column('text', { nullable: true })
  error: JobError | null;

  /** Attempts that failed since the last chunk. */
  @Column('integer', { default: 0 })
  failures: number;

  /** When it may continue; the one that has waited longest goes first. */
  @Column('timestamptz', { name: 'due_at' })
  dueAt: Date;

  /** The process that works on it. */
  @Column('uuid', { name: 'lease_owner', nullable: true })
  leaseOwner: string | null;

  /** When that process counts as dead unless it renews the lease, by the database's clock. */
  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil: Date | null;

  /** The name of the key that requested it. */
  @Column('text', { name: 'created_by' })
  createdBy: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
