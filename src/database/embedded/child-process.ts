import { spawn } from 'node:child_process';

/** A command prepared for `spawn`, with the user to run it as. */
export interface Command {
  file: string;
  args: string[];
  uid?: number;
  gid?: number;
  env: Record<string, string>;
}

/** The result of a finished command; `code` is null when it could not be started or was killed. */
export interface CommandResult {
  code: number | null;
  output: string;
}

/**
 * The entire environment of a child: none of ours leaks into PostgreSQL. `PATH` is needed to find `unshare` and for the
 * shell that initdb uses; `LC_ALL=C` keeps messages in English, which the launcher reads.
 */
export const BASE_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
} as const;

/** Runs a command to completion and returns its exit code with all its output. Never rejects. */
export function runToEnd(command: Command, timeoutMs: number): Promise<CommandResult> {
  // spawn throws some errors (such as not being allowed to switch to a user) and emits others.
  return run(command, timeoutMs).catch((error: Error) => ({ code: null, output: error.message }));
}

function run(command: Command, timeoutMs: number): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const { file, args, ...options } = command;
    // The command's user may not be able to enter our working directory: use one that is open to all.
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
