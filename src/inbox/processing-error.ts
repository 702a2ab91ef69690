import { DomainError } from '../core/problem';
import { isContention, isDataException } from '../database/database-errors';
import type { ProcessingErrorCode } from './inbox-work.repository';

/** Why processing an event failed, as the code that is stored, counted and looked up in the runbook. */
export function classifyFailure(error: unknown): ProcessingErrorCode {
  if (error instanceof DomainError && error.code === 'invalid_event') return 'invalid_event';
  if (isContention(error)) return 'contention';
  return isDataException(error) ? 'data_rejected' : 'internal_error';
}
