/** A check of the production checklist: one thing that is looked at, and the line it becomes (contract, section 5). */

/** `block`: must pass before the deployment goes on; `warn`: somebody should know. */
export type Severity = 'block' | 'warn';

/** What a check found. `evidence` says what was seen; `remedy` what to do, and is there when it failed. No secret, no personal data. */
export type Finding = { ok: true; evidence: string } | { ok: false; evidence: string; remedy: string };

export interface Check {
  /** Stable, e.g. `database.version`: reports and scripts refer to it. */
  readonly id: string;
  /** What is looked at, in a few words: shown as progress. */
  readonly title: string;
  readonly severity: Severity;
  /** Told to stop when the check takes too long. May throw: a check that cannot be made has failed. */
  run(signal: AbortSignal): Promise<Finding> | Finding;
}

/** One line of a report. */
export interface CheckLine {
  id: string;
  title: string;
  severity: Severity;
  result: 'pass' | 'fail';
  evidence: string;
  remedy: string | null;
  /** How long the check took. */
  seconds: number;
}

export const passed = (evidence: string): Finding => ({ ok: true, evidence });
export const failed = (evidence: string, remedy: string): Finding => ({ ok: false, evidence, remedy });
