import { Command, Option } from 'commander';
import { loadConfigOrExit } from '../config/process-environment';
import { SystemClock } from '../database/clock';
import { createVerifyChecks, VERIFY_TIMEOUT_MS } from '../operations/verify/create-verify-checks';
import { TargetOptions, VerifyTarget, verifyTarget } from '../operations/verify/verify-target';
import { inChecklistOrder } from '../operations/verify/verify-ids';
import { runCheckCommand } from './check-command';
import { onInterrupt } from './interrupt';
import { CHECKLIST_STATE_FILE, formerKeyOption, httpUrl, positive } from './options';
import { progress } from './output';
import { SUMMARIES } from './summaries';

interface Options extends TargetOptions {
  key?: string;
  realTypeform?: boolean;
  form?: string;
  state?: string;
  json?: boolean;
}

const HELP = `
Sends about 350 submissions of its own form (onboarding-verify-...), with e-mail addresses at example.com, and as many duplicates
as the rate limit lets through. At the end, also after Ctrl-C, it removes the form with everything received for it. What stays are
audit entries, its API keys (revoked) and the requests counted in the charts and metrics.

With --real-typeform it instead registers a webhook on a form of the account that TYPEFORM_API_KEY belongs to, finds it at Typeform,
sends a test to it, deletes it and checks that it is gone. The webhook has its own tag (onboarding-verify) and is disabled, so no
real submission arrives through it. The service keeps it, as removed, in its own list. The result is kept in the state file of the
checklist, for the line "E2E tests with real TypeForm API passing".

Keys, limits and MANAGEMENT_PORT are taken from the configuration of this environment.

Examples:
  typeform-onboarding verify --url https://onboarding.example.com --management-url http://10.0.0.7:9090
  typeform-onboarding verify --url https://onboarding.example.com --real-typeform --form https://form.typeform.com/to/lT4Z3j

Exit codes: 0 nothing blocks, 1 a blocking check did not pass or verify was interrupted, 2 wrong usage, 78 invalid configuration.`;

/** `verify`: the post-deployment checks of the production checklist against a running service. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description(SUMMARIES.verify)
    .addOption(new Option('--url <base>', 'required: base URL of the service').argParser(httpUrl).makeOptionMandatory())
    .option(
      '--management-url <base>',
      'base URL of its probes and metrics (default: --url, with MANAGEMENT_PORT if set)',
      httpUrl,
    )
    .option('--secret <secret>', 'signing secret of the shared webhook endpoint (default: TYPEFORM_WEBHOOK_SECRET)')
    .option('--key <key>', 'API key with the role admin (default: ADMIN_API_KEY)')
    .addOption(formerKeyOption())
    .option(
      '--throttle-limit <requests>',
      'requests an address may send per window (default: THROTTLE_LIMIT)',
      positive,
    )
    .option('--real-typeform', 'test the life of a webhook in a Typeform account instead')
    .option('--form <id or link>', "with --real-typeform: the account's form to use")
    .option('--state <file>', `with --real-typeform: the checklist's state file (default: ${CHECKLIST_STATE_FILE})`)
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP)
    .action(async (options: Options, command: Command) => {
      const { realTypeform = false, form, state, json = false } = options;
      if (realTypeform && form === undefined) command.error('error: --real-typeform needs --form <id or link>');
      if (!realTypeform && (form ?? state) !== undefined)
        command.error('error: --form and --state need --real-typeform');
      const loaded = loadConfigOrExit();
      const target = verifyTarget(
        { ...options, adminKey: options.key ?? options.adminKey },
        loaded.config,
        new SystemClock(),
      );
      if (form === undefined) return verifyService(target, json);
      const { verifyAtTypeform } = await import('./verify-at-typeform.js');
      await verifyAtTypeform(command, target, loaded, { form, statePath: state ?? CHECKLIST_STATE_FILE, json });
    });
}

const GATE_AFTERWARDS =
  'Some requests of this run were throttled (429). gate counts them, so let it judge a window that begins after verify: ' +
  'without --once, or with --prometheus and a --window that does not reach back to it.';

async function verifyService(target: VerifyTarget, json: boolean): Promise<void> {
  const { checks, throttled } = createVerifyChecks(target, onInterrupt());
  await runCheckCommand('verify', checks, {
    json,
    timeoutMs: VERIFY_TIMEOUT_MS,
    now: target.clock.now(),
    inOrder: inChecklistOrder,
  });
  if (throttled() > 0) progress(GATE_AFTERWARDS);
}
