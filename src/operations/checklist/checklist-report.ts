/** The report of a deployment's checklist for machines; `checklist-markdown` writes the same for people. */
import { CHECKLIST, CHECKLIST_TITLE } from './checklist-document';
import { AnsweredBy, answeredBy, ChecklistGroup, ChecklistLine, Phase } from './checklist-line';
import { ChecklistState, LineFinding, recordOf, Signature } from './checklist-state';
import { LINE_STATUSES, LineStatus, statusOf } from './line-status';

export type Counts = Record<LineStatus, number>;

export interface LineReport {
  id: string;
  text: string;
  answeredBy: AnsweredBy;
  trigger: boolean;
  status: LineStatus;
  checks: readonly string[];
  findings: LineFinding[];
  signature: Signature | null;
  value: string | null;
}

export interface GroupReport {
  title: string | null;
  lines: LineReport[];
}

export interface SectionReport {
  title: string;
  phase: Phase;
  counts: Counts;
  groups: GroupReport[];
}

export interface ChecklistReport {
  title: string;
  deployment: string;
  version: string;
  startedAt: string;
  writtenAt: string;
  /** False when a line has failed. */
  ok: boolean;
  counts: Counts;
  sections: SectionReport[];
}

/** Every line of the document, in its order, with what is known of it. */
export function buildReport(state: ChecklistState, now: Date): ChecklistReport {
  const sections = CHECKLIST.map(({ title, phase, groups }) => {
    const reports = groups.map((group) => reportOfGroup(group, state));
    return { title, phase, counts: countLines(reports.flatMap(({ lines }) => lines)), groups: reports };
  });
  const counts = countLines(linesOf(sections));
  const { deployment, version, startedAt } = state;
  const writtenAt = now.toISOString();
  return {
    title: CHECKLIST_TITLE,
    deployment,
    version,
    startedAt,
    writtenAt,
    ok: counts.failed === 0,
    counts,
    sections,
  };
}

export function linesOf(sections: readonly SectionReport[]): LineReport[] {
  return sections.flatMap(({ groups }) => groups.flatMap(({ lines }) => lines));
}

function reportOfGroup({ title, lines }: ChecklistGroup, state: ChecklistState): GroupReport {
  return { title, lines: lines.map((line) => reportOfLine(line, state)) };
}

function reportOfLine(line: ChecklistLine, state: ChecklistState): LineReport {
  const { id, text, checks, trigger, field } = line;
  const { findings, signature } = recordOf(state, id);
  const value = field ? (state.fields[field]?.value ?? null) : null;
  return {
    id,
    text,
    answeredBy: answeredBy(line),
    trigger,
    status: statusOf(line, state),
    checks,
    findings,
    signature,
    value,
  };
}

function countLines(lines: readonly LineReport[]): Counts {
  const count = (wanted: LineStatus): number => lines.filter(({ status }) => status === wanted).length;
  return Object.fromEntries(LINE_STATUSES.map((status) => [status, count(status)])) as Counts;
}
