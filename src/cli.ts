#!/usr/bin/env node
/** The operator commands. Exit codes: 0 success, 1 failure, 2 wrong usage, 78 invalid configuration; `gate` also 3, hold. */
import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { EXIT_FAILED, EXIT_USAGE } from './commands/exit-codes';
import { outlivesItsReader, progress } from './commands/output';
import { type CommandName, SUMMARIES } from './commands/summaries';

type AddCommand = (program: Command) => void;

/** Loading all of them takes half a second of processor time, so only the requested one is loaded. */
const COMMANDS: Record<CommandName, () => Promise<AddCommand>> = {
  config: async () => (await import('./commands/config.command.js')).addConfigCommand,
  migrate: async () => (await import('./commands/migrate.command.js')).addMigrateCommand,
  preflight: async () => (await import('./commands/preflight.command.js')).addPreflightCommand,
  verify: async () => (await import('./commands/verify.command.js')).addVerifyCommand,
  gate: async () => (await import('./commands/gate.command.js')).addGateCommand,
  checklist: async () => (await import('./commands/checklist.command.js')).addChecklistCommand,
  completeness: async () => (await import('./commands/completeness.command.js')).addCompletenessCommand,
  'rotate-keys': async () => (await import('./commands/rotate-keys.command.js')).addRotateKeysCommand,
  sign: async () => (await import('./commands/sign.command.js')).addSignCommand,
  sandbox: async () => (await import('./commands/sandbox.command.js')).addSandboxCommand,
};

async function run(args: readonly string[]): Promise<void> {
  const program = new Command('typeform-onboarding')
    .description('Operator commands of the Typeform onboarding service')
    .showHelpAfterError('(add --help to see the options)')
    // Options after a subcommand belong to it: `checklist` and its subcommands each have a --state.
    .enablePositionalOptions()
    .exitOverride();
  for (const name of Object.keys(SUMMARIES) as CommandName[]) {
    // Wherever it stands: after `help`, or after `--`.
    if (args.includes(name)) (await COMMANDS[name]())(program);
    // A placeholder, which the list of commands shows like the command itself.
    else program.command(`${name} [options]`).description(SUMMARIES[name]);
  }
  await program.parseAsync(args, { from: 'user' });
}

outlivesItsReader();
run(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    return;
  }
  progress(`error: ${error instanceof Error ? error.message : 'unknown error'}`);
  process.exitCode = EXIT_FAILED;
});
