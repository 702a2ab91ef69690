import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import type { AppConfig } from '../config/app-config';
import { guardConnection } from './guard-connection';
import { MIGRATIONS, MIGRATIONS_TABLE } from './migrations';

/** A connection attempt that takes longer counts as "database unreachable". */
export const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 30_000;

/** Options shared by the service, the TypeORM command line and the tests; each of them adds its entities. */
export function dataSourceOptions(url: string, poolSize: number): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url,
    poolSize,
    migrations: MIGRATIONS,
    migrationsTableName: MIGRATIONS_TABLE,
    // Each may say that it runs outside one.
    migrationsTransactionMode: 'each',
    installExtensions: false,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: 'typeform-onboarding',
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      onConnect: guardConnection,
    },
  };
}

/** The database URL; main fills in that of the embedded PostgreSQL when none is configured. */
export function requireDatabaseUrl(config: AppConfig): string {
  if (config.database.url === null) throw new Error('no database URL: start the embedded PostgreSQL first');
  return config.database.url;
}
