#!/usr/bin/env node
/** The operator commands. Exit codes: 0 good, 1 failed, 2 wrong usage, 78 configuration. */
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT_CONFIGURATION, loadConfigOrExit, processEnvironment } from './config/process-environment';
import { checkEnvironment } from './config/load-config';
import { sign } from './core/signature';
import { migrate, openDatabase } from './database/open-database';
import { TypeformSandbox } from './sandbox/sandbox';
import { SANDBOX_API_KEY } from './typeform/typeform-account';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

const program = new Command('typeform-onboarding')
  .description('Operator commands of the Typeform onboarding service')
  .showHelpAfterError('(add --help to see what is possible)')
  .exitOverride();

program
  .command('config')
  .description('check the configuration and show what is in force, secrets masked')
  .option('--json', 'print the report as JSON')
  .action(({ json = false }: { json?: boolean }) => {
    const { report } = checkEnvironment(processEnvironment);
    if (json) print(JSON.stringify(report, null, 2));
    else {
      print(`environment: ${report.environment}`);
      for (const [name, value] of Object.entries(report.settings)) print(`  ${name.padEnd(34)} ${value ?? '-'}`);
      for (const kind of ['problems', 'warnings', 'recommendations'] as const) {
        print(`${kind}: ${report[kind].length === 0 ? 'none' : ''}`);
        for (const { name, message } of report[kind]) print(`  ${name} ${message}`);
      }
    }
    process.exitCode = report.problems.length === 0 ? 0 : EXIT_CONFIGURATION;
  });

program
  .command('migrate')
  .description('run the pending database migrations, one process at a time')
  .option('--json', 'print the names of the migrations that were run as JSON')
  .action(async ({ json = false }: { json?: boolean }) => {
    const { config } = loadConfigOrExit();
    const database = await openDatabase(config, { migrate: false, log: progress });
    try {
      const names = await migrate(database.url, progress);
      if (json) print(JSON.stringify({ migrations: names }));
      else print(names.length === 0 ? 'Nothing to do: the database is up to date' : `Ran ${names.length} migration(s)`);
    } finally {
      await database.close();
    }
  });

program
  .command('sign')
  .description('print the Typeform-Signature header of a body')
  .requiredOption('--file <path>', 'the body; - reads standard input')
  .option('--secret <secret>', 'the signing secret (default: that of the shared endpoint, from the configuration)')
  .option('--json', 'print as JSON')
  .addHelpText('after', '\nExample:\n  typeform-onboarding sign --secret "$SECRET" --file body.json')
  .action(({ file, secret, json = false }: { file: string; secret?: string; json?: boolean }) => {
    const body = readFileSync(file === '-' ? 0 : file);
    const signature = sign(secret ?? loadConfigOrExit().config.intake.secret, body);
    print(json ? JSON.stringify({ signature }) : signature);
  });

program
  .command('sandbox')
  .description('run the Typeform sandbox alone: a stand-in for development and tests')
  .option('--port <port>', 'where it listens (default: SANDBOX_PORT)')
  .option('--seed <seed>', 'the same seed gives the same forms and submissions', '1')
  .option('--speed <factor>', 'how fast its clock runs', '1')
  .action(async ({ port, seed, speed }: { port?: string; seed: string; speed: string }) => {
    const { config } = loadConfigOrExit();
    const wanted = port === undefined ? config.sandboxPort : Number(port);
    const clockSpeed = Number(speed);
    if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) program.error('--port must be from 0 to 65535');
    if (!(clockSpeed >= 0)) program.error('--speed must be a number, 0 or more');
    const sandbox = await TypeformSandbox.start({
      port: wanted,
      apiKey: SANDBOX_API_KEY,
      seed,
      clockSpeed,
      log: progress,
    });
    print(`The Typeform sandbox listens on ${sandbox.url}/sandbox and accepts the API key ${SANDBOX_API_KEY}`);
    const stop = (): void => void sandbox.stop().then(() => process.exit(0));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    return;
  }
  progress(`error: ${error instanceof Error ? error.message : 'unknown error'}`);
  process.exitCode = EXIT_FAILED;
});
