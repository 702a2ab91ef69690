import type { TextOptions } from '../operations/check-report';

/** Results go to standard output, progress to standard error, so that results can be piped. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * A reader that has seen enough (`... | head -2`) closes its end of the pipe. The command carries on without it, since it may have to
 * clean up; further output is dropped.
 */
export function outlivesItsReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

const DEFAULT_WIDTH = 120;

/** How to draw tables on this standard output: colours are for terminals. */
export const textOptions = (): TextOptions => ({
  colors: Boolean(process.stdout.isTTY),
  width: process.stdout.columns ?? DEFAULT_WIDTH,
});
