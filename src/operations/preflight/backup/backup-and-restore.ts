/** A backup that is worth the name: made now, restored into a scratch database, counted; the scratch database is dropped. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failed, Finding, passed } from '../../check';
import { BackupRepository, RowCounts } from './backup.repository';
import { CannotCheck, reasonOf } from '../check-failure';
import { libpqVariables } from './libpq-variables';
import type { PreflightContext } from '../preflight-context';
import { complaintOf, outputOf, runProgram } from '../run-program';

export const INSTALL_CLIENT =
  'install the PostgreSQL client programs of the version of the server (Debian: postgresql-client)';
const KILOBYTE = 1024;

/** Leaves the backup in `directory` when it is good, and nothing else. */
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
    if (result.code !== 0) throw new CannotCheck(`${program} failed: ${complaintOf(result)}`, remedy);
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
      await run('pg_dump', args, 'see that the user may read every table and the directory can be written');
      return rows;
    });
    const restored = await repository
      .inScratchDatabase(async (name, rows) => {
        const args = ['--no-owner', '--no-privileges', '--exit-on-error', `--dbname=${name}`, file];
        await run('pg_restore', args, 'the dump cannot be restored: mend what is named before you deploy');
        return rows();
      })
      .catch(explainScratch);
    const differing = [...original].filter(([table, rows]) => restored.get(table) !== rows).map(([table]) => table);
    if (differing.length > 0) {
      return failed(
        `restored, ${differing.join(', ')} do not have the rows of the original`,
        'do not rely on this backup: look at the server and the disk',
      );
    }
    good = true;
    const size = Math.ceil(statSync(file).size / KILOBYTE);
    return passed(`${file} (${size} kB) was restored into a scratch database: ${summary(original)}`);
  } finally {
    if (!good) rmSync(file, { force: true });
  }
}

/** pg_dump refuses servers that are newer than itself. Throws CannotCheck. */
async function requireDumpProgram(context: PreflightContext): Promise<void> {
  const { versionNumber } = await (await context.database()).facts();
  const version = await outputOf('pg_dump', ['--version'], { environment: context.environment });
  if (version === null) throw new CannotCheck('there is no pg_dump in PATH', INSTALL_CLIENT);
  const ours = Number(/\) (\d+)/.exec(version)?.[1]);
  const server = Math.floor(versionNumber / 10_000);
  if (ours < server) throw new CannotCheck(`pg_dump ${ours} cannot dump a server of version ${server}`, INSTALL_CLIENT);
}

function explainScratch(error: unknown): never {
  if (error instanceof CannotCheck) throw error;
  throw new CannotCheck(
    `the scratch database could not be used (${reasonOf(error)})`,
    'let the database user make databases (ALTER ROLE ... CREATEDB), or name a backup with --backup-file',
  );
}

function summary(counts: RowCounts): string {
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return `${counts.size} tables with ${rows} rows, as in the original`;
}
