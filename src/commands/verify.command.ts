import { Command, Option } from 'commander';
import { loadConfigOrExit } from '../config/process-environment';
import { SystemClock } from '../database/clock';
import { createVerifyChecks, VERIFY_TIMEOUT_MS } from '../operations/verify/create-verify-checks';
import { inChecklistOrder } from '../operations/verify/verify-ids';
import { runCheckCommand } from './check-command';
import { onInterrupt } from './interrupt';
import { httpUrl, positive } from './options';

interface Options {
  url: string;
  managementUrl?: string;
  secret?: string;
  adminKey?: string;
  throttleLimit?: number;
  json?: boolean;
}

const PATIENCE_MS = 10_000;

const HELP = `
Sends about 350 submissions of the form onboarding-verify, e-mails at example.com, as many duplicates as the rate limit takes,
and erases its clients at the end, also after Ctrl-C. Secrets default to the configuration of this environment.

Example:
  typeform-onboarding verify --url https://onboarding.example.com --management-url http://10.0.0.7:9090`;

/** `verify`: the post-deployment checks of the production checklist against a running service. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('check a running service after its deployment; cleans up after itself')
    .addOption(new Option('--url <base>', 'base URL of the service').argParser(httpUrl).makeOptionMandatory())
    .option(
      '--management-url <base>',
      'where probes and metrics are, when MANAGEMENT_PORT is set (default: --url)',
      httpUrl,
    )
    .option('--secret <secret>', 'signing secret of the shared webhook endpoint (default: TYPEFORM_WEBHOOK_SECRET)')
    .option('--admin-key <key>', 'API key with the role admin (default: ADMIN_API_KEY)')
    .option('--throttle-limit <requests>', 'what an address may send in a window (default: THROTTLE_LIMIT)', positive)
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP)
    .action(async ({ url, managementUrl, secret, adminKey, throttleLimit, json = false }: Options) => {
      const { intake, access } = loadConfigOrExit().config;
      const clock = new SystemClock();
      const target = {
        url,
        managementUrl: managementUrl ?? url,
        secret: secret ?? intake.secret,
        adminKey: adminKey ?? access.adminApiKey,
        throttle: { limit: throttleLimit ?? intake.throttleLimit, windowMs: intake.throttleTtlSeconds * 1000 },
        patienceMs: PATIENCE_MS,
        clock,
      };
      const { checks } = createVerifyChecks(target, onInterrupt());
      const options = { json, timeoutMs: VERIFY_TIMEOUT_MS, now: clock.now(), inOrder: inChecklistOrder };
      await runCheckCommand('verify', checks, options);
    });
}
