import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { firstClosedDirectory } from './file-access';
import type { RunAs } from './run-as';

/** A unix socket path holds 107 bytes on Linux and 103 on macOS. */
const MAX_SOCKET_PATH_BYTES = 103;

/** The port is only part of the socket's file name: every data directory has its own socket directory. */
export const SOCKET_PORT = 5432;

/**
 * Where the socket of a data directory lives: always a short path below the temporary directory, since data directories
 * may be deep or on a mount without socket support. The user is part of the name: a directory is never handed over.
 */
export function socketDirectory(dataDir: string, runAs: RunAs): string {
  const hash = createHash('sha256').update(`${runAs.uid}:${dataDir}`).digest('hex').slice(0, 16);
  const parent = [tmpdir(), '/tmp'].find(
    (directory) =>
      Buffer.byteLength(join(directory, `typeform-onboarding-${hash}`, `.s.PGSQL.${SOCKET_PORT}`)) <=
        MAX_SOCKET_PATH_BYTES &&
      (runAs.name === 'plain' || firstClosedDirectory(directory, { uid: runAs.uid, gids: [runAs.gid] }) === undefined),
  );
  if (parent === undefined) {
    throw new EmbeddedPostgresError(
      `No temporary directory has a short enough path and open enough permissions: set TMPDIR to /tmp.`,
    );
  }
  return join(parent, `typeform-onboarding-${hash}`);
}

/**
 * Creates the socket directory, private to the server: every connection through it is trusted. Call it before the data directory
 * changes hands: a socket directory of the data's owner is known to be ours.
 * @throws EmbeddedPostgresError when another user owns what is at its path.
 */
export function makeSocketDirectory(directory: string, dataDir: string, runAs: RunAs): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new EmbeddedPostgresError(
        `The socket directory ${directory} cannot be created (${(error as Error).message}): set TMPDIR to a directory that this user can write to.`,
      );
    }
  }
  // lstat: a link planted by another user must not lead us elsewhere. Root may find one it had no time to give away.
  const found = lstatSync(directory);
  const ours = [runAs.uid, process.getuid?.(), statSync(dataDir, { throwIfNoEntry: false })?.uid];
  if (!found.isDirectory() || !ours.includes(found.uid)) {
    throw new EmbeddedPostgresError(`${directory} belongs to another user: remove it, or set another TMPDIR.`);
  }
  chmodSync(directory, 0o700);
  if (found.uid !== runAs.uid) chownSync(directory, runAs.uid, runAs.gid);
}
