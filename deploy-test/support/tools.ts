/** Programs of Debian packages. A missing one fails the test with the name of its package: nothing is skipped. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

export const PROJECT = resolve(__dirname, '../..');

/** How a program ended; `output` is everything it printed. */
export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
  output: string;
}

/** A busy machine takes minutes where an idle one takes seconds. */
const WITHIN_MS = 900_000;

/** The path of a program; throws what to install when it is not there. */
export function requireTool(name: string, debianPackage: string): string {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this directory
    }
  }
  throw new Error(`${name} is not in PATH: install the Debian package ${debianPackage}`);
}

/** Runs a program in the project's folder to its end; `input` is its standard input. */
export function run(program: string, args: readonly string[], input?: string): Run {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: PROJECT,
    encoding: 'utf8',
    input,
    timeout: WITHIN_MS,
  });
  if (error) throw error;
  return { code: status, stdout, stderr, output: `${stdout}${stderr}` };
}
