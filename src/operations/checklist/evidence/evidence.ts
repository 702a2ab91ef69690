/** The checklist's own small checks: what a machine can see without the service. */
import { Check, CheckLine, failed, Finding, passed } from '../../check';
import { runChecks } from '../../run-checks';
import type { CheckId } from '../check-ids';

/** `unclear`: nothing speaks against it, but a machine cannot say it here; the line stays open for a person. */
export type Seen = { finding: Finding; unclear: boolean };

export interface Evidence {
  readonly id: Extract<CheckId, `evidence.${string}`>;
  readonly title: string;
  /** May throw: then it blocks. */
  readonly look: (signal: AbortSignal) => Promise<Seen> | Seen;
}

export const shows = (evidence: string): Seen => ({ finding: passed(evidence), unclear: false });
export const refutes = (evidence: string, remedy: string): Seen => ({
  finding: failed(evidence, remedy),
  unclear: false,
});
export const unclear = (evidence: string, remedy: string): Seen => ({
  finding: failed(evidence, remedy),
  unclear: true,
});

/** One line each; what refutes blocks, what is unclear does not. Never throws. */
export async function gatherEvidence(
  evidence: readonly Evidence[],
  { timeoutMs, onStart }: { timeoutMs: number; onStart?: (check: Check) => void },
): Promise<CheckLine[]> {
  const leftOpen = new Set<string>();
  const checks = evidence.map(({ id, title, look }): Check => ({
    id,
    title,
    severity: 'block',
    run: async (signal) => {
      const seen = await look(signal);
      if (seen.unclear) leftOpen.add(id);
      return seen.finding;
    },
  }));
  const lines = await runChecks(checks, { timeoutMs, onStart });
  return lines.map((line) => (leftOpen.has(line.id) ? { ...line, severity: 'warn' } : line));
}
