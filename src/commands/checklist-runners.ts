/** What runs the checks of the checklist, as this process is configured. */
import type { AppConfig } from '../config/app-config';
import { loadConfig } from '../config/load-config';
import { processEnvironment } from '../config/process-environment';
import type { Clock } from '../database/clock';
import { evidenceRunner } from '../operations/checklist/evidence/evidence-runner';
import { gateRunner } from '../operations/checklist/gate-runner';
import { preflightRunner } from '../operations/checklist/preflight-runner';
import type { OfferedRunner } from '../operations/checklist/runner';
import { verifyRunner } from '../operations/checklist/verify-runner';
import { PROJECT_ROOT } from '../operations/project-root';
import { managementUrlOf } from '../operations/verify/verify-target';
import { progress } from './output';

/** The options of the command that the runners need. */
export interface RunnerOptions {
  url?: string;
  managementUrl?: string;
  window: number;
  prometheus?: string;
  selector?: string;
  ciResults?: string;
  backupFile?: string;
  makeBackup?: string;
  image?: string;
}

/** In the order in which they run. An invalid configuration is a finding of preflight; it does not stop the checklist. */
export function checklistRunners(options: RunnerOptions, clock: Clock): OfferedRunner[] {
  const loaded = loadConfig(processEnvironment);
  const config = loaded.ok ? loaded.config : null;
  const { url = null, window, prometheus = null, selector = '', ciResults = null } = options;
  const managementUrl = managementUrlFor(options, config);
  const key = managementUrl === url ? (config?.access.adminApiKey ?? null) : null;
  const log = (line: string): void => progress(`  ${line}`);
  const evidence = evidenceRunner(
    {
      projectRoot: PROJECT_ROOT,
      ciResults,
      prometheusUrl: prometheus,
      now: clock.now(),
    },
    log,
  );
  const { backupFile = null, makeBackup = null, image = null } = options;
  return [
    evidence,
    preflightRunner({ environment: processEnvironment, loaded, clock, backupFile, makeBackup, image, log }),
    verifyRunner({ url, managementUrl, config, clock, log }),
    // It changes the account, so only its own command runs it.
    { name: 'real-typeform', missing: 'run verify --real-typeform' },
    gateRunner({ prometheus, selector, baseUrl: managementUrl, key, windowMs: window, clock, log }),
  ];
}

function managementUrlFor({ url, managementUrl }: RunnerOptions, config: AppConfig | null): string | null {
  if (url === undefined || config === null) return managementUrl ?? url ?? null;
  return managementUrlOf({ url, managementUrl }, config);
}
