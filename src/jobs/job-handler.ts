import type { EntityManager } from 'typeorm';
import type { Job, JobKind } from './job.entity';

/**
 * What became of a chunk. `end`: nothing was left to do. `restart`: what the job goes by has changed since it began, so it begins
 * anew.
 */
export type JobStep =
  { next: 'chunk'; cursor: object; done: number; failed: number } | { next: 'end' } | { next: 'restart' };

export interface ChunkOptions {
  /** At most so many items. */
  limit: number;
  /** Goes past the items without doing anything, and counts them as failed. */
  skip: boolean;
}

/**
 * How one kind of job is done. A chunk runs in one transaction with the job's progress: both are committed or neither is, so a crash
 * at any time loses nothing and does nothing twice.
 */
export interface JobHandler {
  readonly kind: JobKind;
  readonly chunkSize: number;
  /** Counts what is to be done, and says where to begin. Changes nothing, and may take minutes: the job's row is not locked. */
  begin(manager: EntityManager, job: Job): Promise<{ total: number; cursor: object }>;
  /**
   * Deals with the next items after the job's cursor, within seconds. Throws when one of them cannot be dealt with; nothing is changed
   * then.
   */
  advance(manager: EntityManager, job: Job, options: ChunkOptions): Promise<JobStep>;
  /** Called after a chunk was committed. */
  committed?(): void;
}
