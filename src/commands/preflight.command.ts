import type { Command } from 'commander';
import { loadConfig } from '../config/load-config';
import { EXIT_CONFIGURATION, processEnvironment } from '../config/process-environment';
import { SystemClock } from '../database/clock';
import type { Check } from '../operations/check';
import { preflightChecks } from '../operations/preflight/preflight-checks';
import { PREFLIGHT_TIMEOUT_MS, PreflightContext } from '../operations/preflight/preflight-context';
import { runCheckCommand } from './check-command';
import { durationOption, positive } from './options';
import { SUMMARIES } from './summaries';

const EXAMPLES = `
Examples:
  typeform-onboarding preflight --backup-file /var/backups/onboarding --image registry.example.com/onboarding@sha256:...
  typeform-onboarding preflight --make-backup /var/backups/onboarding --json > preflight.json
  typeform-onboarding preflight --only database.migrations --show-sql
  typeform-onboarding preflight --skip public-url.reachable      (before the first deployment, when nothing answers yet)

Results: pass; fail blocks the deployment; warn does not; skipped could not be checked, and blocks where a fail would.
Exit codes: 0 nothing blocks, 1 a blocking check did not pass, 2 wrong usage, 78 invalid configuration.`;

interface Flags {
  json?: boolean;
  showSql?: boolean;
  backupFile?: string;
  backupMaxAge: number;
  makeBackup?: string;
  image?: string;
  minDiskMb: number;
  timeout: number;
  only?: string[];
  skip?: string[];
}

/** `preflight`: everything that can be checked before a deployment. */
export function addPreflightCommand(program: Command): void {
  program
    .command('preflight')
    .description(SUMMARIES.preflight)
    .option('--json', 'print the report as JSON')
    .option('--show-sql', 'show the SQL of pending migrations for review')
    .option('--backup-file <path>', 'a backup made by pg_dump -Fc, or a directory whose newest file is one')
    .option('--backup-max-age <hours>', 'maximum age of that backup', positive, 24)
    .option('--make-backup <directory>', 'make a backup there, and test it by restoring it into a scratch database')
    .option('--image <name@sha256:digest>', 'the image to be deployed')
    .option('--min-disk-mb <megabytes>', 'minimum free disk space', positive, 1024)
    .addOption(durationOption('--timeout <duration>', 'time limit of a check', `${PREFLIGHT_TIMEOUT_MS / 1000}s`))
    .option('--only <ids...>', 'run only these checks')
    .option('--skip <ids...>', 'leave out these checks')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      const clock = new SystemClock();
      const context = new PreflightContext(processEnvironment, loadConfig(processEnvironment), clock);
      const all = preflightChecks(context, {
        showSql: flags.showSql ?? false,
        backupFile: flags.backupFile ?? null,
        backupMaxAgeHours: flags.backupMaxAge,
        makeBackup: flags.makeBackup ?? null,
        image: flags.image ?? null,
        minDiskMegabytes: flags.minDiskMb,
        timeoutMs: flags.timeout,
      });
      try {
        const report = await runCheckCommand('preflight', chosen(program, all, flags), {
          json: flags.json ?? false,
          timeoutMs: flags.timeout,
          now: clock.now(),
          together: true,
        });
        const invalid = report.checks.some(({ id, result }) => id === 'config.valid' && result === 'fail');
        if (invalid) process.exitCode = EXIT_CONFIGURATION;
      } finally {
        await context.close();
      }
    });
}

function chosen(program: Command, all: readonly Check[], { only, skip = [] }: Flags): Check[] {
  const unknown = [...(only ?? []), ...skip].filter((id) => !all.some((check) => check.id === id));
  if (unknown.length > 0) {
    program.error(
      `error: there is no check ${unknown.join(', ')}; the checks are: ${all.map(({ id }) => id).join(', ')}`,
    );
  }
  return all.filter(({ id }) => (only?.includes(id) ?? true) && !skip.includes(id));
}
