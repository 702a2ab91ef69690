/** The checklist's own small checks: what a machine can see without the service. */
import { Check, failed, Finding } from '../../check';
import type { CheckId } from '../check-ids';

/** What it refutes blocks. */
export type Evidence = Omit<Check, 'id'> & {
  readonly id: Extract<CheckId, `evidence.${string}`>;
  readonly severity: 'block';
};

/** Nothing speaks against it, but a machine cannot say it here: the line stays open for a person. */
export const unclear = (evidence: string, remedy: string): Finding => failed(evidence, remedy, 'warn');
