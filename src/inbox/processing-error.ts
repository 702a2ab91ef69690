import { DomainError } from '../core/problem';
import { isConnectionLost, isContention } from '../database/database-errors';
import { type DatabaseFailureCause, describeDatabaseFailure } from '../database/database-failure';
import type { ProcessingErrorCode } from './inbox-work.repository';

/** The code of what the database said; what is not listed is an internal error. */
const CODES: Partial<Record<DatabaseFailureCause, ProcessingErrorCode>> = {
  data_rejected: 'data_rejected',
  constraint: 'constraint',
  contention: 'contention',
  lock_timeout: 'lock_timeout',
  too_late: 'too_slow',
  disk_full: 'out_of_resources',
  out_of_memory: 'out_of_resources',
  too_many_connections: 'out_of_resources',
  out_of_resources: 'out_of_resources',
  unreachable: 'connection_lost',
  shutting_down: 'connection_lost',
};

/** Why processing an event failed, as the code that is stored, counted and looked up in the runbook. */
export function classifyFailure(error: unknown): ProcessingErrorCode {
  if (error instanceof DomainError && error.code === 'invalid_event') return 'invalid_event';
  const { cause } = describeDatabaseFailure(error);
  // A unique key that a parallel transaction took.
  if (cause === 'constraint' && isContention(error)) return 'contention';
  return CODES[cause] ?? 'internal_error';
}

/** How to find the event that made a batch fail. */
export interface Judgement {
  /** What the batch is divided into: two groups where failing is quick, eight where it takes as long as patience lasts. */
  groups: number;
  /** The same again may well succeed, so an event is blamed only when it fails alone twice. */
  mayPass: boolean;
  /** A smaller batch may succeed, or takes fewer events down with it. */
  tooMuch: boolean;
  /** It waited for a lock until its patience was over. */
  waited: boolean;
}

/** Judges why a batch failed. */
export function judgeFailure(error: unknown): Judgement {
  const { cause, sqlState } = describeDatabaseFailure(error);
  const slow = cause === 'too_late' || cause === 'lock_timeout';
  return {
    groups: slow ? 8 : 2,
    mayPass: isConnectionLost(error) || (isContention(error) && cause !== 'too_late'),
    waited: cause === 'lock_timeout',
    tooMuch: slow || isConnectionLost(error) || (sqlState ?? '').startsWith('53'),
  };
}
