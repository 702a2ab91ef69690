import { Command, InvalidArgumentError, Option } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import { counted } from '../core/counted';
import { loadConfigOrExit } from '../config/process-environment';
import { SystemClock } from '../database/clock';
import { Completeness, formatCompleteness, readCompleteness } from '../operations/completeness';
import { HttpClient } from '../operations/http-client';
import { EXIT_FAILED } from './exit-codes';
import { onInterrupt } from './interrupt';
import { formerKeyOption, httpUrl } from './options';
import { print, progress } from './output';
import { SUMMARIES } from './summaries';

interface Options {
  since: string;
  form?: string;
  check?: boolean;
  url?: string;
  key?: string;
  adminKey?: string;
  json?: boolean;
}

const HELP = `
Answers at once from the last check, which is made daily. With --check it asks
Typeform now and waits for the answer. What is missing is fetched automatically;
ask again a little later. A form is complete up to "known until": Typeform may
not have shown yet what was submitted later.

Examples:
  typeform-onboarding completeness --since 2026-03-06T18:00:00Z
  typeform-onboarding completeness --since 2026-03-01T00:00:00Z --form lT4Z3j --check --url https://onboarding.example.com

Exit codes: 0 nothing is known to be missing (also when it is not yet known or
Typeform is unreachable), 1 something is missing or the service did not answer,
2 wrong usage, 78 invalid configuration.`;

const ASK_AGAIN_MS = 1_000;

/** `completeness`: is anything lost? */
export function addCompletenessCommand(program: Command): void {
  program
    .command('completeness')
    .description(SUMMARIES.completeness)
    .addOption(
      new Option('--since <time>', 'required: submitted at or after, e.g. 2026-01-31T08:00:00Z')
        .argParser(timeWithZone)
        .makeOptionMandatory(),
    )
    .option('--form <id or link>', 'only this form (default: every form with a webhook)')
    .option('--check', 'ask Typeform now instead of using the last check (needs the role operator)')
    .addOption(
      new Option(
        '--url <base>',
        'base URL of the service (default: on this machine, at the configured port)',
      ).argParser(httpUrl),
    )
    .option('--key <key>', 'API key (default: ADMIN_API_KEY, or the generated one)')
    .addOption(formerKeyOption())
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const http = new HttpClient();
      try {
        const report = await answerOf(http, options);
        print(
          options.json
            ? JSON.stringify(report, null, 2)
            : formatCompleteness(report, { checked: options.check === true }),
        );
        if (report.items.some(({ verdict }) => verdict === 'missing')) process.exitCode = EXIT_FAILED;
      } finally {
        http.close();
      }
    });
}

async function answerOf(http: HttpClient, { since, form, check, url, key, adminKey }: Options): Promise<Completeness> {
  const signal = onInterrupt();
  const target = { ...service(url, key ?? adminKey), signal };
  if (check) await readCompleteness(http, target, { method: 'POST', since, form });
  for (;;) {
    const report = await readCompleteness(http, target, { method: 'GET', since, form });
    const waiting = report.items.filter((item) => ['queued', 'running'].includes(item.check?.status ?? ''));
    // One that waits for Typeform to recover says why.
    const busy = waiting.filter((item) => item.check?.error === null);
    if (!check || busy.length === 0) return report;
    const seen = report.items.reduce((sum, item) => sum + (item.check?.seen ?? 0), 0);
    progress(`checking ${counted(busy.length, 'form')}, ${counted(seen, 'submission')} listed so far`);
    await pause(ASK_AGAIN_MS, undefined, { signal });
  }
}

/** Where the service is, and a key for it; the configuration is read only for what was not given. */
function service(url: string | undefined, key: string | undefined): { url: string; key: string } {
  if (url !== undefined && key !== undefined) return { url, key };
  const { http, access } = loadConfigOrExit().config;
  const here = `http://${http.host === '0.0.0.0' ? '127.0.0.1' : http.host}:${http.port}`;
  return { url: url ?? here, key: key ?? access.adminApiKey };
}

function timeWithZone(text: string): string {
  if (!/T.*(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('Give a time with its zone, like 2026-01-31T08:00:00Z.');
  }
  if (Date.parse(text) > new SystemClock().now().getTime())
    throw new InvalidArgumentError('This time is in the future.');
  return text;
}
