/** What a driver error means: the database is unavailable, the data is refused, or another transaction was faster. */

/** Connection lost (08), server shutting down (57P). */
const CONNECTION_LOST = /^(08|57P)/;
/** Nothing that whoever asked once could be blamed for. */
const OUT_OF_RESOURCES = /^53/;
/** Deadlock, serialisation failure, unique key taken by a parallel transaction, lock or statement time-out. */
const CONTENTION = /^(40|23505|55P03|57014)/;
/** Data exceptions: text with a NUL, no UUID, out of range. */
const DATA = /^22/;
const NOT_PERMITTED = '42501';
const SOCKET_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN']);
/** pg and pg-pool report a broken or exhausted connection without a code. */
const UNCODED_OUTAGE = /Connection terminated|timeout exceeded when trying to connect|not queryable/i;

/** The SQLSTATE or socket code of an error, wherever TypeORM or the driver put it; empty when it has none. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code, driverError } = error as Error & { code?: unknown; driverError?: unknown };
  return typeof code === 'string' ? code : codeOf(driverError);
}

/** True when the database could not be reached or is shutting down: the error says nothing about the data. */
export function isDatabaseOutage(error: unknown): boolean {
  return OUT_OF_RESOURCES.test(codeOf(error)) || isConnectionLost(error);
}

/** True when there was no connection, or it broke: the server may be away, or have ended just this connection. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (CONNECTION_LOST.test(code) || SOCKET_ERRORS.has(code)) return true;
  return error instanceof Error && UNCODED_OUTAGE.test(error.message);
}

/** True when a concurrent transaction was in the way: a retry may well succeed. */
export function isContention(error: unknown): boolean {
  return CONTENTION.test(codeOf(error));
}

/** True when PostgreSQL cannot store a given value. */
export function isDataException(error: unknown): boolean {
  return DATA.test(codeOf(error));
}

/** True when the database user may not do this. */
export function isNotPermitted(error: unknown): boolean {
  return codeOf(error) === NOT_PERMITTED;
}
