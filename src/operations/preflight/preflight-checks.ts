/** Everything that can be checked before a deployment, in the order of its report. */
import { Check, failed, Finding, skipped } from '../check';
import { backupCheck } from './backup/backup-check';
import { CannotCheck, CheckFailed } from './check-failure';
import { configurationChecks } from './configuration-checks';
import { databaseChecks } from './database/database-checks';
import { hostChecks } from './host/host-checks';
import { keyChecks } from './secrets/key-checks';
import type { PreflightContext, PreflightOptions } from './preflight-context';
import { publicUrlChecks } from './public-url/public-url-checks';
import { redisCheck } from './redis-check';
import { releaseChecks } from './release-checks';
import { redactor } from './secrets/secret-inventory';
import { secretChecks } from './secrets/secret-checks';
import { typeformChecks } from './typeform/typeform-checks';
import { webhooksInSyncCheck } from './typeform/webhooks-in-sync-check';

/** No check depends on the result of another, so they can run together. No finding contains a configured secret. */
export function preflightChecks(context: PreflightContext, options: PreflightOptions): Check[] {
  return [
    ...configurationChecks(context),
    ...secretChecks(context),
    ...keyChecks(context),
    ...typeformChecks(context),
    webhooksInSyncCheck(context, options),
    ...publicUrlChecks(context),
    ...databaseChecks(context, options),
    backupCheck(context, options),
    redisCheck(context),
    ...hostChecks(context, options),
    ...releaseChecks(context, options),
  ].map((check) => careful(check, redactor(context.environment)));
}

function careful(check: Check, redact: (text: string) => string): Check {
  const look = async (signal: AbortSignal): Promise<Finding> => {
    try {
      return await check.run(signal);
    } catch (error) {
      if (error instanceof CannotCheck) return skipped(error.message, error.remedy);
      if (error instanceof CheckFailed) return failed(error.message, error.remedy);
      throw new Error(error instanceof Error ? redact(error.message) : 'unknown error', { cause: error });
    }
  };
  return {
    ...check,
    run: async (signal) => {
      const finding = await look(signal);
      const evidence = redact(finding.evidence);
      return finding.result === 'pass'
        ? { ...finding, evidence }
        : { ...finding, evidence, remedy: redact(finding.remedy) };
    },
  };
}
