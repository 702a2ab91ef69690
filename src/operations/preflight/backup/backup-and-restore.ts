/** Makes a backup, restores it into a scratch database, compares the row counts and drops the scratch database. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failed, Finding, passed } from '../../check';
import { BackupRepository, RowCounts } from './backup.repository';
import { CannotCheck, CheckFailed, reasonOf } from '../check-failure';
import { libpqVariables } from './libpq-variables';
import type { PreflightContext } from '../preflight-context';
import { complaintOf, outputOf, runProgram } from '../run-program';

export const INSTALL_CLIENT =
  "install the PostgreSQL client programs in the server's version (Debian: postgresql-client)";
const KILOBYTE = 1024;

/** Leaves only the backup in `directory`, and only when it could be restored. */
export async function backUpAndRestore(
  context: PreflightContext,
  directory: string,
  signal: AbortSignal,
): Promise<Finding> {
  await requireDumpProgram(context);
  const url = await context.databaseUrl();
  const run = async (program: string, args: string[], remedy: string): Promise<void> => {
    const options = { environment: context.environment, variables: libpqVariables(url), signal };
    const result = await runProgram(program, args, options);
    if (result === null) throw new CannotCheck(`there is no ${program} in PATH`, INSTALL_CLIENT);
    if (result.code !== 0) throw new CheckFailed(`${program} failed: ${complaintOf(result)}`, remedy);
  };
  const repository = new BackupRepository(url);
  const stamp = context.clock
    .now()
    .toISOString()
    .replace(/[-:]|\.\d+/g, '');
  const file = join(directory, `typeform-onboarding-${stamp}.dump`);
  mkdirSync(directory, { recursive: true });
  let good = false;
  try {
    const original = await repository.inSnapshot(async (snapshot, rows) => {
      const args = ['--format=custom', `--snapshot=${snapshot}`, `--file=${file}`];
      await run(
        'pg_dump',
        args,
        'make sure that the database user can read every table and that the directory is writable',
      );
      return rows;
    });
    const restored = await repository
      .inScratchDatabase(async (name, rows) => {
        const args = ['--no-owner', '--no-privileges', '--exit-on-error', `--dbname=${name}`, file];
        await run('pg_restore', args, 'this backup cannot be restored: fix the cause named here before you deploy');
        return rows();
      })
      .catch(explainScratch);
    const differing = [...original].filter(([table, rows]) => restored.get(table) !== rows).map(([table]) => table);
    if (differing.length > 0) {
      return failed(
        `after the restore these tables have a different number of rows: ${differing.join(', ')}`,
        'do not rely on this backup; check the server and its disk',
      );
    }
    good = true;
    const size = Math.ceil(statSync(file).size / KILOBYTE);
    return passed(`${file} (${size} kB) was restored into a scratch database: ${summary(original)}`);
  } finally {
    if (!good) rmSync(file, { force: true });
  }
}

/** pg_dump refuses servers that are newer than itself. Throws CannotCheck or CheckFailed. */
async function requireDumpProgram(context: PreflightContext): Promise<void> {
  const { versionNumber } = await (await context.database()).facts();
  const version = await outputOf('pg_dump', ['--version'], { environment: context.environment });
  const server = Math.floor(versionNumber / 10_000);
  const install = `install the PostgreSQL client programs of version ${server} (Debian: postgresql-client-${server} from apt.postgresql.org)`;
  const remedy =
    context.config.database.url === null ? `${install}, or stop the service and copy all of DATA_DIR` : install;
  if (version === null) throw new CannotCheck('there is no pg_dump in PATH', remedy);
  const ours = Number(/\) (\d+)/.exec(version)?.[1]);
  if (ours < server) throw new CheckFailed(`pg_dump ${ours} cannot dump a server of version ${server}`, remedy);
}

function explainScratch(error: unknown): never {
  if (error instanceof CannotCheck || error instanceof CheckFailed) throw error;
  throw new CheckFailed(
    `the scratch database could not be used (${reasonOf(error)})`,
    'allow the database user to create databases (ALTER ROLE ... CREATEDB), or pass a backup with --backup-file',
  );
}

function summary(counts: RowCounts): string {
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return `${counts.size} tables with ${rows} rows, the same as the original`;
}
