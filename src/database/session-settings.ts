/** Settings of a session that a server, a database or a user may have another default for (`ALTER DATABASE ... SET`). */

/** Names of settings of PostgreSQL and their values; times in milliseconds. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/**
 * What the statements of this service and the driver rely on, in every session. The driver reads only ISO times and hexadecimal
 * bytes; hashes of the audit log are over times as they are read; locks need the snapshot of each statement.
 */
export const PINNED_SETTINGS: SessionSettings = {
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  default_transaction_isolation: 'read committed',
  // Otherwise NULL in an array parameter arrives as text, and a backslash in a literal as an escape.
  array_nulls: 'on',
  standard_conforming_strings: 'on',
  extra_float_digits: 1,
};
