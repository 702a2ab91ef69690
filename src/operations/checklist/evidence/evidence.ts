/** The checklist's own small checks: what can be seen without the service. */
import { Check, Finding, skipped } from '../../check';
import type { CheckId } from '../check-ids';

/** A claim that it refutes blocks. */
export type Evidence = Omit<Check, 'id'> & {
  readonly id: Extract<CheckId, `evidence.${string}`>;
  readonly severity: 'block';
};

/** Nothing speaks against it, but it cannot be seen here: the line stays open for a person. */
export const unclear = (evidence: string, remedy: string): Finding => skipped(evidence, remedy, 'warn');
