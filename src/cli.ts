#!/usr/bin/env node
/** The operator commands. Exit codes: 0 good, 1 failed, 2 wrong usage, 78 configuration. */
import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { addChecklistCommand } from './commands/checklist.command';
import { addConfigCommand } from './commands/config.command';
import { EXIT_FAILED, EXIT_USAGE } from './commands/exit-codes';
import { addGateCommand } from './commands/gate.command';
import { addMigrateCommand } from './commands/migrate.command';
import { progress } from './commands/output';
import { addPreflightCommand } from './commands/preflight.command';
import { addRotateKeysCommand } from './commands/rotate-keys.command';
import { addSandboxCommand } from './commands/sandbox.command';
import { addSignCommand } from './commands/sign.command';
import { addVerifyCommand } from './commands/verify.command';

const program = new Command('typeform-onboarding')
  .description('Operator commands of the Typeform onboarding service')
  .showHelpAfterError('(add --help to see what is possible)')
  // What follows a command is its own: the commands below `checklist` share the name --state with it.
  .enablePositionalOptions()
  .exitOverride();

addConfigCommand(program);
addMigrateCommand(program);
addPreflightCommand(program);
addRotateKeysCommand(program);
addSignCommand(program);
addSandboxCommand(program);
addChecklistCommand(program);
addVerifyCommand(program);
addGateCommand(program);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    return;
  }
  progress(`error: ${error instanceof Error ? error.message : 'unknown error'}`);
  process.exitCode = EXIT_FAILED;
});
