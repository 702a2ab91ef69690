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
import { newState } from '../operations/checklist/checklist-state';
import { readManifest } from '../operations/checklist/evidence/dependencies';
import { redacted } from '../operations/checklist/run-phases';
import { readState, updateState, writeState } from '../operations/checklist/state-file';
import { PreflightContext } from '../operations/preflight/preflight-context';
import { redactor } from '../operations/preflight/secrets/secret-inventory';
import { PROJECT_ROOT } from '../operations/project-root';
import {
  createRealTypeformChecks,
  REAL_TYPEFORM_TIMEOUT_MS,
} from '../operations/verify/real-typeform/real-typeform-checks';
import type { VerifyTarget } from '../operations/verify/verify-target';
import { runCheckCommand } from './check-command';
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
  beginState(statePath, clock);
  const context = new PreflightContext(processEnvironment, loaded, clock);
  try {
    const { api, baseUrl } = await context.typeform();
    const checks = createRealTypeformChecks(target, { api, baseUrl, formId }, onInterrupt());
    const options = { json, timeoutMs: REAL_TYPEFORM_TIMEOUT_MS, now: clock.now() };
    const report = await runCheckCommand('verify --real-typeform', checks, options);
    keep(report.checks, statePath, clock);
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

/** Before anything is done at Typeform: a state file that is damaged, or cannot be written, is refused. */
function beginState(path: string, clock: Clock): void {
  if (readState(path) !== null) return;
  const { version } = readManifest(PROJECT_ROOT);
  writeState(path, newState({ deployment: `release ${version}`, version, now: clock.now() }));
}

function keep(lines: readonly CheckLine[], path: string, clock: Clock): void {
  const found = lines.map((line) => redacted(line, redactor(processEnvironment)));
  updateState(path, (state) =>
    withFindings(state, { runner: 'real-typeform', found, phases: PHASES, now: clock.now() }),
  );
  progress(`The checklist's state in ${resolve(path)} now holds the result`);
}
