import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { loadConfigOrExit } from '../config/process-environment';
import { sign } from '../core/signature';
import { print } from './output';

/** `sign`: the signature that Typeform would send with a body. */
export function addSignCommand(program: Command): void {
  program
    .command('sign')
    .description('print the Typeform-Signature header of a body')
    .requiredOption('--file <path>', 'the file with the body; - reads standard input')
    .option('--secret <secret>', 'the signing secret (default: TYPEFORM_WEBHOOK_SECRET)')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  typeform-onboarding sign --secret "$SECRET" --file body.json')
    .action(({ file, secret, json = false }: { file: string; secret?: string; json?: boolean }) => {
      const body = readFileSync(file === '-' ? 0 : file);
      const signature = sign(secret ?? loadConfigOrExit().config.intake.secret, body);
      print(json ? JSON.stringify({ signature }) : signature);
    });
}
