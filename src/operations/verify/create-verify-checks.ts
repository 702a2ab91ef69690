import type { Check, Finding } from '../check';
import { cleanUp } from './clean-up';
import { LinkedCheck, linkChecks } from './link-checks';
import { metricsCheck } from './metrics-check';
import { performanceChecks } from './performance-checks';
import { rateLimitCheck } from './rate-limit-check';
import { alertsCheck, securityChecks } from './security-checks';
import { logErrorsCheck, serviceChecks } from './service-checks';
import { VerifyRun } from './verify-run';
import type { VerifyTarget } from './verify-target';
import { webhookChecks } from './webhook-checks';

/** How long one check may take; all together stay below a minute where the service answers. */
export const VERIFY_TIMEOUT_MS = 25_000;
/** How long a record or an erasure is waited for. */
export const VERIFY_PATIENCE_MS = 10_000;

export interface VerifyChecks {
  /** In the order in which they must be run; `inChecklistOrder` sorts their lines for a report. The last one cleans up. */
  checks: Check[];
  /** Removes what the checks have left. For whoever stops running them before the last one; may be called again. */
  cleanUp(): Promise<Finding>;
}

/** The post-deployment checks of a running service. Once `interrupt` is aborted only the cleaning up is still done. */
export function createVerifyChecks(target: VerifyTarget, interrupt = new AbortController().signal): VerifyChecks {
  const run = new VerifyRun(target);
  const cleaning = (signal: AbortSignal): Promise<Finding> => cleanUp(run, signal).finally(() => run.http.close());
  const cleanupCheck: LinkedCheck = {
    id: 'cleanup.done',
    title: 'what verify made is gone again',
    severity: 'warn',
    needs: [],
    run: cleaning,
  };
  const checks = [
    ...serviceChecks(run),
    ...webhookChecks(run),
    ...securityChecks(run),
    ...performanceChecks(run),
    alertsCheck(run),
    metricsCheck(run),
    rateLimitCheck(run),
    logErrorsCheck(run),
    cleanupCheck,
  ];
  return {
    checks: linkChecks(checks, interrupt),
    cleanUp: () => cleaning(AbortSignal.timeout(VERIFY_TIMEOUT_MS)),
  };
}
