/** Who makes the checks of the checklist, as this process is configured. */
import { loadConfig } from '../config/load-config';
import { processEnvironment } from '../config/process-environment';
import type { Clock } from '../database/clock';
import { evidenceRunner } from '../operations/checklist/evidence/evidence-runner';
import { gateRunner } from '../operations/checklist/gate-runner';
import { preflightRunner } from '../operations/checklist/preflight-runner';
import type { OfferedRunner } from '../operations/checklist/runner';
import { verifyRunner } from '../operations/checklist/verify-runner';
import { PROJECT_ROOT } from '../operations/project-root';
import { progress } from './output';

/** What of the command line the runners need. */
export interface RunnerOptions {
  url?: string;
  managementUrl?: string;
  window: number;
  prometheus?: string;
  selector: string;
  ciResults?: string;
  backupFile?: string;
  makeBackup?: string;
  image?: string;
}

/** In the order in which they run. A bad configuration is something that preflight finds, and stops nothing here. */
export function checklistRunners(options: RunnerOptions, clock: Clock): OfferedRunner[] {
  const loaded = loadConfig(processEnvironment);
  const config = loaded.ok ? loaded.config : null;
  const { url = null, managementUrl = url, window, prometheus = null, selector, ciResults = null } = options;
  const log = (line: string): void => progress(`  ${line}`);
  const evidence = evidenceRunner(
    {
      projectRoot: PROJECT_ROOT,
      ciResults,
      prometheusUrl: prometheus,
      typeformApiUrl: config === null || config.typeform.apiKey === null ? null : config.typeform.baseUrl,
      now: clock.now(),
    },
    log,
  );
  const { backupFile = null, makeBackup = null, image = null } = options;
  return [
    evidence,
    preflightRunner({ environment: processEnvironment, loaded, clock, backupFile, makeBackup, image, log }),
    verifyRunner({ url, managementUrl, config, clock, log }),
    gateRunner({ prometheus, selector, baseUrl: managementUrl, windowMs: window, clock, log }),
  ];
}
