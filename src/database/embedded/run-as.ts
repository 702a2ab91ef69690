import { chmodSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { runToEnd, type Command } from './child-process';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { firstClosedDirectory } from './file-access';
import type { PostgresPackage } from './postgres-package';

export type RunAsName = 'plain' | 'user-namespace' | 'other-user';

/** One way to run PostgreSQL as a user other than root, since PostgreSQL refuses to run as root. */
export interface RunAs {
  readonly name: RunAsName;
  /** Who owns the files on disk when PostgreSQL runs this way. */
  readonly uid: number;
  readonly gid: number;
  command(file: string, args: string[], env: Record<string, string>): Command;
}

const NOBODY = 65534;
const PROBE_TIMEOUT_MS = 10_000;

/**
 * Picks the first way that works here: `plain` for an ordinary user; for root `user-namespace` (the files stay root's)
 * and, where namespaces are denied, as in most containers, `other-user` (that user gets the files).
 * @param only forces one way, and fails when it does not work.
 * @throws EmbeddedPostgresError that says why each way failed.
 */
export async function chooseRunAs(pkg: PostgresPackage, dataDir: string, only?: RunAsName): Promise<RunAs> {
  const reasons: string[] = [];
  for (const candidate of candidates(dataDir)) {
    if (only !== undefined && candidate.name !== only) continue;
    const reason = await whyNot(candidate, pkg, dataDir);
    if (reason === undefined) return candidate;
    reasons.push(`${candidate.name}: ${reason}`);
  }
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL cannot run as this user. ${reasons.join('; ') || `${only} does not apply here`}. ` +
      'Set DATABASE_URL to a PostgreSQL server, or run the service as an ordinary user, ' +
      'or put DATA_DIR and the installation where every user may read (not below /root).',
  );
}

function candidates(dataDir: string): RunAs[] {
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const plain: RunAs = { name: 'plain', ...own, command: (file, args, env) => ({ file, args, env }) };
  const namespaceUser = String(knownUsers().includes(1000) ? 1000 : NOBODY);
  const namespace: RunAs = {
    name: 'user-namespace',
    ...own,
    command: (file, args, env) => ({
      file: 'unshare',
      args: ['--user', `--map-user=${namespaceUser}`, `--map-group=${namespaceUser}`, file, ...args],
      env,
    }),
  };
  if (own.uid !== 0) return [plain, namespace];
  const other = otherUser(dataDir);
  return [namespace, { name: 'other-user', ...other, command: (file, args, env) => ({ file, args, env, ...other }) }];
}

/** The owner of the data's parent directory (so the owner of a mounted checkout can still delete it), else the user nobody. */
function otherUser(dataDir: string): { uid: number; gid: number } {
  const { uid, gid } = statSync(dirname(dataDir));
  return uid !== 0 && knownUsers().includes(uid) ? { uid, gid } : { uid: NOBODY, gid: NOBODY };
}

/** initdb refuses a user without an entry in the user database, so only listed users can be chosen. */
function knownUsers(): number[] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => Number(line.split(':')[2]));
  } catch {
    return [];
  }
}

/** A directory that is root's alone can be passed, but still not listed, by the user who runs PostgreSQL in it. */
function letThrough(directory: string): void {
  const { uid, mode } = statSync(directory);
  if (uid === 0 && (mode & 0o777) === 0o700) chmodSync(directory, 0o711);
}

/** Why a way does not work, found by trying it: the rules of kernels, containers and mounts cannot be predicted. */
async function whyNot(candidate: RunAs, pkg: PostgresPackage, dataDir: string): Promise<string | undefined> {
  if (candidate.name === 'plain') {
    try {
      userInfo();
    } catch {
      return `user id ${candidate.uid} has no entry in the user database`;
    }
  } else {
    // For an ordinary user the system reports it; root can access everything and must check on the other user's behalf.
    if (candidate.name === 'other-user') letThrough(dirname(dataDir));
    const gids = candidate.name === 'other-user' ? [candidate.gid] : [candidate.gid, ...(process.getgroups?.() ?? [])];
    const closed = firstClosedDirectory(dirname(dataDir), { uid: candidate.uid, gids });
    if (closed !== undefined) return `user id ${candidate.uid} may not enter ${closed}`;
  }
  const probe = await runToEnd(candidate.command(pkg.postgres, ['--version'], pkg.env), PROBE_TIMEOUT_MS);
  return probe.code === 0 ? undefined : `"postgres --version" failed: ${probe.output || 'no output'}`;
}
