/** The database of a command that changes it: the configured one, or the embedded one while no service runs on it. */
import type { AppConfig } from '../config/app-config';
import { DataDirectoryInUseError } from '../database/embedded/embedded-postgres.error';
import { OpenDatabase, openDatabase } from '../database/open-database';
import { progress } from './output';

/** Throws an error that names the remedy; `whileRunning` says what a service that is running does about it. */
export async function openForCommand(config: AppConfig, whileRunning: string): Promise<OpenDatabase> {
  try {
    return await openDatabase(config, { migrate: false, log: progress });
  } catch (error) {
    if (!(error instanceof DataDirectoryInUseError)) throw error;
    throw new Error(
      `the embedded database in ${config.dataDir} belongs to a service that is running. ${whileRunning}`,
      { cause: error },
    );
  }
}
