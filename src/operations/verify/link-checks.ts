/** Checks that depend on each other: one whose prerequisite did not pass is skipped and says why. */
import { Check, Finding, Severity, skipped } from '../check';

/** A check and the ones that must have passed before it can say anything. */
export interface LinkedCheck<Id extends string> {
  id: Id;
  title: string;
  severity: Severity;
  needs: readonly Id[];
  run: (signal: AbortSignal) => Promise<Finding>;
}

/** Makes checks that must run in this order. Once `interrupt` is aborted, all but the one called `cleanUpId` are skipped. */
export function linkChecks<Id extends string>(
  checks: readonly LinkedCheck<Id>[],
  interrupt: AbortSignal,
  cleanUpId: Id,
): Check[] {
  const good = new Set<Id>();
  return checks.map(({ id, title, severity, needs, run }) => ({
    id,
    title,
    severity,
    run: async (timeout) => {
      const missing = needs.find((needed) => !good.has(needed));
      const cleansUp = id === cleanUpId;
      if (interrupt.aborted && !cleansUp) return interrupted();
      if (missing)
        return skipped(`not checked, because ${missing} did not pass`, `fix ${missing} first, then run verify again`);
      const signal = cleansUp ? timeout : AbortSignal.any([timeout, interrupt]);
      try {
        const finding = await run(signal);
        if (finding.result === 'pass') good.add(id);
        return finding;
      } catch (error) {
        if (interrupt.aborted && !cleansUp) return interrupted();
        throw error;
      }
    },
  }));
}

function interrupted(): Finding {
  return skipped('not checked: interrupted', 'run verify again');
}
