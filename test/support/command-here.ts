/** An operator command within the process of the tests, for what the process itself does not change: to start one costs half a second. */
import { Logger, type LoggerService } from '@nestjs/common';
import { runCommand } from '../../src/commands/run-command';
import { environmentWith } from './service-process';

export interface CommandRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** A command has the output and the variables of the process to itself: one runs after the other. */
let last: Promise<unknown> = Promise.resolve();

/** As `ServiceProcess.command`, to its end. */
export function commandHere(environment: Record<string, string>, ...args: string[]): Promise<CommandRun> {
  const run = last.then(() => runAlone(environment, args));
  last = run.catch(() => undefined);
  return run;
}

async function runAlone(environment: Record<string, string>, args: readonly string[]): Promise<CommandRun> {
  const { exitCode } = process;
  // A command may silence Nest's logger, which is one for the whole process.
  const logger = Reflect.get(Logger, 'staticInstanceRef') as LoggerService;
  const variables = { ...process.env };
  const signals = (['SIGINT', 'SIGTERM'] as const).map((name) => ({ name, listeners: process.listeners(name) }));
  const stdout = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const textOf = ({ mock }: typeof stdout): string => mock.calls.map(([text]) => String(text)).join('');
  setVariables(environmentWith(environment));
  process.exitCode = undefined;
  try {
    await runCommand(args);
    return { code: Number(process.exitCode ?? 0), stdout: textOf(stdout), stderr: textOf(stderr) };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
    setVariables(variables);
    process.exitCode = exitCode;
    Logger.overrideLogger(logger);
    for (const { name, listeners } of signals) {
      for (const listener of process.listeners(name)) if (!listeners.includes(listener)) process.off(name, listener);
    }
  }
}

function setVariables(variables: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) process.env[name] = value;
}
