/** The production checklist as data: its sections, groups and lines, in the document's words, and how each is answered. */
import type { CheckId } from './check-ids';

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
  /** The document's wording, to the letter. */
  readonly text: string;
  /** This project's command, where the document names another tool. */
  readonly here?: string;
  /** All of these must pass; none: only a person can answer. */
  readonly checks: readonly CheckId[];
  /** A person must sign it, whatever the checks found. */
  readonly person: boolean;
  /** Names what must not happen: "no" is the good answer. */
  readonly trigger: boolean;
  /** The line is a blank to fill in. */
  readonly field?: FieldId;
}

export interface ChecklistGroup {
  /** Null where the document has lines without a heading of their own. */
  readonly title: string | null;
  /** The comment that opens the group's block of commands. */
  readonly comment?: string;
  readonly lines: readonly ChecklistLine[];
}

export interface ChecklistSection {
  readonly title: string;
  readonly phase: Phase;
  readonly groups: readonly ChecklistGroup[];
}

type Extra = Partial<Pick<ChecklistLine, 'here' | 'trigger'>>;

/** Answered by checks; a person answers only what they leave open. */
export function automatic(id: string, text: string, checks: readonly CheckId[], extra: Extra = {}): ChecklistLine {
  return { id, text, checks, person: false, trigger: false, ...extra };
}

/** The checks give the evidence, a person decides. */
export function assisted(id: string, text: string, checks: readonly CheckId[], extra: Extra = {}): ChecklistLine {
  return { id, text, checks, person: true, trigger: false, ...extra };
}

/** Only a person can know. */
export function manual(id: string, text: string, extra: Extra = {}): ChecklistLine {
  return { id, text, checks: [], person: true, trigger: false, ...extra };
}

/** A blank that people fill in. */
export function field(id: FieldId, text: string): ChecklistLine {
  return { id, text, checks: [], person: true, trigger: false, field: id };
}

export type AnsweredBy = 'automatic' | 'assisted' | 'manual' | 'field';

export function answeredBy({ checks, person, field: isField }: ChecklistLine): AnsweredBy {
  if (isField) return 'field';
  if (checks.length === 0) return 'manual';
  return person ? 'assisted' : 'automatic';
}
