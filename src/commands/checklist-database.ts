/** Access of the `checklist` commands to the service's database. */
import { join } from 'node:path';
import { checkEnvironment } from '../config/load-config';
import { processEnvironment } from '../config/process-environment';
import { runningServerUrl } from '../database/embedded/running-server';
import type { ChecklistRepository } from '../operations/checklist/checklist.repository';
import type { WithDatabase } from '../operations/checklist/checklist-store';
import { reasonOf } from '../operations/preflight/check-failure';
import { redactor } from '../operations/preflight/secrets/secret-inventory';
import { progress } from './output';

/** Says once why the console does not learn of a change; says nothing where no database is configured or running. */
export function checklistDatabase(): WithDatabase {
  let hasFailed = false;
  return async (work) => {
    const url = hasFailed ? null : await databaseUrl();
    if (url === null) return undefined;
    try {
      return await onDatabase(url, work);
    } catch (error) {
      hasFailed = true;
      const why = redactor(processEnvironment)(reasonOf(error));
      progress(`The state is kept in its file alone and the console does not see it: no use of the database (${why})`);
      return undefined;
    }
  };
}

/** DATABASE_URL, or where the embedded PostgreSQL of a running service listens; null when there is neither. */
async function databaseUrl(): Promise<string | null> {
  const { settings } = checkEnvironment(processEnvironment);
  if (settings === null) return null;
  return settings.DATABASE_URL ?? runningServerUrl(join(settings.DATA_DIR, 'postgres'));
}

async function onDatabase<T>(url: string, work: (checklists: ChecklistRepository) => Promise<T>): Promise<T> {
  // Loaded on demand: most of the program's start time, and not every command needs it.
  const [{ DataSource }, { dataSourceOptions }, { ChecklistRepository }] = await Promise.all([
    import('typeorm'),
    import('../database/data-source-options.js'),
    import('../operations/checklist/checklist.repository.js'),
  ]);
  const dataSource = await new DataSource(dataSourceOptions(url, 1)).initialize();
  try {
    return await work(new ChecklistRepository(dataSource));
  } finally {
    await dataSource.destroy();
  }
}
