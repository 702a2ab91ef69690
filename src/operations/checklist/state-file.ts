/** The state file of a checklist: checked on reading, replaced as a whole on writing. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { ChecklistState, parseState } from './checklist-state';

/** Returns null when there is no such file. Throws when the file is damaged; it is never repaired or replaced. */
export function readState(path: string): ChecklistState | null {
  const text = readIfThere(path);
  if (text === null) return null;
  try {
    return parseState(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s*\n\s*/g, ' ') : 'it is not JSON';
    throw new Error(
      `the state file ${path} is damaged or of another version (${why}); it was left as it is: ` +
        'repair it, or choose another one with --state',
      { cause: error },
    );
  }
}

/** Atomic: a concurrent reader sees the old state or the new one, and so does a machine that loses power. */
export function writeState(path: string, state: ChecklistState): void {
  const beside = `${path}.${process.pid}.new`;
  try {
    const file = openSync(beside, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(parseState(state), null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
