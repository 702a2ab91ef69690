/** A check of the production checklist: one thing that is looked at, and the line it becomes (contract, section 5). */

/** `block`: must pass before the deployment goes on; `warn`: somebody should know. */
export type Severity = 'block' | 'warn';

/** What a check found. `evidence` says what was seen; `remedy` what to do, and is there when it failed. No secret, no personal data. */
export type Finding =
  | { ok: true; evidence: string }
  /** `severity` when this failure weighs otherwise than the check usually does; `details`: what to read, too long for a table. */
  | { ok: false; evidence: string; remedy: string; severity?: Severity; details?: string };

export interface Check {
  /** Stable, e.g. `database.version`: reports and scripts refer to it. */
  readonly id: string;
  /** What is looked at, in a few words: shown as progress. */
  readonly title: string;
  readonly severity: Severity;
  /** Where it needs another time than the other checks of its command. */
  readonly timeoutMs?: number;
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
  details?: string;
  /** How long the check took. */
  seconds: number;
}

export const passed = (evidence: string): Finding => ({ ok: true, evidence });
export const failed = (evidence: string, remedy: string, severity?: Severity): Finding & { ok: false } => ({
  ok: false,
  evidence,
  remedy,
  severity,
});
