/** A check of the production checklist: one thing that is looked at, and the line it becomes (contract, section 5). */

/** `block`: must pass before the deployment proceeds; `warn`: worth knowing. */
export type Severity = 'block' | 'warn';

export type CheckResult = 'pass' | 'fail' | 'skipped';

/**
 * What a check found. `evidence` says what was seen; `remedy` what to do about it. `skipped`: it could not be looked at, so nothing is
 * known. `severity` where this finding weighs differently from its check; `details`: text too long for a table. No secret and no
 * personal data in any of it.
 */
export type Finding =
  | { result: 'pass'; evidence: string }
  | { result: 'fail' | 'skipped'; evidence: string; remedy: string; severity?: Severity; details?: string };

export interface Check {
  /** Stable, e.g. `database.version`: reports and scripts refer to it. */
  readonly id: string;
  /** What is looked at, in a few words: shown as progress. */
  readonly title: string;
  readonly severity: Severity;
  /** Set when it needs a different time limit from the other checks of its command. */
  readonly timeoutMs?: number;
  /** The signal is aborted when the check takes too long. A check that throws has failed. */
  run(signal: AbortSignal): Promise<Finding> | Finding;
}

/** One line of a report. */
export interface CheckLine {
  id: string;
  title: string;
  severity: Severity;
  result: CheckResult;
  evidence: string;
  remedy: string | null;
  details?: string;
  /** How long the check took. */
  seconds: number;
}

type NotPassed = Exclude<Finding, { result: 'pass' }>;

export const passed = (evidence: string): Finding => ({ result: 'pass', evidence });
export const failed = (evidence: string, remedy: string, severity?: Severity): NotPassed => ({
  result: 'fail',
  evidence,
  remedy,
  severity,
});
/** Nothing is known. With the severity `block` the deployment must wait until it is; with `warn` it may proceed. */
export const skipped = (evidence: string, remedy: string, severity?: Severity): NotPassed => ({
  result: 'skipped',
  evidence,
  remedy,
  severity,
});

/** The one word for a result, wherever it is printed. */
export function wordOf({
  result,
  severity,
}: Pick<CheckLine, 'result' | 'severity'>): 'pass' | 'warn' | 'fail' | 'skipped' {
  return result === 'fail' && severity === 'warn' ? 'warn' : result;
}
