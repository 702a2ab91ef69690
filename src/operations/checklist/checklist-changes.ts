/** How the state of a checklist changes: pure, each returns the new state. */
import type { CheckLine } from '../check';
import { CheckId, RunnerName, runnerOf } from './check-ids';
import { CHECKLIST_LINES } from './checklist-document';
import type { ChecklistLine, FieldId, Phase } from './checklist-line';
import { ChecklistState, LineRecord, recordOf, Signature } from './checklist-state';

/** Records a runner's findings on every line of the phase that asks for them; the findings of other runners stay. */
export function withFindings(
  state: ChecklistState,
  { runner, found, phases, now }: { runner: RunnerName; found: CheckLine[]; phases: readonly Phase[]; now: Date },
): ChecklistState {
  const byId = new Map(found.map((line) => [line.id, line]));
  const lines = { ...state.lines };
  for (const { phase, line } of CHECKLIST_LINES) {
    const asked = line.checks.filter((id) => runnerOf(id) === runner);
    if (asked.length === 0 || !phases.includes(phase)) continue;
    const record = recordOf(state, line.id);
    const kept = record.findings.filter(({ id }) => runnerOf(id) !== runner);
    lines[line.id] = { ...record, findings: [...kept, ...findingsFor(asked, byId, now)] };
  }
  return { ...state, lines };
}

/** Signs a line, replacing any earlier signature. */
export function sign(state: ChecklistState, { id }: ChecklistLine, signature: Omit<Signature, 'at'>, now: Date) {
  return withRecord(state, id, { signature: { ...signature, at: now.toISOString() }, withdrawnAt: undefined });
}

/** Withdraws a signature; does nothing when there is none. */
export function unsign(state: ChecklistState, { id }: ChecklistLine, now: Date): ChecklistState {
  if (recordOf(state, id).signature === null) return state;
  return withRecord(state, id, { signature: null, withdrawnAt: now.toISOString() });
}

/** Fills in a blank; an empty value clears it. */
export function setField(state: ChecklistState, id: FieldId, value: string, now: Date): ChecklistState {
  return { ...state, fields: { ...state.fields, [id]: { value: value.trim() || null, setAt: now.toISOString() } } };
}

/** Throws when the checklist has no such line, or it is a blank to fill in. */
export function lineToSign(lineId: string): ChecklistLine {
  const line = CHECKLIST_LINES.find((placed) => placed.line.id === lineId)?.line;
  if (!line) throw new Error(`There is no line ${lineId}: run checklist list to see them all.`);
  if (line.field) throw new Error(`It is a blank to fill in: checklist set ${line.field} <value>`);
  return line;
}

function withRecord(state: ChecklistState, lineId: string, change: Partial<LineRecord>): ChecklistState {
  return { ...state, lines: { ...state.lines, [lineId]: { ...recordOf(state, lineId), ...change } } };
}

function findingsFor(asked: readonly CheckId[], found: ReadonlyMap<string, CheckLine>, now: Date) {
  return asked.flatMap((id) => {
    const line = found.get(id);
    if (!line) return [];
    const { severity, result, evidence, remedy } = line;
    return [{ id, severity, result, evidence, remedy, checkedAt: now.toISOString() }];
  });
}
