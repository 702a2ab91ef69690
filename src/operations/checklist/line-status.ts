/** How a line of the checklist stands. */
import type { ChecklistLine } from './checklist-line';
import { ChecklistState, LineFinding, recordOf, Signature } from './checklist-state';

export const LINE_STATUSES = ['passed', 'failed', 'open', 'not applicable'] as const;
export type LineStatus = (typeof LINE_STATUSES)[number];

/**
 * A failed blocking check makes the line fail, whoever signs it. A check that failed without blocking, was skipped or was not run
 * leaves the line open until a person signs. A signature with the bad answer fails the line.
 */
export function statusOf(line: ChecklistLine, state: ChecklistState): LineStatus {
  if (line.field) return state.fields[line.field]?.value ? 'passed' : 'open';
  const { findings, signature } = recordOf(state, line.id);
  if (findings.some(blocks)) return 'failed';
  if (signature) return statusOfSignature(line, signature);
  const passed = (id: string): boolean => findings.some((finding) => finding.id === id && finding.result === 'pass');
  return !line.person && line.checks.every(passed) ? 'passed' : 'open';
}

/** "Yes, it is done"; of a rollback trigger "no, it has not happened". */
export function goodAnswer({ trigger }: ChecklistLine): 'yes' | 'no' {
  return trigger ? 'no' : 'yes';
}

export function blocks({ severity, result }: LineFinding): boolean {
  return severity === 'block' && result === 'fail';
}

/** The error for signing a line without an answer when none can be assumed. */
export function needsAnswer({ id }: ChecklistLine): string {
  return `${id} is a rollback trigger: use --result no (it has not happened) or yes (it has)`;
}

/** A signature answers what checks leave open; it does not overrule a failed one. Null when the line can be signed. */
export function refusalToSign({ id }: ChecklistLine, state: ChecklistState): string | null {
  const blocking = recordOf(state, id).findings.filter(blocks);
  if (blocking.length === 0) return null;
  const evidence = blocking.map((finding) => `  ${finding.id}: ${finding.evidence}`).join('\n');
  return `${id} stays failed: a signature cannot overrule a blocking check that has failed. Fix this and run checklist again:\n${evidence}`;
}

function statusOfSignature(line: ChecklistLine, { result }: Signature): LineStatus {
  if (result === 'n/a') return 'not applicable';
  return result === goodAnswer(line) ? 'passed' : 'failed';
}
