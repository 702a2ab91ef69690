import type { Check, Finding } from '../check';
import { cleanUp } from './clean-up';
import { LinkedCheck, linkChecks } from './link-checks';
import type { VerifyId } from './verify-ids';
import { metricsCheck } from './metrics-check';
import { performanceChecks } from './performance-checks';
import { rateLimitCheck } from './rate-limit-check';
import { alertsCheck, securityChecks } from './security-checks';
import { logErrorsCheck, serviceChecks } from './service-checks';
import { VerifyRun } from './verify-run';
import type { VerifyTarget } from './verify-target';
import { webhookChecks } from './webhook-checks';

/** Time limit of one check. All together take less than a minute when the service answers. */
export const VERIFY_TIMEOUT_MS = 25_000;

export interface VerifyChecks {
  /** In the order in which they must run; `inChecklistOrder` sorts their lines for a report. The last one cleans up. */
  checks: Check[];
  /** Removes what the checks have left. Needed only when the last check does not run; may be called again. */
  cleanUp(): Promise<Finding>;
  /** How many requests have been answered 429 so far. */
  throttled: () => number;
}

/** The post-deployment checks of a running service. Once `interrupt` is aborted, only the clean-up still runs. */
export function createVerifyChecks(target: VerifyTarget, interrupt = new AbortController().signal): VerifyChecks {
  const run = new VerifyRun(target);
  const cleaning = (signal: AbortSignal): Promise<Finding> => cleanUp(run, signal).finally(() => run.http.close());
  const cleanupCheck: LinkedCheck<VerifyId> = {
    id: 'cleanup.done',
    title: 'everything that verify created is removed',
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
    checks: linkChecks(checks, interrupt, 'cleanup.done'),
    cleanUp: () => cleaning(AbortSignal.timeout(VERIFY_TIMEOUT_MS)),
    throttled: () => run.throttled,
  };
}
