/** What a command says: results on standard output, how it goes on standard error, so that results can be piped. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const progress = (line: string): void => void process.stderr.write(`${line}\n`);
