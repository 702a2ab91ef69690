/** The checklist's own small checks: what can be verified without the service. */
import { Check, Finding, skipped } from '../../check';
import type { CheckId } from '../check-ids';

/** Evidence that refutes the claim: it blocks. */
export type Evidence = Omit<Check, 'id'> & {
  readonly id: Extract<CheckId, `evidence.${string}`>;
  readonly severity: 'block';
};

/** Nothing contradicts the claim, but it cannot be verified here: the line stays open for a person. */
export const unclear = (evidence: string, remedy: string): Finding => skipped(evidence, remedy, 'warn');
