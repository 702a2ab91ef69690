import { resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { SystemClock } from '../database/clock';
import { lineToSign, setField, sign, unsign } from '../operations/checklist/checklist-changes';
import { ChecklistLine, FIELD_IDS, FieldId, Phase, PHASES } from '../operations/checklist/checklist-line';
import { formatList } from '../operations/checklist/checklist-list';
import { buildReport, linesOf } from '../operations/checklist/checklist-report';
import { newState, recordOf, Signature, SIGNATURE_RESULTS } from '../operations/checklist/checklist-state';
import { ChecklistStore } from '../operations/checklist/checklist-store';
import { readManifest } from '../operations/checklist/evidence/dependencies';
import { goodAnswer, needsAnswer, refusalToSign } from '../operations/checklist/line-status';
import { readState } from '../operations/checklist/state-file';
import { PROJECT_ROOT } from '../operations/project-root';
import { checklistDatabase } from './checklist-database';
import { print, textOptions } from './output';

interface StartOptions {
  state: string;
  deployment: string;
  force?: boolean;
}

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
  const storeOf = (state: string): ChecklistStore => new ChecklistStore(state, checklistDatabase());
  const lineId = (): Argument => new Argument('<line-id>', 'its id, as checklist list shows it').argParser(readLine);

  withState('start', 'start a new deployment with an empty state file')
    .requiredOption('--deployment <name>', 'required: its name in the report')
    .option('--force', 'replace the deployment that the file holds')
    .action(async ({ state, deployment, force }: StartOptions, command: Command) => {
      const kept = readState(state);
      if (kept !== null && !force) {
        command.error(
          `error: ${state} holds the deployment "${kept.deployment}": replace it with --force, or choose another file with --state`,
        );
      }
      const { version } = readManifest(PROJECT_ROOT);
      await storeOf(state).start(newState({ deployment, version, now: clock.now() }));
      print(`Started ${deployment}; its state is kept in ${resolve(state)}`);
    });

  withState('sign', 'sign a line')
    .addArgument(lineId())
    .requiredOption('--by <name>', 'required: who signs')
    .addOption(
      new Option('--result <result>', 'default: yes; for a rollback trigger, whether it has happened').choices(
        SIGNATURE_RESULTS,
      ),
    )
    .option('--note <text>', 'a remark')
    .action(async (line: ChecklistLine, { state, by, result, note }: SignOptions, command: Command) => {
      if (result === undefined && goodAnswer(line) !== 'yes') command.error(`error: ${needsAnswer(line)}`);
      const signature = { by, result: result ?? 'yes', note: note ?? null } as const;
      const signed = await storeOf(state).update((kept) => sign(kept, line, signature, clock.now()));
      print(`${line.id}: ${signature.result}, signed by ${by}`);
      const refusal = refusalToSign(line, signed);
      if (refusal !== null) print(refusal);
    });

  withState('unsign', 'withdraw the signature of a line')
    .addArgument(lineId())
    .action(async (line: ChecklistLine, { state }: { state: string }) => {
      let wasSigned = false;
      await storeOf(state).update((kept) => {
        wasSigned = recordOf(kept, line.id).signature !== null;
        return unsign(kept, line, clock.now());
      });
      print(`${line.id}: ${wasSigned ? 'no longer signed' : 'not signed, so nothing to withdraw'}`);
    });

  withState('set', 'fill in a blank of the checklist; an empty value clears it')
    .addArgument(new Argument('<field>', 'the blank').choices(FIELD_IDS))
    .argument('<value>', 'its text')
    .action(async (field: FieldId, value: string, { state }: { state: string }) => {
      await storeOf(state).update((kept) => setField(kept, field, value, clock.now()));
      print(`${field}: ${value}`);
    });

  withState('list', 'show every line with its status and how it is answered')
    .option('--open', 'only open and failed lines')
    .addOption(new Option('--phase <phases...>', 'only these phases').choices(PHASES))
    .option('--json', 'print as JSON')
    .action(async (options: { state: string; open?: boolean; phase?: Phase[]; json?: boolean }) => {
      const known = await storeOf(options.state).read();
      const state = known ?? newState({ deployment: 'none', version: 'none', now: clock.now() });
      const sections = buildReport(state, clock.now()).sections.filter(
        ({ phase }) => options.phase?.includes(phase) ?? true,
      );
      const lines = linesOf(sections).filter(({ status }) => !options.open || status === 'open' || status === 'failed');
      print(options.json ? JSON.stringify(lines, null, 2) : formatList(lines, textOptions()));
    });
}

function readLine(id: string): ChecklistLine {
  try {
    return lineToSign(id);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : 'no such line');
  }
}
