import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import type { AppConfig } from '../config/app-config';
import { urlsOfHosts } from '../core/database-hosts';
import { guardConnection } from './guard-connection';
import { MIGRATIONS, MIGRATIONS_TABLE } from './migrations';
import { pinnedClient } from './pinned-client';
import { watchConnection } from './watch-connection';

/** A connection attempt that takes longer counts as "database unreachable". */
export const CONNECT_TIMEOUT_MS = 3_000;
/** Longer than any statement should take. */
export const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Options shared by the service, the TypeORM command line and the tests; each of them adds its entities. Without `timeouts` a
 * statement may take as long as it needs, as a migration does, while the server says that it is at work.
 */
export function dataSourceOptions(
  url: string,
  poolSize: number,
  { timeouts = true }: { timeouts?: boolean } = {},
): PostgresDataSourceOptions {
  const timeoutMs = timeouts ? STATEMENT_TIMEOUT_MS : 0;
  return {
    type: 'postgres',
    url: urlsOfHosts(url)[0],
    poolSize,
    migrations: MIGRATIONS,
    migrationsTableName: MIGRATIONS_TABLE,
    // Each may say that it runs outside one.
    migrationsTransactionMode: 'each',
    installExtensions: false,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: 'typeform-onboarding',
    extra: {
      Client: pinnedClient(url, { statement_timeout: timeoutMs, idle_in_transaction_session_timeout: timeoutMs }),
      onConnect: timeouts ? guardConnection : watchConnection(url),
    },
  };
}

/** The database URL; main fills in that of the embedded PostgreSQL when none is configured. */
export function requireDatabaseUrl(config: AppConfig): string {
  if (config.database.url === null) throw new Error('no database URL: start the embedded PostgreSQL first');
  return config.database.url;
}
