/** The gate as a runner of the checklist. */
import type { Criterion } from '../gate/release-gate';
import type { Clock } from '../../database/clock';
import type { CheckLine } from '../check';
import { gateProgress } from '../gate/gate-text';
import { MetricsEndpoint } from '../gate/metrics-endpoint';
import { Prometheus } from '../gate/prometheus';
import { watchGate } from '../gate/watch-gate';
import { HttpClient } from '../http-client';
import type { OfferedRunner } from './runner';

const INTERVAL_MS = 10_000;

export interface GateRunnerOptions {
  /** Asked for the window that has passed; null: the metrics at `baseUrl` are watched for as long as the window is. */
  prometheus: string | null;
  selector: string;
  baseUrl: string | null;
  /** An API key for the metrics; null when they are open. */
  key: string | null;
  windowMs: number;
  clock: Clock;
  log: (line: string) => void;
}

export function gateRunner({
  prometheus,
  selector,
  baseUrl,
  key,
  windowMs,
  clock,
  log,
}: GateRunnerOptions): OfferedRunner {
  if (prometheus === null && baseUrl === null)
    return { name: 'gate', missing: 'give --url, --management-url or --prometheus' };
  return {
    name: 'gate',
    run: async (signal) => {
      const http = new HttpClient();
      try {
        const { criteria, problem } = await watchGate({
          source:
            prometheus === null
              ? new MetricsEndpoint(`${baseUrl}/metrics`, http, clock, false, key)
              : new Prometheus(prometheus, http, selector),
          once: prometheus !== null,
          windowMs,
          intervalMs: INTERVAL_MS,
          expectThroughput: null,
          baseline: null,
          clock,
          signal,
          onProgress: (report) => log(gateProgress(report)),
        });
        return criteria.map((criterion) => lineOf(criterion, problem));
      } finally {
        http.close();
      }
    },
  };
}

/**
 * A criterion that rolls back blocks; one that holds is for a person to decide. A criterion without a measured value was not judged:
 * nothing is known, regardless of what its verdict means for the gate.
 */
function lineOf({ id, verdict, measured, threshold, evidence }: Criterion, problem: string | null): CheckLine {
  const result = measured === null ? 'skipped' : verdict === 'promote' ? 'pass' : 'fail';
  return {
    id: `gate.${id}`,
    title: id,
    severity: verdict === 'rollback' ? 'block' : 'warn',
    result,
    evidence: `${evidence}${problem === null ? '' : ` (${problem})`}; required: ${threshold}`,
    remedy: result === 'pass' ? null : verdict === 'rollback' ? ROLL_BACK : LOOK_INTO_IT,
    seconds: 0,
  };
}

const LOOK_INTO_IT =
  'look into it before you continue; if there was too little traffic to judge, use a longer --window';
const ROLL_BACK = 'roll back: docs/rollback.md';
