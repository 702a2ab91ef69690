/** What a developer sees once the service runs: where things are, and a webhook to paste. */
import { RunningApp } from './app.setup';
import { AppConfig } from './config/app-config';
import { sign } from './core/signature';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { sampleEvent } from './sample-event';

/** What runs beside the configuration. */
interface Surroundings {
  running: RunningApp;
  database: string;
  /** null: a real Typeform account. */
  sandbox: TypeformSandbox | null;
  now: Date;
}

/** Prints addresses, the generated admin key and ready-to-paste commands. Never called in production. */
export function printBanner(config: AppConfig, { running, database, sandbox, now }: Surroundings): void {
  const { url, managementUrl } = running;
  const body = sampleEvent(now);
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const management = managementUrl ?? url;
  const lines = [
    '',
    '  Typeform onboarding is ready',
    '',
    `  webhooks   ${url}/webhooks/typeform`,
    `  admin API  ${url}/v1   documented at ${url}/docs`,
    `  probes     ${management}/health/ready   metrics ${management}/metrics`,
    `  database   ${database}`,
    `  Typeform   ${sandbox ? `the sandbox at ${sandbox.url}/sandbox (no TYPEFORM_API_KEY is set)` : config.typeform.baseUrl}`,
    `  admin key  ${config.access.adminApiKey}`,
    '',
    '  Send a signed webhook:',
    '',
    `  curl -X POST ${url}/webhooks/typeform -H 'Content-Type: application/json' \\`,
    `    -H 'Typeform-Signature: ${sign(config.intake.secret, Buffer.from(body))}' \\`,
    `    --data-binary ${quoted(body)}`,
    '',
    '  See the client it became:',
    '',
    `  curl -s '${url}/v1/clients' -H 'Authorization: Bearer ${config.access.adminApiKey}'`,
    '',
    ...(sandbox ? submitMore(sandbox) : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function submitMore({ url, control }: TypeformSandbox): string[] {
  const [form] = control.forms();
  if (!form) return [];
  return [
    '  Let more people answer a form of the sandbox:',
    '',
    `  curl -X POST ${url}/sandbox/forms/${form.id}/submissions -H 'Content-Type: application/json' -d '{"count":5}'`,
    '',
  ];
}
