import type { Command } from 'commander';
import { counted } from '../core/counted';
import { loadConfigOrExit } from '../config/process-environment';
import { migrate } from '../database/open-database';
import { openForCommand } from './command-database';
import { print, progress } from './output';
import { SUMMARIES } from './summaries';

const IN_USE =
  'Outside production it ran the migrations when it started, so there is nothing to do; in production stop it, run this command and start it again.';

/** `migrate`: brings the database up to this version. */
export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description(SUMMARIES.migrate)
    .option('--json', 'print the names of the migrations that were run as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 up to date, 1 a migration failed or the database cannot be used, 2 wrong usage, 78 invalid configuration.',
    )
    .action(async ({ json = false }: { json?: boolean }) => {
      const { config } = loadConfigOrExit();
      const database = await openForCommand(config, IN_USE);
      try {
        const names = await migrate(database.url, progress);
        if (json) print(JSON.stringify({ migrations: names }));
        else if (names.length === 0) print('Nothing to do: the database is up to date');
        else print(`Ran ${counted(names.length, 'migration')}`);
      } finally {
        await database.close();
      }
    });
}
