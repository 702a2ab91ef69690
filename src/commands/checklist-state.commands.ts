import { resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { SystemClock } from '../database/clock';
import { lineToSign, setField, sign, unsign } from '../operations/checklist/checklist-changes';
import { ChecklistLine, FIELD_IDS, FieldId, Phase, PHASES } from '../operations/checklist/checklist-line';
import { formatList } from '../operations/checklist/checklist-list';
import { buildReport, linesOf } from '../operations/checklist/checklist-report';
import { LineFinding, newState, recordOf, Signature, SIGNATURE_RESULTS } from '../operations/checklist/checklist-state';
import { readManifest } from '../operations/checklist/evidence/dependencies';
import { blocks, goodAnswer } from '../operations/checklist/line-status';
import { readState, updateState, writeState } from '../operations/checklist/state-file';
import { PROJECT_ROOT } from '../operations/project-root';
import { print, textOptions } from './output';

interface SignOptions {
  state: string;
  by: string;
  result?: Signature['result'];
  note?: string;
}

/** `checklist start|sign|unsign|set|list`: how people edit the state of a deployment. */
export function addChecklistStateCommands(checklist: Command, stateFile: string): void {
  const clock = new SystemClock();
  const withState = (name: string, description: string): Command =>
    checklist.command(name).description(description).option('--state <file>', 'the state file', stateFile);
  const lineId = (): Argument => new Argument('<line-id>', 'its id, as checklist list shows it').argParser(readLine);

  withState('start', 'start a new deployment with an empty state file')
    .requiredOption('--deployment <name>', 'its name in the report')
    .option('--force', 'replace the deployment that the file holds', false)
    .action(({ state, deployment, force }: { state: string; deployment: string; force: boolean }, command: Command) => {
      const kept = readState(state);
      if (kept !== null && !force) {
        command.error(
          `${state} holds the deployment "${kept.deployment}": replace it with --force, or choose another file with --state`,
        );
      }
      const { version } = readManifest(PROJECT_ROOT);
      writeState(state, newState({ deployment, version, now: clock.now() }));
      print(`Started ${deployment}; its state is kept in ${resolve(state)}`);
    });

  withState('sign', 'sign a line')
    .addArgument(lineId())
    .requiredOption('--by <name>', 'who signs')
    .addOption(
      new Option('--result <result>', 'default: yes; for a rollback trigger, whether it has happened').choices(
        SIGNATURE_RESULTS,
      ),
    )
    .option('--note <text>', 'a remark')
    .action((line: ChecklistLine, { state, by, result, note }: SignOptions, command: Command) => {
      if (result === undefined && goodAnswer(line) !== 'yes') {
        command.error(`${line.id} is a rollback trigger: use --result no (it has not happened) or yes (it has)`);
      }
      const signature = { by, result: result ?? 'yes', note: note ?? null } as const;
      const signed = updateState(state, (kept) => sign(kept, line, signature, clock.now()));
      print(`${line.id}: ${signature.result}, signed by ${by}`);
      const blocking = recordOf(signed, line.id).findings.filter(blocks);
      if (blocking.length > 0) print(cannotSignAway(line, blocking));
    });

  withState('unsign', 'withdraw the signature of a line')
    .addArgument(lineId())
    .action((line: ChecklistLine, { state }: { state: string }) => {
      updateState(state, (kept) => unsign(kept, line));
      print(`${line.id}: no longer signed`);
    });

  withState('set', 'fill in a blank of the checklist; an empty value clears it')
    .addArgument(new Argument('<field>', 'the blank').choices(FIELD_IDS))
    .argument('<value>', 'its text')
    .action((field: FieldId, value: string, { state }: { state: string }) => {
      updateState(state, (kept) => setField(kept, field, value, clock.now()));
      print(`${field}: ${value}`);
    });

  withState('list', 'show every line with its status and how it is answered')
    .option('--open', 'only open and failed lines', false)
    .addOption(new Option('--phase <phases...>', 'only these phases').choices(PHASES))
    .option('--json', 'print as JSON', false)
    .action((options: { state: string; open: boolean; phase?: Phase[]; json: boolean }) => {
      const state = readState(options.state) ?? newState({ deployment: 'none', version: 'none', now: clock.now() });
      const sections = buildReport(state, clock.now()).sections.filter(
        ({ phase }) => options.phase?.includes(phase) ?? true,
      );
      const lines = linesOf(sections).filter(({ status }) => !options.open || status === 'open' || status === 'failed');
      print(options.json ? JSON.stringify(lines, null, 2) : formatList(lines, textOptions()));
    });
}

/** A signature answers what checks leave open; it does not overrule a failed one. */
function cannotSignAway({ id }: ChecklistLine, blocking: readonly LineFinding[]): string {
  const evidence = blocking.map((finding) => `  ${finding.id}: ${finding.evidence}`).join('\n');
  return `${id} stays failed: a signature cannot overrule a blocking check that has failed. Fix this and run checklist again:\n${evidence}`;
}

function readLine(id: string): ChecklistLine {
  try {
    return lineToSign(id);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : 'no such line');
  }
}
