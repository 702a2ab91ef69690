/** What a developer sees once the service is running: where things are, and a webhook to paste. */
import { RunningApp } from './app.setup';
import { AppConfig } from './config/app-config';
import { problemOfPublicUrl } from './core/public-address';
import { sign } from './core/signature';
import { isRealAccount } from './core/typeform-hosts';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { sampleEvent } from './sample-event';

/** What is running, in addition to the configuration. */
interface Surroundings {
  running: RunningApp;
  database: string;
  /** The one that was started; null where there is a key, or where something else has its port. */
  sandbox: TypeformSandbox | null;
  now: Date;
  /** Whether ADMIN_API_KEY was given: if so, it is never shown. */
  adminKeyGiven: boolean;
}

/** Prints addresses, the admin key if it was generated, and commands to paste. Never called in production. */
export function printBanner(config: AppConfig, { running, database, sandbox, now, adminKeyGiven }: Surroundings): void {
  const { url, managementUrl } = running;
  const body = sampleEvent(now);
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const management = managementUrl ?? url;
  // In double quotes, so that the shell expands the variable.
  const authorization = adminKeyGiven
    ? '"Authorization: Bearer $ADMIN_API_KEY"'
    : quoted(`Authorization: Bearer ${config.access.adminApiKey}`);
  const lines = [
    '',
    '  Typeform onboarding is ready',
    '',
    `  console    ${url}/console/   sign in with the admin key`,
    `  webhooks   ${url}/webhooks/typeform`,
    ...fromOutside(config),
    `  admin API  ${url}/v1   documented at ${url}/docs`,
    `  probes     ${management}/health/ready   metrics ${management}/metrics`,
    `  database   ${database}`,
    `  Typeform   ${typeformOf(config, sandbox)}`,
    ...unreachable(config),
    `  admin key  ${adminKeyGiven ? 'ADMIN_API_KEY from the environment' : config.access.adminApiKey}`,
    '',
    '  Stop it with Ctrl-C. Other ports: set PORT, MANAGEMENT_PORT or SANDBOX_PORT.',
    '',
    '  Send a signed webhook:',
    '',
    `  curl -X POST ${url}/webhooks/typeform -H 'Content-Type: application/json' \\`,
    `    -H 'Typeform-Signature: ${sign(config.intake.secret, Buffer.from(body))}' \\`,
    `    --data-binary ${quoted(body)}`,
    '',
    `  See the client that it created${adminKeyGiven ? ' (in a shell that has ADMIN_API_KEY)' : ''}:`,
    '',
    `  curl -s '${url}/v1/clients' -H ${authorization}`,
    '',
    ...(sandbox ? submitMore(sandbox) : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Where Typeform reaches the webhooks, if that is another address. */
function fromOutside({ http: { publicUrl } }: AppConfig): string[] {
  return publicUrl === null ? [] : [`             from outside ${publicUrl}/webhooks/typeform`];
}

function typeformOf({ typeform, sandboxPort }: AppConfig, sandbox: TypeformSandbox | null): string {
  if (typeform.apiKey !== null) return `${typeform.baseUrl}   the key is being checked`;
  if (sandbox) return `the sandbox at ${sandbox.url}/sandbox, because TYPEFORM_API_KEY is not set`;
  return `whatever listens at http://127.0.0.1:${sandboxPort}: SANDBOX_PORT was taken, and TYPEFORM_API_KEY is not set`;
}

/** Why Typeform itself could not deliver to this service. */
function unreachable({ typeform, http }: AppConfig): string[] {
  const problem = isRealAccount(typeform) ? problemOfPublicUrl(http.publicUrl) : null;
  return problem === null ? [] : [`             PUBLIC_URL ${problem}`];
}

function submitMore({ url, control }: TypeformSandbox): string[] {
  const [form] = control.forms();
  if (!form) return [];
  return [
    '  Let more people submit a form of the sandbox:',
    '',
    `  curl -X POST ${url}/sandbox/forms/${form.id}/submissions -H 'Content-Type: application/json' -d '{"count":5}'`,
    '',
  ];
}
