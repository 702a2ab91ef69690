import { DomainError } from '../core/problem';
import type { ProcessingErrorCode } from './inbox-work.repository';

/** Connection lost (08), server shutting down (57P), out of resources (53): nothing an event could be blamed for. */
const OUTAGE_SQLSTATE = /^(08|57P|53)/;
/** Deadlock, serialisation failure, a unique key taken by a parallel transaction. */
const CONTENTION_SQLSTATE = /^(40|23505|55P03|57014)/;
const DATA_SQLSTATE = /^22/;
const SOCKET_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN']);

/** The code of a database or socket error, wherever a driver put it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code, driverError } = error as Error & { code?: unknown; driverError?: unknown };
  return typeof code === 'string' ? code : codeOf(driverError);
}

/** True when the database could not be reached or is going away: try again later, it says nothing about the data. */
export function isDatabaseOutage(error: unknown): boolean {
  const code = codeOf(error);
  if (OUTAGE_SQLSTATE.test(code) || SOCKET_ERRORS.has(code)) return true;
  // pg reports a broken or exhausted connection without a code.
  return (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|not queryable/i.test(error.message)
  );
}

/** Why processing an event failed, as the code that is stored, counted and looked up in the runbook. */
export function classifyFailure(error: unknown): ProcessingErrorCode {
  if (error instanceof DomainError && error.code === 'invalid_event') return 'invalid_event';
  const code = codeOf(error);
  if (CONTENTION_SQLSTATE.test(code)) return 'contention';
  if (DATA_SQLSTATE.test(code)) return 'data_rejected';
  return 'internal_error';
}
