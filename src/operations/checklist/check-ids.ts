import { REAL_TYPEFORM_IDS } from '../verify/real-typeform/real-typeform-ids';
import { VERIFY_IDS } from '../verify/verify-ids';

/** The ids of the checks that can answer a line of the checklist, by who makes them. */
export const CHECK_IDS = {
  preflight: [
    'config.valid',
    'config.recommendations',
    'secrets.webhook-length',
    'secrets.webhook-strength',
    'secrets.admin-key',
    'secrets.defaults',
    'keys.encryption',
    'typeform.api-key',
    'typeform.scopes',
    'typeform.region',
    'typeform.webhooks-in-sync',
    'public-url.dns',
    'public-url.tls',
    'public-url.reachable',
    'database.reachable',
    'database.version',
    'database.encoding',
    'database.sessions',
    'database.privileges',
    'database.migrations',
    'database.backup',
    'redis.reachable',
    'host.disk-space',
    'host.clock-skew',
    'host.file-limits',
    'release.dependency-audit',
    'release.git-tag',
    'release.image-digest',
  ],
  verify: VERIFY_IDS,
  'real-typeform': REAL_TYPEFORM_IDS,
  gate: [
    'gate.success-rate',
    'gate.latency',
    'gate.memory-growth',
    'gate.throughput',
    'gate.pace-compliance',
    'gate.queue-depth',
    'gate.signature-failures',
    'gate.degradation',
  ],
  evidence: [
    'evidence.tests',
    'evidence.security-tests',
    'evidence.integration-tests',
    'evidence.retry-tests',
    'evidence.benchmarks',
    'evidence.documents',
    'evidence.rollback-plan',
    'evidence.dependencies',
    'evidence.gradual-rollout',
    'evidence.alert-rules',
    'evidence.alerts-critical',
    'evidence.alerts-warning',
    'evidence.alerts-security',
    'evidence.alerts-performance',
  ],
} as const;

export type RunnerName = keyof typeof CHECK_IDS;
export type CheckId = (typeof CHECK_IDS)[RunnerName][number];

export const RUNNER_NAMES = Object.keys(CHECK_IDS) as RunnerName[];
export const ALL_CHECK_IDS = RUNNER_NAMES.flatMap((runner): readonly CheckId[] => CHECK_IDS[runner]);

/** Whose check it is. */
export function runnerOf(check: CheckId): RunnerName {
  const name = RUNNER_NAMES.find((runner) => (CHECK_IDS[runner] as readonly string[]).includes(check));
  if (!name) throw new Error(`nothing runs the check ${check}`);
  return name;
}
