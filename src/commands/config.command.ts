import type { Command } from 'commander';
import { checkEnvironment } from '../config/load-config';
import { EXIT_CONFIGURATION, processEnvironment } from '../config/process-environment';
import { print } from './output';

/** What a variable means that has no value. */
const NOT_SET: Record<string, string> = {
  MANAGEMENT_PORT: 'not set: probes and metrics are on PORT',
  REDIS_URL: 'not set: each process counts its rate limits alone',
  OIDC_ISSUER: 'not set: people sign in to the console with an API key',
  OIDC_CLIENT_ID: 'not set: no single sign-on',
  OIDC_CLIENT_SECRET: 'not set: no single sign-on',
  OIDC_ROLES: 'not set: no single sign-on',
  TYPEFORM_API_KEY: 'not set: outside production the sandbox stands in for Typeform',
  TYPEFORM_WEBHOOK_SECRET_PREVIOUS: 'not set: only TYPEFORM_WEBHOOK_SECRET is accepted',
  PUBLIC_URL: 'not set: webhooks get the local address, which Typeform cannot reach',
  DEFAULT_PHONE_COUNTRY: 'not set: phones need their country code, or a form its own country',
  RELEASE_TAG: 'not set: no tag to compare with',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'not set: tracing is off',
};

/** `config`: the configuration health report. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('check the configuration and show the values in force, with secrets masked')
    .option('--json', 'print the report as JSON')
    .action(({ json = false }: { json?: boolean }) => {
      const { report } = checkEnvironment(processEnvironment);
      if (json) print(JSON.stringify(report, null, 2));
      else {
        print(`environment: ${report.environment}`);
        for (const [name, value] of Object.entries(report.settings))
          print(`  ${name.padEnd(34)} ${value ?? NOT_SET[name] ?? 'not set'}`);
        for (const kind of ['problems', 'warnings', 'recommendations'] as const) {
          print(`${kind}: ${report[kind].length === 0 ? 'none' : ''}`);
          for (const { name, message } of report[kind]) print(`  ${name} ${message}`);
        }
      }
      process.exitCode = report.problems.length === 0 ? 0 : EXIT_CONFIGURATION;
    });
}
