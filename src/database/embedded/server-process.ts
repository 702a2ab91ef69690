import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BASE_ENVIRONMENT, runToEnd } from './child-process';

/** What `postmaster.pid` in the data directory says; the address is missing while the server is still starting. */
export interface PostmasterFile {
  pid: number;
  address?: { host: string; port: number };
}

const POLL_MS = 20;
/** The signals of a shutdown, and how long each is given: fast shutdown, immediate shutdown, kill. */
const STOP_STEPS = [
  { signal: 'SIGINT', waitMs: 10_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/** Reads the lock file of the server; undefined when there is none (lines: pid, data directory, start time, port, socket directory). */
export function readPostmasterFile(dataDir: string): PostmasterFile | undefined {
  const lines = readOrUndefined(join(dataDir, 'postmaster.pid'))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const port = Number(lines[3]);
  const host = lines[4];
  return port > 0 && host ? { pid, address: { host, port } } : { pid };
}

/** Whether a process is alive. A zombie (dead, but not reaped by its parent, such as PID 1 of a container) is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // "pid (name) state ...": the name may hold spaces and brackets, so look behind the last bracket.
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  const state = stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  return state !== 'Z' && state !== 'X';
}

/**
 * Whether a living process is the PostgreSQL server of this data directory. After a crash the recorded process id may
 * belong to any other program by now. A server's working directory is always its data directory.
 */
export async function isServerOf(pid: number, dataDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') {
    const { output } = await runToEnd(
      { file: 'ps', args: ['-p', String(pid), '-o', 'comm='], env: BASE_ENVIRONMENT },
      POLL_MS * 100,
    );
    return output.endsWith('postgres');
  }
  if (readOrUndefined(`/proc/${pid}/comm`)?.trim() !== 'postgres') return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDir;
  } catch {
    // Containers without CAP_SYS_PTRACE hide it from root: then a PostgreSQL of the data's owner counts as ours.
    return ownerOf(`/proc/${pid}`) === ownerOf(dataDir);
  }
}

/** Stops a server, even one that is not our child, with ever stronger signals. Resolves when it is gone. */
export async function stopServer(pid: number, dataDir: string): Promise<void> {
  for (const { signal, waitMs } of STOP_STEPS) {
    if (!(await isServerOf(pid, dataDir))) return;
    signalQuietly(pid, signal);
    const deadline = performance.now() + waitMs;
    while (isAlive(pid) && performance.now() < deadline) await delay(POLL_MS);
  }
}

/** Sends a signal to a process that may be gone already. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone: nothing to do.
  }
}

function ownerOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.uid;
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
