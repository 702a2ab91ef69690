/** Checks that need each other: what could not work because of an earlier one says so instead of guessing. */
import { Check, failed, Finding, Severity } from '../check';
import type { VerifyId } from './verify-ids';

/** A check and the ones that must have passed before it can say anything. */
export interface LinkedCheck {
  id: VerifyId;
  title: string;
  severity: Severity;
  needs: readonly VerifyId[];
  run: (signal: AbortSignal) => Promise<Finding>;
}

/** Makes checks to be run in this order. Once `interrupt` is aborted they only say that they were not made; cleaning up is. */
export function linkChecks(checks: readonly LinkedCheck[], interrupt: AbortSignal): Check[] {
  const good = new Set<VerifyId>();
  return checks.map(({ id, title, severity, needs, run }) => ({
    id,
    title,
    severity,
    run: async (timeout) => {
      const missing = needs.find((needed) => !good.has(needed));
      const cleansUp = id === 'cleanup.done';
      if (interrupt.aborted && !cleansUp) return interrupted();
      if (missing)
        return failed(`not looked at because ${missing} failed`, `mend ${missing} first, then run verify again`);
      const signal = cleansUp ? timeout : AbortSignal.any([timeout, interrupt]);
      try {
        const finding = await run(signal);
        if (finding.ok) good.add(id);
        return finding;
      } catch (error) {
        if (interrupt.aborted && !cleansUp) return interrupted();
        throw error;
      }
    },
  }));
}

function interrupted(): Finding {
  return failed('not looked at: interrupted', 'run verify again');
}
