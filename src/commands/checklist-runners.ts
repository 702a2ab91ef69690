/** Who makes the checks of the checklist, as this process is configured. */
import { join } from 'node:path';
import { checkEnvironment } from '../config/load-config';
import { processEnvironment } from '../config/process-environment';
import { evidenceRunner } from '../operations/checklist/evidence/evidence-runner';
import type { OfferedRunner } from '../operations/checklist/run-phases';
import { progress } from './output';

/** What of the command line the runners need. */
export interface RunnerOptions {
  url?: string;
  managementUrl?: string;
  window: string;
  prometheus?: string;
  ciResults?: string;
}

/** The folder that holds package.json, docs/ and deploy/; this file runs as dist/src/commands/checklist-runners.js. */
export const PROJECT_ROOT = join(__dirname, '..', '..', '..');

/** In the order in which they run. A bad configuration is something that preflight finds, and stops nothing here. */
export function checklistRunners(options: RunnerOptions, now: Date): OfferedRunner[] {
  const { settings } = checkEnvironment(processEnvironment);
  const evidence = evidenceRunner(
    {
      projectRoot: PROJECT_ROOT,
      ciResults: options.ciResults ?? null,
      prometheusUrl: options.prometheus ?? null,
      typeformApiUrl: settings?.TYPEFORM_API_KEY === undefined ? null : settings.TYPEFORM_API_BASE_URL,
      now,
    },
    (title) => progress(`  ${title}`),
  );
  return [evidence];
}
