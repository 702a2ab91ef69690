import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { processEnvironment } from '../config/process-environment';
import { SystemClock } from '../database/clock';
import { PHASES, Phase } from '../operations/checklist/checklist-line';
import { formatMarkdown } from '../operations/checklist/checklist-markdown';
import { buildReport, ChecklistReport, Counts, linesOf } from '../operations/checklist/checklist-report';
import { ChecklistStore } from '../operations/checklist/checklist-store';
import { readManifest } from '../operations/checklist/evidence/dependencies';
import { runPhases } from '../operations/checklist/run-phases';
import { PROJECT_ROOT } from '../operations/project-root';
import { redactor } from '../operations/preflight/secrets/secret-inventory';
import { checklistDatabase } from './checklist-database';
import { checklistRunners, RunnerOptions } from './checklist-runners';
import { addChecklistStateCommands } from './checklist-state.commands';
import { EXIT_FAILED } from './exit-codes';
import { onInterrupt } from './interrupt';
import { CHECKLIST_STATE_FILE, durationOption, httpUrl, refuseSelectorAlone, selectorOption } from './options';
import { print, progress } from './output';
import { SUMMARIES } from './summaries';

interface Options extends RunnerOptions {
  out: string;
  state?: string;
  phase?: Phase[];
  run: boolean;
  requireSigned?: boolean;
  json?: boolean;
}

/** `checklist`: the production checklist of one deployment, over all its phases. */
export function addChecklistCommand(program: Command): void {
  const checklist = program
    .command('checklist')
    .description(SUMMARIES.checklist)
    .enablePositionalOptions()
    .option('--out <file>', 'the report; a JSON copy is written next to it', 'report.md')
    .option('--state <file>', `the state of the deployment (default: ${CHECKLIST_STATE_FILE} next to --out)`)
    .addOption(
      new Option(
        '--phase <phases...>',
        'run the checks of these phases only; the others show their last known results',
      ).choices(PHASES),
    )
    .option('--no-run', 'run no checks: write the report from the state')
    .option('--url <base>', 'base URL of the deployed service', httpUrl)
    .option(
      '--management-url <base>',
      'base URL of its probes and metrics (default: --url, with MANAGEMENT_PORT if set)',
      httpUrl,
    )
    .addOption(durationOption('--window <duration>', 'how long the gate watches the metrics', '30m'))
    .option('--prometheus <url>', 'query it for its alert rules and for the past window, instead of watching', httpUrl)
    .addOption(selectorOption())
    .option('--backup-file <path>', 'a backup made by pg_dump -Fc, or a directory whose newest file is one')
    .option('--make-backup <directory>', 'make a backup there and test it by restoring it')
    .option('--image <name@sha256:digest>', 'the image that is deployed')
    .option('--ci-results <file>', 'the test results of CI: the file of jest --json --outputFile')
    .option('--require-signed', 'also fail while a line of these phases is open')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 no line has failed, 1 a line has failed (or is open, with --require-signed), 2 wrong usage.\n' +
        'Examples:\n' +
        [
          'start --deployment "release 1.4"',
          '--out report.md --phase before --ci-results test-results.json',
          'sign code.review --by "Name"',
          '--out report.md --phase after monitoring --url https://onboarding.example.com',
        ]
          .map((example) => `  typeform-onboarding checklist ${example}`)
          .join('\n'),
    )
    .action((options: Options, command: Command) => {
      const [unknown] = command.args;
      if (unknown !== undefined) command.error(`error: unknown command '${unknown}'`);
      return runChecklist(command, options);
    });
  addChecklistStateCommands(checklist, CHECKLIST_STATE_FILE);
  // A word that is no subcommand is refused by its name. Said after the subcommands are added, which would inherit it.
  checklist.allowExcessArguments();
}

async function runChecklist(command: Command, options: Options): Promise<void> {
  refuseSelectorAlone(command, options);
  const clock = new SystemClock();
  const { version } = readManifest(PROJECT_ROOT);
  const report = reportPaths(options.out);
  const statePath = resolve(options.state ?? join(dirname(options.out), CHECKLIST_STATE_FILE));
  if (Object.values(report).includes(statePath)) command.error('error: --state and --out must be different files');

  const store = new ChecklistStore(statePath, checklistDatabase());
  const begun = await store.begin(version, clock.now());
  if (begun.version !== version)
    progress(`This deployment was started with version ${begun.version}; this is version ${version}`);
  const phases = options.phase ?? PHASES;
  if (options.run) {
    await runPhases({
      phases,
      runners: checklistRunners(options, clock),
      now: () => clock.now(),
      signal: onInterrupt(),
      update: (change) => store.update(change),
      redact: redactor(processEnvironment),
      log: progress,
    });
  }
  const written = buildReport(await store.update((state) => state), clock.now());
  mkdirSync(dirname(report.markdown), { recursive: true });
  writeFileSync(report.markdown, formatMarkdown(written));
  writeFileSync(report.json, `${JSON.stringify(written, null, 2)}\n`);
  print(options.json ? JSON.stringify(written, null, 2) : summary(written, report.markdown));
  if (!written.ok || (options.requireSigned && openIn(written, phases) > 0)) process.exitCode = EXIT_FAILED;
}

function reportPaths(out: string): { markdown: string; json: string } {
  const path = join(dirname(resolve(out)), basename(out).replace(/\.(md|json)$/, ''));
  return { markdown: `${path}.md`, json: `${path}.json` };
}

function openIn({ sections }: ChecklistReport, phases: readonly Phase[]): number {
  return sections.filter(({ phase }) => phases.includes(phase)).reduce((sum, { counts }) => sum + counts.open, 0);
}

function summary({ sections, counts, ok }: ChecklistReport, path: string): string {
  const row = (name: string, of: Counts): string =>
    `${name.padEnd(28)} ${of.passed} passed, ${of.failed} failed, ${of.open} open, ${of['not applicable']} not applicable`;
  const rows = sections.map((section) => row(section.title, section.counts));
  const failed = linesOf(sections).filter(({ status }) => status === 'failed');
  const verdict = ok ? 'no line has failed' : `${counts.failed} failed (${failed.map(({ id }) => id).join(', ')})`;
  return [...rows, row('all', counts), `checklist: ${verdict}, ${counts.open} open; report written to ${path}`].join(
    '\n',
  );
}
