import { DomainError } from '../core/problem';
import { isConnectionLost, isContention, isDataException } from '../database/database-errors';
import { describeDatabaseFailure } from '../database/database-failure';
import type { ProcessingErrorCode } from './inbox-work.repository';

/** Why processing an event failed, as the code that is stored, counted and looked up in the runbook. */
export function classifyFailure(error: unknown): ProcessingErrorCode {
  if (error instanceof DomainError && error.code === 'invalid_event') return 'invalid_event';
  if (isContention(error)) return 'contention';
  return isDataException(error) ? 'data_rejected' : 'internal_error';
}

/** How to find the event that made a batch fail. */
export interface Judgement {
  /** What the batch is divided into: two groups where failing is quick, eight where it takes as long as patience lasts. */
  groups: number;
  /** The same again may well succeed, so an event is blamed only when it fails alone twice. */
  mayPass: boolean;
  /** A smaller batch may do. */
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
    tooMuch: slow || (sqlState ?? '').startsWith('53'),
  };
}
