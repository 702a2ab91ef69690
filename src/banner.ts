/** What a developer sees once the service runs: where things are, and a webhook to paste. */
import { RunningApp } from './app.setup';
import { AppConfig } from './config/app-config';
import { sign } from './core/signature';
import { sampleEvent } from './sample-event';

/** Prints addresses, the generated admin key and ready-to-paste commands. Never called in production. */
export function printBanner(config: AppConfig, { url, managementUrl }: RunningApp, database: string, now: Date): void {
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
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
