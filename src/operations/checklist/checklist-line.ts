/** The production checklist as data: its sections, groups and lines, in the document's words, and how each is answered. */
import { CheckId, RUNNER_NAMES, RunnerName, runnerOf } from './check-ids';

/** The parts of a deployment, in their order; one section of the document each. */
export const PHASES = [
  'before',
  'deploy',
  'after',
  'monitoring',
  'gates',
  'rollback',
  'communication',
  'follow-up',
  'sign-off',
] as const;
export type Phase = (typeof PHASES)[number];

/** What people write into the report, by `checklist set`. */
export const FIELD_IDS = ['date', 'completion-time', 'next-review', 'issues'] as const;
export type FieldId = (typeof FIELD_IDS)[number];

export interface ChecklistLine {
  /** Stable: the state file and `checklist sign` refer to it. */
  readonly id: string;
  /** The document's exact wording, with the command that answers the line. */
  readonly text: string;
  /** All of these must pass; none: only a person can answer. */
  readonly checks: readonly CheckId[];
  /** A person must sign it regardless of what the checks found. */
  readonly person: boolean;
  /** Names what must not happen: "no" is the good answer. */
  readonly trigger: boolean;
  /** The line is a blank to fill in. */
  readonly field?: FieldId;
}

export interface ChecklistGroup {
  /** Null where the document has lines without a heading of their own. */
  readonly title: string | null;
  readonly lines: readonly ChecklistLine[];
}

export interface ChecklistSection {
  readonly title: string;
  readonly phase: Phase;
  readonly groups: readonly ChecklistGroup[];
}

interface Extra {
  /** Markdown: how to answer the line, where the commands of its checks do not say it. */
  how?: string;
  trigger?: boolean;
}

/** Answered by checks; a person answers only what they leave open. */
export function automatic(id: string, text: string, checks: readonly CheckId[], extra: Extra = {}): ChecklistLine {
  const { how = commandsOf(checks), trigger = false } = extra;
  return { id, text: `${text}: ${how}`, checks, person: false, trigger };
}

/** The checks give the evidence, a person decides. */
export function assisted(id: string, text: string, checks: readonly CheckId[], extra: Extra = {}): ChecklistLine {
  const { how = commandsOf(checks), trigger = false } = extra;
  return { id, text: `${text}: ${how}, then ${signing(id)}`, checks, person: true, trigger };
}

/** Only a person can know. */
export function manual(id: string, text: string, { how, trigger = false }: Extra = {}): ChecklistLine {
  const first = how === undefined ? '' : `${how}, then `;
  return { id, text: `${text}: ${first}${signing(id, trigger)}`, checks: [], person: true, trigger };
}

/** A blank that people fill in. */
export function field(id: FieldId, text: string): ChecklistLine {
  const how = `\`${CLI} checklist set ${id} "<text>"\``;
  return { id, text: `${text} (${how})`, checks: [], person: true, trigger: false, field: id };
}

const CLI = 'npm run cli --';

/** What runs the checks of a line. Evidence is not here: a line that needs it says how to get it. */
const COMMANDS: Record<Exclude<RunnerName, 'evidence'>, (ids: readonly CheckId[]) => string> = {
  preflight: (ids) => `${CLI} preflight --only ${ids.join(' ')}`,
  verify: () => `${CLI} verify --url <base>`,
  'real-typeform': () => `${CLI} verify --real-typeform --form <id or link> --url <base>`,
  gate: () => `${CLI} gate --window 30m`,
};

function commandsOf(checks: readonly CheckId[]): string {
  const commands = RUNNER_NAMES.flatMap((runner) => {
    const own = checks.filter((id) => runnerOf(id) === runner);
    if (own.length === 0) return [];
    if (runner === 'evidence') throw new Error(`${own.join(', ')}: no instructions for this evidence`);
    return [`\`${COMMANDS[runner](own)}\``];
  });
  return commands.join(' and ');
}

function signing(id: string, trigger = false): string {
  return `\`${CLI} checklist sign ${id} --by "<name>"${trigger ? ' --result no' : ''}\``;
}

export type AnsweredBy = 'automatic' | 'assisted' | 'manual' | 'field';

export function answeredBy({ checks, person, field: isField }: ChecklistLine): AnsweredBy {
  if (isField) return 'field';
  if (checks.length === 0) return 'manual';
  return person ? 'assisted' : 'automatic';
}
