import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Check, failed, Finding, passed, skipped } from '../../check';
import { backUpAndRestore, INSTALL_CLIENT } from './backup-and-restore';
import type { PreflightContext, PreflightOptions } from '../preflight-context';
import { complaintOf, runProgram } from '../run-program';

/** Dumping and restoring takes as long as the database is large. */
const BACKUP_TIMEOUT_MS = 3_600_000;
const HOUR_MS = 3_600_000;

/** A recent backup can be read, or one is made now and restored into a scratch database. */
export function backupCheck(context: PreflightContext, options: PreflightOptions): Check {
  const { makeBackup, backupFile } = options;
  return {
    id: 'database.backup',
    title: 'there is a backup that can be restored',
    severity: 'block',
    timeoutMs: makeBackup === null ? undefined : BACKUP_TIMEOUT_MS,
    run: (signal) => {
      if (makeBackup !== null) return backUpAndRestore(context, makeBackup, signal);
      if (backupFile !== null) return checkFile(context, options, backupFile, signal);
      return failed(
        'no backup was given, and none was requested',
        'pass one with --backup-file <file or directory>, or make and test-restore one with --make-backup <directory>',
      );
    },
  };
}

async function checkFile(
  context: PreflightContext,
  { backupMaxAgeHours }: PreflightOptions,
  given: string,
  signal: AbortSignal,
): Promise<Finding> {
  const path = newestFile(given);
  if (path === null)
    return failed(`there is no backup in ${given}`, 'find out whether backups are still being made, and where');
  const hours = (context.clock.now().getTime() - statSync(path).mtimeMs) / HOUR_MS;
  const evidence = `${path} is ${hours.toFixed(1)} h old`;
  if (hours > backupMaxAgeHours) {
    return failed(
      `${evidence}, more than ${backupMaxAgeHours} h`,
      'make a backup now (--make-backup <directory>) and find out why there is no newer one (--backup-max-age sets the limit)',
    );
  }
  const listing = await runProgram('pg_restore', ['--list', path], { environment: context.environment, signal });
  if (listing === null)
    return skipped(`${evidence}; whether it can be read is unknown: there is no pg_restore in PATH`, INSTALL_CLIENT);
  if (listing.code !== 0) {
    return failed(
      `${evidence}; pg_restore cannot read it (${complaintOf(listing)})`,
      'make backups with pg_dump -Fc, and try restoring one',
    );
  }
  const entries = listing.stdout.split('\n').filter((line) => /^\d+;/.test(line)).length;
  return entries > 0
    ? passed(`${evidence} and lists ${entries} objects`)
    : failed(`${evidence} and empty`, 'check what is being backed up: it should be the database in DATABASE_URL');
}

/** The file itself, or the newest in a directory. */
function newestFile(path: string): string | null {
  if (!existsSync(path)) return null;
  if (!statSync(path).isDirectory()) return path;
  const files = readdirSync(path)
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile());
  return files.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0] ?? null;
}
