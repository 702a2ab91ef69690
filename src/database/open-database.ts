/** The database the service works on: the configured one, or the embedded PostgreSQL. */
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { dataSourceOptions } from './data-source-options';
import { isConnectionLost } from './database-errors';
import { DatabaseSetupError } from './database-setup.error';
import { EmbeddedPostgres } from './embedded/embedded-postgres';
import { runMigrations } from './migrations';
import { openDataSource } from './open-data-source';

/** A database that is ready for use, and how to close it. */
export interface OpenDatabase {
  url: string;
  description: string;
  close(): Promise<void>;
}

const CONNECT_ATTEMPTS = 10;
const CONNECT_RETRY_DELAY_MS = 1_000;
const MIGRATE_ATTEMPTS = 3;

/** Starts the embedded PostgreSQL unless DATABASE_URL is set, and runs pending migrations if asked to. Throws an error that names the remedy. */
export async function openDatabase(
  config: AppConfig,
  options: { migrate: boolean; log: (line: string) => void },
): Promise<OpenDatabase> {
  const { log } = options;
  const embedded = config.database.url === null ? await startEmbedded(config.dataDir, log) : null;
  const url = config.database.url ?? embedded?.url ?? '';
  const close = async (): Promise<void> => embedded?.stop();
  try {
    if (options.migrate) await migrate(url, log);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    close,
    description: embedded ? `embedded PostgreSQL in ${config.dataDir}` : 'PostgreSQL of DATABASE_URL',
  };
}

/**
 * Runs a database's pending migrations, waiting briefly for one that is just starting. A connection that is lost on the way, even
 * without a word, costs another attempt: what was committed is not run again.
 */
export async function migrate(url: string, log: (line: string) => void): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const dataSource = await connect(url, log);
    try {
      const names = await runMigrations(dataSource);
      for (const name of names) log(`Ran migration ${name}`);
      return names;
    } catch (error) {
      if (!isConnectionLost(error) || attempt === MIGRATE_ATTEMPTS) throw error;
      log('The connection to the database was lost during the migrations; trying again');
    } finally {
      await dataSource.destroy();
    }
  }
}

async function connect(url: string, log: (line: string) => void): Promise<DataSource> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openDataSource(dataSourceOptions(url, 2, { timeouts: false }));
    } catch (error) {
      if (error instanceof DatabaseSetupError) throw error;
      const why = error instanceof Error ? error.message : 'unknown error';
      if (attempt === CONNECT_ATTEMPTS) {
        throw new Error(`the database cannot be reached (${why}): check DATABASE_URL and that PostgreSQL is running`, {
          cause: error,
        });
      }
      log(`The database cannot be reached (${why}); trying again (${attempt} of ${CONNECT_ATTEMPTS})`);
      await new Promise((resolve) => setTimeout(resolve, CONNECT_RETRY_DELAY_MS));
    }
  }
}

function startEmbedded(dataDir: string, log: (line: string) => void): Promise<EmbeddedPostgres> {
  log('Starting the embedded PostgreSQL');
  return EmbeddedPostgres.start({ dataDir: join(dataDir, 'postgres'), log });
}
