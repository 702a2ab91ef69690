import type { TextOptions } from '../operations/check-report';

/** What a command says: results on standard output, how it goes on standard error, so that results can be piped. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const progress = (line: string): void => void process.stderr.write(`${line}\n`);

const DEFAULT_WIDTH = 120;

/** How tables are drawn on this standard output: colours are for terminals. */
export const textOptions = (): TextOptions => ({
  colors: Boolean(process.stdout.isTTY),
  width: process.stdout.columns ?? DEFAULT_WIDTH,
});
