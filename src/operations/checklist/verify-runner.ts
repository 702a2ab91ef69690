/** Verify as a runner of the checklist. */
import type { AppConfig } from '../../config/app-config';
import type { Clock } from '../../database/clock';
import { runChecks } from '../run-checks';
import { createVerifyChecks, VERIFY_TIMEOUT_MS } from '../verify/create-verify-checks';
import { verifyTarget } from '../verify/verify-target';
import type { OfferedRunner } from './runner';

export interface VerifyRunnerOptions {
  /** Null when none was given: there is nothing to verify. */
  url: string | null;
  managementUrl: string | null;
  /** Null when the configuration is not valid: then there are no keys to call the service with. */
  config: AppConfig | null;
  clock: Clock;
  log: (line: string) => void;
}

export function verifyRunner({ url, managementUrl, config, clock, log }: VerifyRunnerOptions): OfferedRunner {
  if (url === null) return { name: 'verify', missing: 'give --url' };
  if (config === null) return { name: 'verify', missing: 'the configuration is not valid: see the config command' };
  const target = verifyTarget({ url, managementUrl: managementUrl ?? undefined }, config, clock);
  return {
    name: 'verify',
    run: (signal) => {
      const { checks } = createVerifyChecks(target, signal);
      return runChecks(checks, { timeoutMs: VERIFY_TIMEOUT_MS, onStart: ({ title }) => log(title) });
    },
  };
}
