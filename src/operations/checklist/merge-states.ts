/**
 * Two copies of one deployment's checklist become one: of each finding, signature and blank the newer counts. Pure; it does not matter
 * which copy comes first, nor how often they are merged.
 */
import { ALL_CHECK_IDS } from './check-ids';
import { CHECKLIST_LINES } from './checklist-document';
import { FIELD_IDS } from './checklist-line';
import { ChecklistState, LineFinding, LineRecord, recordOf } from './checklist-state';

/** Whether both are copies of the same deployment's checklist. */
export function isSameDeployment(one: ChecklistState, other: ChecklistState): boolean {
  return one.deployment === other.deployment && Date.parse(one.startedAt) === Date.parse(other.startedAt);
}

/** Throws when they are of different deployments. */
export function mergeStates(one: ChecklistState, other: ChecklistState): ChecklistState {
  if (!isSameDeployment(one, other)) throw new Error('checklists of different deployments are never merged');
  const merged: ChecklistState = { ...one, lines: {}, fields: {} };
  for (const { line } of CHECKLIST_LINES) {
    if (!(line.id in one.lines || line.id in other.lines)) continue;
    merged.lines[line.id] = mergeRecords(recordOf(one, line.id), recordOf(other, line.id));
  }
  for (const id of FIELD_IDS) {
    const newest = newer(one.fields[id], other.fields[id], ({ setAt }) => setAt);
    if (newest) merged.fields[id] = newest;
  }
  return merged;
}

function mergeRecords(one: LineRecord, other: LineRecord): LineRecord {
  const findings = ALL_CHECK_IDS.flatMap((id): LineFinding[] => {
    const [first, second] = [one, other].map((record) => record.findings.find((finding) => finding.id === id));
    const newest = newer(first, second, ({ checkedAt }) => checkedAt);
    return newest ? [newest] : [];
  });
  const { signature, withdrawnAt } = newer(decisionOf(one), decisionOf(other), ({ at }) => at) ?? { signature: null };
  return { findings, signature, ...(withdrawnAt === undefined ? {} : { withdrawnAt }) };
}

/** What somebody decided about a line last: to sign it, or to withdraw the signature. */
function decisionOf({ signature, withdrawnAt }: LineRecord) {
  const at = signature?.at ?? withdrawnAt;
  return at === undefined ? undefined : { at, signature, withdrawnAt };
}

/** Breaks ties between equal times by text order, so that every machine decides alike. */
function newer<T>(one: T | undefined, other: T | undefined, timeOf: (value: T) => string): T | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const ahead = Date.parse(timeOf(one)) - Date.parse(timeOf(other));
  if (ahead !== 0) return ahead > 0 ? one : other;
  return JSON.stringify(one) >= JSON.stringify(other) ? one : other;
}
