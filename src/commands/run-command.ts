/** Runs one operator command. Exit codes: 0 success, 1 failure, 2 wrong usage, 78 invalid configuration; `gate` also 3, hold. */
import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { EXIT_FAILED, EXIT_USAGE } from './exit-codes';
import { progress } from './output';
import { type CommandName, SUMMARIES } from './summaries';

type AddCommand = (program: Command) => void;

/** Loading all of them takes half a second of processor time, so only the requested one is loaded. */
const COMMANDS: Record<CommandName, () => Promise<AddCommand>> = {
  config: async () => (await import('./config.command.js')).addConfigCommand,
  migrate: async () => (await import('./migrate.command.js')).addMigrateCommand,
  preflight: async () => (await import('./preflight.command.js')).addPreflightCommand,
  verify: async () => (await import('./verify.command.js')).addVerifyCommand,
  gate: async () => (await import('./gate.command.js')).addGateCommand,
  checklist: async () => (await import('./checklist.command.js')).addChecklistCommand,
  completeness: async () => (await import('./completeness.command.js')).addCompletenessCommand,
  'rotate-keys': async () => (await import('./rotate-keys.command.js')).addRotateKeysCommand,
  sign: async () => (await import('./sign.command.js')).addSignCommand,
  sandbox: async () => (await import('./sandbox.command.js')).addSandboxCommand,
};

/** Runs the command that these arguments ask for, and sets the exit code of the process. Never rejects. */
export async function runCommand(args: readonly string[]): Promise<void> {
  try {
    const program = await programFor(args);
    const [first, asked] = args;
    if (first === 'help' && asked !== undefined && !isKnown(program, asked))
      program.error(`error: unknown command '${asked}'`);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
      return;
    }
    progress(`error: ${error instanceof Error ? error.message : 'unknown error'}`);
    process.exitCode = EXIT_FAILED;
  }
}

function isKnown(program: Command, name: string): boolean {
  return name.startsWith('-') || name === 'help' || program.commands.some((command) => command.name() === name);
}

async function programFor(args: readonly string[]): Promise<Command> {
  const program = new Command('typeform-onboarding')
    .description('Operator commands of the Typeform onboarding service')
    .showHelpAfterError('(add --help to see the options)')
    // Options after a subcommand belong to it: `checklist` and its subcommands each have a --state.
    .enablePositionalOptions()
    .version(version, '--version', 'display the version')
    .configureOutput({ outputError: (text, write) => write(plainly(text)) })
    .exitOverride();
  for (const name of Object.keys(SUMMARIES) as CommandName[]) {
    // Wherever it stands: after `help`, or after `--`.
    if (args.includes(name)) (await COMMANDS[name]())(program);
    // A placeholder, which the list of commands shows like the command itself.
    else program.command(`${name} [options]`).description(SUMMARIES[name]);
  }
  return program;
}

/** The one error of commander in the words of a programmer. */
function plainly(error: string): string {
  return error.replace(
    /^error: command-argument value (.+) is invalid for argument '(.+?)'\./,
    'error: $1 is not a valid $2.',
  );
}
