import type { EntityManager } from 'typeorm';
import type { ChangeKind } from '../core/change-message';
import type { Job, JobKind } from './job.entity';

/**
 * The result of a chunk. `end`: nothing is left to do. `restart`: the settings the job depends on have changed, so it starts
 * over.
 */
export type JobStep =
  { next: 'chunk'; cursor: object; done: number; failed: number } | { next: 'end' } | { next: 'restart' };

export interface ChunkOptions {
  /** The maximum number of items. */
  limit: number;
  /** Skips the items and counts them as failed. */
  skip: boolean;
}

/**
 * How one kind of job is done. A chunk runs in one transaction with the job's progress: both are committed or neither is, so a crash
 * at any time loses nothing and repeats nothing.
 */
export interface JobHandler {
  readonly kind: JobKind;
  readonly chunkSize: number;
  /** What each chunk changes. */
  readonly changes: readonly ChangeKind[];
  /** How long everything else has the database to itself between two chunks; default 0. */
  readonly restMs?: number;
  /** Counts the work and returns where to begin. Changes nothing, and may take minutes: the job's row is not locked. */
  begin(manager: EntityManager, job: Job): Promise<{ total: number; cursor: object }>;
  /**
   * Processes the next items after the job's cursor, within seconds. Throws, and changes nothing, when one of them cannot be processed.
   */
  advance(manager: EntityManager, job: Job, options: ChunkOptions): Promise<JobStep>;
  /** Called after a chunk was committed. */
  committed?(): void;
}
