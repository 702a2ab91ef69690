/** The runner of the checklist's own evidence. */
import { runChecks } from '../../run-checks';
import type { Runner } from '../runner';
import { alertEvidence } from './alert-evidence';
import { benchmarkEvidence } from './benchmarks';
import { dependencyEvidence } from './dependencies';
import { documentEvidence } from './documents';
import { rolloutEvidence } from './gradual-rollout';
import { testEvidence } from './test-results';

export interface EvidenceSources {
  /** Where package.json, docs/, deploy/ and bench/ are. */
  projectRoot: string;
  ciResults: string | null;
  prometheusUrl: string | null;
  now: Date;
}

const TIMEOUT_MS = 10_000;

export function evidenceRunner(
  { projectRoot, ciResults, prometheusUrl, now }: EvidenceSources,
  log: (line: string) => void = () => undefined,
): Runner {
  const evidence = [
    ...testEvidence(ciResults),
    benchmarkEvidence(projectRoot, now),
    ...documentEvidence(projectRoot),
    dependencyEvidence(projectRoot),
    rolloutEvidence(projectRoot),
    ...alertEvidence(projectRoot, prometheusUrl),
  ];
  return {
    name: 'evidence',
    run: () => runChecks(evidence, { timeoutMs: TIMEOUT_MS, onStart: ({ title }) => log(title) }),
  };
}
