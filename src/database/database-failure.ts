/** Why a statement failed, as a code of a closed set and names of the schema: for logs and metrics, which must hold no values. */

export const DATABASE_FAILURE_CAUSES = [
  'unreachable',
  'shutting_down',
  'too_late',
  'lock_timeout',
  'contention',
  'disk_full',
  'out_of_memory',
  'too_many_connections',
  'out_of_resources',
  'access_denied',
  'permission_denied',
  'read_only',
  'constraint',
  'data_rejected',
  'schema',
  'storage',
  'other',
] as const;
export type DatabaseFailureCause = (typeof DATABASE_FAILURE_CAUSES)[number];

export interface DatabaseFailure {
  cause: DatabaseFailureCause;
  /** SQLSTATE, or a socket error code; null when the driver gave none. */
  sqlState: string | null;
  table: string | null;
  constraint: string | null;
}

/** The first match decides: single states before their class (PostgreSQL, "Error Codes"). */
const CAUSES: readonly (readonly [RegExp, DatabaseFailureCause])[] = [
  [/^53100/, 'disk_full'],
  [/^53200/, 'out_of_memory'],
  [/^53300/, 'too_many_connections'],
  [/^53/, 'out_of_resources'],
  [/^57014/, 'too_late'],
  [/^57P/, 'shutting_down'],
  [/^55P03/, 'lock_timeout'],
  [/^40/, 'contention'],
  [/^42501/, 'permission_denied'],
  [/^(42|3D|3F)/, 'schema'],
  [/^25006/, 'read_only'],
  [/^23/, 'constraint'],
  [/^22/, 'data_rejected'],
  [/^28/, 'access_denied'],
  [/^(58|XX00[12])/, 'storage'],
  [/^(08|E[A-Z_]+$)/, 'unreachable'],
];
/** pg, pg-pool and the inbox report these without a code. */
const UNCODED: readonly (readonly [RegExp, DatabaseFailureCause])[] = [
  [/Query read timeout|timeout exceeded when trying to connect|waited too long/, 'too_late'],
  [/Connection terminated|not queryable/i, 'unreachable'],
];
const SCHEMA_NAME = /^[A-Za-z_][\w$]{0,62}$/;

/** Describes an error of the driver, wherever TypeORM put it. Never includes its message or detail, which quote values. */
export function describeDatabaseFailure(error: unknown): DatabaseFailure {
  const { code, message, table, constraint, driverError } = (error ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' && driverError) return describeDatabaseFailure(driverError);
  const [, cause = 'other'] =
    typeof code === 'string'
      ? (CAUSES.find(([pattern]) => pattern.test(code)) ?? [])
      : (UNCODED.find(([pattern]) => pattern.test(String(message))) ?? []);
  return {
    cause,
    sqlState: typeof code === 'string' && /^\w{1,20}$/.test(code) ? code : null,
    table: nameOf(table),
    constraint: nameOf(constraint),
  };
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' && SCHEMA_NAME.test(value) ? value : null;
}
