/** `verify --real-typeform`: the checks at a form of the account, and their findings in the state of the checklist. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfigOrExit, processEnvironment } from '../config/process-environment';
import { parseFormReference } from '../core/form-reference';
import { LOOPBACK_HOSTS } from '../core/typeform-hosts';
import type { Clock } from '../database/clock';
import type { CheckLine } from '../operations/check';
import { withFindings } from '../operations/checklist/checklist-changes';
import { PHASES } from '../operations/checklist/checklist-line';
import { ChecklistStore } from '../operations/checklist/checklist-store';
import { readManifest } from '../operations/checklist/evidence/dependencies';
import { redacted } from '../operations/checklist/run-phases';
import { PreflightContext } from '../operations/preflight/preflight-context';
import { redactor } from '../operations/preflight/secrets/secret-inventory';
import { PROJECT_ROOT } from '../operations/project-root';
import {
  createRealTypeformChecks,
  REAL_TYPEFORM_TIMEOUT_MS,
} from '../operations/verify/real-typeform/real-typeform-checks';
import type { VerifyTarget } from '../operations/verify/verify-target';
import { runCheckCommand } from './check-command';
import { checklistDatabase } from './checklist-database';
import { onInterrupt } from './interrupt';
import { progress } from './output';

export interface AtTypeformOptions {
  /** An id or a link. */
  form: string;
  statePath: string;
  json: boolean;
}

/** Refuses a form that cannot be one, and an environment without an account: the sandbox must be set explicitly. */
export async function verifyAtTypeform(
  command: Command,
  target: VerifyTarget,
  loaded: ReturnType<typeof loadConfigOrExit>,
  { form, statePath, json }: AtTypeformOptions,
): Promise<void> {
  const formId = readForm(form, command);
  const { apiKey, baseUrl: apiUrl } = loaded.config.typeform;
  if (apiKey === null && !LOOPBACK_HOSTS.includes(new URL(apiUrl).hostname)) {
    command.error(
      'error: --real-typeform needs a Typeform account: set TYPEFORM_API_KEY. To try it with the sandbox, set TYPEFORM_API_BASE_URL to its address',
    );
  }
  const { clock } = target;
  const store = new ChecklistStore(statePath, checklistDatabase());
  // Before anything is done at Typeform: a state file that is damaged, or cannot be written, is refused.
  await store.begin(readManifest(PROJECT_ROOT).version, clock.now());
  const context = new PreflightContext(processEnvironment, loaded, clock);
  try {
    const { api, baseUrl } = await context.typeform();
    const checks = createRealTypeformChecks(target, { api, baseUrl, formId }, onInterrupt());
    const options = { json, timeoutMs: REAL_TYPEFORM_TIMEOUT_MS, now: clock.now() };
    const report = await runCheckCommand('verify --real-typeform', checks, options);
    await keep(report.checks, store, clock);
    progress(`The checklist's state in ${resolve(statePath)} now holds the result`);
  } finally {
    await context.close();
  }
}

function readForm(form: string, command: Command): string {
  try {
    return parseFormReference(form);
  } catch {
    return command.error('error: --form must be a form id, or a Typeform link like https://form.typeform.com/to/<id>');
  }
}

async function keep(lines: readonly CheckLine[], store: ChecklistStore, clock: Clock): Promise<void> {
  const found = lines.map((line) => redacted(line, redactor(processEnvironment)));
  await store.update((state) =>
    withFindings(state, { runner: 'real-typeform', found, phases: PHASES, now: clock.now() }),
  );
}
