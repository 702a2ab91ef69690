/** Preflight as a runner of the checklist. */
import type { Environment, LoadedConfig } from '../../config/load-config';
import type { Clock } from '../../database/clock';
import { preflightChecks } from '../preflight/preflight-checks';
import { PREFLIGHT_TIMEOUT_MS, PreflightContext } from '../preflight/preflight-context';
import { CheckLine, wordOf } from '../check';
import { runChecks } from '../run-checks';
import type { Runner } from './runner';

const BACKUP_MAX_AGE_HOURS = 24;
const MIN_DISK_MEGABYTES = 1024;

export interface PreflightRunnerOptions {
  environment: Environment;
  loaded: LoadedConfig;
  clock: Clock;
  backupFile: string | null;
  makeBackup: string | null;
  image: string | null;
  log: (line: string) => void;
}

export function preflightRunner({ environment, loaded, clock, log, ...options }: PreflightRunnerOptions): Runner {
  return {
    name: 'preflight',
    run: async () => {
      const context = new PreflightContext(environment, loaded, clock);
      const checks = preflightChecks(context, {
        ...options,
        showSql: false,
        backupMaxAgeHours: BACKUP_MAX_AGE_HOURS,
        minDiskMegabytes: MIN_DISK_MEGABYTES,
        timeoutMs: PREFLIGHT_TIMEOUT_MS,
      });
      try {
        const judged = loaded.report.environment === 'production' ? (line: CheckLine) => line : notOfProduction;
        const onLine = (line: CheckLine): void => log(`${line.title}: ${wordOf(judged(line))}`);
        const lines = await runChecks(checks, { timeoutMs: PREFLIGHT_TIMEOUT_MS, together: true, onLine });
        return lines.map(judged);
      } finally {
        await context.close();
      }
    },
  };
}

/** That the variables of another environment are valid says nothing about those of production. */
function notOfProduction(line: CheckLine): CheckLine {
  if (line.id !== 'config.valid' || line.result !== 'pass') return line;
  return {
    ...line,
    severity: 'warn',
    result: 'skipped',
    evidence: `${line.evidence}; not looked at: the variables of production`,
    remedy: 'run the checklist with the environment of the deployment (NODE_ENV=production)',
  };
}
