/** What Argo Rollouts and Flagger ask Prometheus about a canary, as they would send it. */
import { parse, parseAllDocuments } from 'yaml';
import { readProjectFile } from './alert-rules';

const OVERLAYS = 'deploy/kubernetes/overlays';

/** The labels that Prometheus gives the series of the canary's pods. */
export const CANARY_LABELS = {
  namespace: 'typeform-onboarding',
  pod: 'typeform-onboarding-7d4b9c5f6-x2x4k',
  rollouts_pod_template_hash: '7d4b9c5f6',
};

export interface CanaryQuery {
  metric: string;
  query: string;
}

export interface ArgoMetric extends CanaryQuery {
  successCondition: string;
  failureCondition: string;
}

export interface FlaggerMetric extends CanaryQuery {
  thresholdRange: { min?: number; max?: number };
}

interface AnalysisTemplate {
  spec: {
    metrics: {
      name: string;
      successCondition: string;
      failureCondition: string;
      provider: { prometheus?: { query: string } };
    }[];
  };
}

interface Canary {
  spec: {
    targetRef: { name: string };
    analysis: {
      metrics: {
        name: string;
        interval: string;
        thresholdRange: FlaggerMetric['thresholdRange'];
        templateRef: Named;
      }[];
    };
  };
}

interface MetricTemplate {
  metadata: Named;
  spec: { query: string };
}

interface Named {
  name: string;
}

/** Every metric of the AnalysisTemplates that asks Prometheus. */
export function argoMetrics(): ArgoMetric[] {
  const templates = readAll<AnalysisTemplate>(`${OVERLAYS}/rollouts/analysis-template.yaml`);
  return templates
    .flatMap(({ spec }) => spec.metrics)
    .flatMap(({ name, successCondition, failureCondition, provider }) =>
      provider.prometheus
        ? [{ metric: name, successCondition, failureCondition, query: forArgo(provider.prometheus.query) }]
        : [],
    );
}

/** Every metric of the Canary, with the query of its template. */
export function flaggerMetrics(): FlaggerMetric[] {
  const { targetRef, analysis } = (parse(readProjectFile(`${OVERLAYS}/flagger/canary.yaml`)) as Canary).spec;
  const templates = readAll<MetricTemplate>(`${OVERLAYS}/flagger/metric-templates.yaml`);
  return analysis.metrics.map(({ name, interval, thresholdRange, templateRef }) => {
    const template = templates.find(({ metadata }) => metadata.name === templateRef.name);
    if (!template) throw new Error(`there is no MetricTemplate ${templateRef.name}`);
    const variables = { namespace: CANARY_LABELS.namespace, target: targetRef.name, interval };
    return { metric: name, thresholdRange, query: forFlagger(template.spec.query, variables) };
  });
}

function forArgo(query: string): string {
  return query.replaceAll('{{args.canary-hash}}', CANARY_LABELS.rollouts_pod_template_hash);
}

/** Throws at a variable that Flagger does not have. */
function forFlagger(query: string, variables: Record<string, string>): string {
  return query.replace(/\{\{ (\w+) \}\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`Flagger knows no variable ${name}`);
    return value;
  });
}

function readAll<T>(file: string): T[] {
  return parseAllDocuments(readProjectFile(file)).map((document) => document.toJS() as T);
}
