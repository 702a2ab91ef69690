import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { loadConfigOrExit } from '../config/process-environment';
import { sign } from '../core/signature';
import { print } from './output';
import { SUMMARIES } from './summaries';

const UNREADABLE: Record<string, string> = {
  ENOENT: 'does not exist: name the file with the body, or - to read standard input',
  EISDIR: 'is a folder: name the file with the body',
  EACCES: 'may not be read by this user: change its permissions, or pipe the body in with --file -',
};

interface Options {
  file: string;
  secret?: string;
  json?: boolean;
}

/** `sign`: the signature that Typeform would send with a body. */
export function addSignCommand(program: Command): void {
  program
    .command('sign')
    .description(SUMMARIES.sign)
    .requiredOption('--file <path>', 'required: the file with the body; - reads standard input')
    .option('--secret <secret>', 'the signing secret (default: TYPEFORM_WEBHOOK_SECRET)')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 signed, 2 wrong usage or an unreadable file, 78 invalid configuration (without --secret).\n' +
        'Example:\n  typeform-onboarding sign --secret "$SECRET" --file body.json',
    )
    .action(({ file, secret, json = false }: Options, command: Command) => {
      const body = readBody(file, command);
      if (secret === '') command.error('error: --secret is empty: is the variable set?');
      const signature = sign(secret ?? loadConfigOrExit().config.intake.secret, body);
      print(json ? JSON.stringify({ signature }) : signature);
    });
}

/** Ends the command with what to do about a file that cannot be read. */
function readBody(file: string, command: Command): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === undefined ? undefined : UNREADABLE[code];
    command.error(`error: --file ${file} ${why ?? `cannot be read (${code})`}`);
  }
}
