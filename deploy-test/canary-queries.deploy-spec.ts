/** The analyses of Argo Rollouts and Flagger: the same questions, judged by the thresholds of the `gate` command. */
import { GATE_THRESHOLDS } from '../src/operations/gate/release-gate';
import { argoMetrics, CANARY_LABELS, flaggerMetrics } from './support/canary-queries';

const { successRate, latencyMs, memoryGrowthBytes, paceCompliance, queue, wrongSecrets } = GATE_THRESHOLDS;
/** Whole numbers: a share of an event is what Prometheus makes of a window, see `queueDepth` of the gate. */
const NO_EVENT = 0.5;

it('Argo Rollouts promotes and rolls back where the gate does', () => {
  const conditions = Object.fromEntries(
    argoMetrics().map(({ metric, successCondition, failureCondition }) => [
      metric,
      [successCondition, failureCondition],
    ]),
  );
  const unlessSilent = (condition: string): string => `len(result) == 0 || result[0] ${condition}`;
  const when = (condition: string): string => `len(result) > 0 && result[0] ${condition}`;
  const never = 'false';
  expect(conditions).toEqual({
    'success-rate': [unlessSilent(`> ${successRate.target}`), when(`< ${successRate.rollback}`)],
    latency: [unlessSilent(`< ${latencyMs.target}`), never],
    'memory-growth': [unlessSilent(`< ${memoryGrowthBytes / 1024 / 1024}`), never],
    'pace-compliance': [unlessSilent(`>= ${paceCompliance}`), never],
    'queue-depth': [unlessSilent(`<= ${queue.pendingEvents}`), never],
    'queue-age': [unlessSilent(`<= ${queue.oldestPendingSeconds}`), never],
    'dead-events': [unlessSilent(`< ${NO_EVENT}`), never],
    'signature-failures': [unlessSilent(`< ${wrongSecrets}`), never],
  });
});

it('Flagger goes on where the gate promotes', () => {
  expect(Object.fromEntries(flaggerMetrics().map(({ metric, thresholdRange }) => [metric, thresholdRange]))).toEqual({
    'success-rate': { min: successRate.target },
    latency: { max: latencyMs.target },
    'memory-growth': { max: memoryGrowthBytes / 1024 / 1024 },
    'pace-compliance': { min: paceCompliance },
    'queue-depth': { max: queue.pendingEvents },
    'queue-age': { max: queue.oldestPendingSeconds },
    'dead-events': { max: NO_EVENT },
    'signature-failures': { max: wrongSecrets - NO_EVENT },
  });
});

it('both ask the same, each of its own canary', () => {
  const flaggerSelector = `namespace="${CANARY_LABELS.namespace}",pod=~"typeform-onboarding-[0-9a-z]+-[0-9a-z]+"`;
  const argoSelector = `rollouts_pod_template_hash="${CANARY_LABELS.rollouts_pod_template_hash}"`;
  const questions = (metrics: { metric: string; query: string }[], selector: string) =>
    metrics.map(({ metric, query }) => [metric, query.replaceAll(selector, 'CANARY')]);
  expect(questions(argoMetrics(), argoSelector)).toEqual(questions(flaggerMetrics(), flaggerSelector));
});

it('counts as few requests as the gate', () => {
  const queryOf = (name: string): string => argoMetrics().find(({ metric }) => metric === name)?.query ?? '';
  expect(queryOf('success-rate')).toContain(`>= ${GATE_THRESHOLDS.minRequests}\n`);
  expect(queryOf('success-rate')).toContain(`>= ${GATE_THRESHOLDS.failuresAtLowTraffic})`);
});

it('the pods of the stable version and of the processor are not those of the canary', () => {
  const [, pattern = ''] = /pod=~"([^"]+)"/.exec(flaggerMetrics()[0]?.query ?? '') ?? [];
  const isCanary = (pod: string): boolean => new RegExp(`^(?:${pattern})$`).test(pod);
  expect(isCanary(CANARY_LABELS.pod)).toBe(true);
  expect(isCanary('typeform-onboarding-primary-7d4b9c5f6-x2x4k')).toBe(false);
  expect(isCanary('typeform-onboarding-processor-7d4b9c5f6-x2x4k')).toBe(false);
});
