import { spawn } from 'node:child_process';

/** A command that has been made ready for `spawn`: who runs it is already decided. */
export interface Command {
  file: string;
  args: string[];
  uid?: number;
  gid?: number;
  env: Record<string, string>;
}

/** What a finished command left behind; `code` is null when it could not be started or was killed. */
export interface CommandResult {
  code: number | null;
  output: string;
}

/**
 * The whole environment of a child: nothing of ours leaks into PostgreSQL. `PATH` is needed to find `unshare` and for the
 * shell that initdb uses; `LC_ALL=C` keeps messages in English, which the launcher reads.
 */
export const BASE_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
} as const;

/** Runs a command to its end and returns its exit code with everything it printed. Never rejects. */
export function runToEnd(command: Command, timeoutMs: number): Promise<CommandResult> {
  // Some refusals of the system are thrown by spawn (a user that may not be taken on), others are emitted.
  return run(command, timeoutMs).catch((error: Error) => ({ code: null, output: error.message }));
}

function run(command: Command, timeoutMs: number): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const { file, args, ...options } = command;
    // The directory we stand in may be closed to the user the command runs as: stand in one that is open to all.
    const child = spawn(file, args, {
      ...options,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: output.trim() }));
  });
}
