/** Runs other programs (git, npm, pg_dump) to completion, without any of our secrets in their environment. */
import { execFile } from 'node:child_process';
import type { Environment } from '../../config/load-config';
import { SETTINGS } from '../../config/settings';

export interface RunOptions {
  environment: Environment;
  /** Added to the program's environment. */
  variables?: Readonly<Record<string, string>>;
  cwd?: string;
  signal?: AbortSignal;
}

export interface ProgramResult {
  code: number;
  stdout: string;
  stderr: string;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** null when there is no such program in PATH. Throws when it could not be run to completion. */
export function runProgram(
  file: string,
  args: readonly string[],
  { environment, variables, cwd, signal }: RunOptions,
): Promise<ProgramResult | null> {
  const inherited = Object.entries(environment).filter(([name]) => !(name in SETTINGS));
  const env = { ...Object.fromEntries(inherited), LC_ALL: 'C', ...variables };
  return new Promise((resolve, reject) => {
    execFile(file, args, { env, cwd, signal, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      if (error.code === 'ENOENT') return resolve(null);
      if (typeof error.code === 'number') return resolve({ code: error.code, stdout, stderr });
      reject(new Error(`${file} did not finish`, { cause: error }));
    });
  });
}

/** What a program printed; null when it is missing or failed. */
export async function outputOf(file: string, args: readonly string[], options: RunOptions): Promise<string | null> {
  const result = await runProgram(file, args, options);
  return result?.code === 0 ? result.stdout : null;
}

/** The first line of a program's error output. Quoted parts may hold respondents' data and are left out. */
export function complaintOf({ code, stderr }: ProgramResult): string {
  const line = stderr.split('\n').find((text) => text.trim() !== '') ?? '';
  const text = line.replace(/"[^"]*"/g, '"..."').slice(0, 200);
  return text === '' ? `exit code ${code}` : text;
}
