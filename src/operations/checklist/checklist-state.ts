/** What is known of one deployment's checklist: what the checks found, who signed what, what was filled in. */
import { z } from 'zod';
import { ALL_CHECK_IDS } from './check-ids';
import { CHECKLIST_LINES } from './checklist-document';
import { FIELD_IDS } from './checklist-line';

const time = z.iso.datetime();
const text = z.string().max(2_000);

const finding = z.strictObject({
  id: z.enum(ALL_CHECK_IDS),
  severity: z.enum(['block', 'warn']),
  result: z.enum(['pass', 'fail', 'skipped']),
  evidence: z.string(),
  remedy: z.string().nullable(),
  checkedAt: time,
});

const signature = z.strictObject({
  by: text.min(1),
  at: time,
  result: z.enum(['yes', 'no', 'n/a']),
  note: text.nullable(),
});

const lineRecord = z.strictObject({
  findings: z.array(finding),
  signature: signature.nullable(),
  /** When the last signature was withdrawn: of two copies of a state the newer decision counts. */
  withdrawnAt: time.optional(),
});

const state = z.strictObject({
  format: z.literal(1),
  deployment: text.min(1),
  version: text,
  startedAt: time,
  lines: z.partialRecord(z.enum(CHECKLIST_LINES.map(({ line }) => line.id)), lineRecord),
  /** null: cleared again. */
  fields: z.partialRecord(z.enum(FIELD_IDS), z.strictObject({ value: text.min(1).nullable(), setAt: time })),
});

/** What a check found for a line, and when. */
export type LineFinding = z.infer<typeof finding>;
export type Signature = z.infer<typeof signature>;
export type LineRecord = z.infer<typeof lineRecord>;
export type ChecklistState = z.infer<typeof state>;

export const SIGNATURE_RESULTS = signature.shape.result.options;

/** A deployment of which nothing is known yet. */
export function newState({ deployment, version, now }: { deployment: string; version: string; now: Date }) {
  return parseState({ format: 1, deployment, version, startedAt: now.toISOString(), lines: {}, fields: {} });
}

/** The default deployment, for when nobody has named one: of this version. */
export function newDeployment(version: string, now: Date): ChecklistState {
  return newState({ deployment: `release ${version}`, version, now });
}

/** Throws a ZodError when it is not a state. */
export function parseState(value: unknown): ChecklistState {
  return state.parse(value);
}

/** What is known of a line. */
export function recordOf({ lines }: ChecklistState, lineId: string): LineRecord {
  return lines[lineId] ?? { findings: [], signature: null };
}
