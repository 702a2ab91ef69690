import type { IRollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import type { IAnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { type Manifest, ofKind } from './manifests';

/** Pods that some object makes. */
export interface Pods {
  owner: string;
  /** A Deployment or a Rollout: it runs on, and its pods are called. */
  serves: boolean;
  selector: Record<string, string>;
  labels: Record<string, string>;
  spec: IPodSpec;
  container: IContainer;
}

type Template = { metadata?: { labels?: Record<string, string> }; spec?: unknown } | undefined;

/** Every pod template among the objects, including the Job of an analysis. Each has one container. */
export function podsOf(manifests: readonly Manifest[]): Pods[] {
  const serving = [...ofKind<IDeployment>(manifests, 'Deployment'), ...ofKind<IRollout>(manifests, 'Rollout')];
  const analyses = ofKind<IAnalysisTemplate>(manifests, 'AnalysisTemplate').flatMap(({ metadata, spec }) =>
    (spec.metrics ?? []).flatMap(({ provider }) =>
      provider.job ? [pods(`AnalysisTemplate/${metadata.name}`, provider.job.spec.template)] : [],
    ),
  );
  return [
    ...serving.map(({ kind, metadata, spec }) => ({
      ...pods(`${kind}/${metadata.name}`, spec?.template),
      serves: true,
      selector: spec?.selector?.matchLabels ?? {},
    })),
    ...ofKind<IJob>(manifests, 'Job').map(({ metadata, spec }) => pods(`Job/${metadata.name}`, spec?.template)),
    ...analyses,
  ];
}

function pods(owner: string, template: Template): Pods {
  const spec = template?.spec as IPodSpec;
  const [container, ...others] = spec.containers;
  if (!container || others.length > 0) throw new Error(`${owner} must have one container`);
  return { owner, serves: false, selector: {}, labels: template?.metadata?.labels ?? {}, spec, container };
}

/** All containers of a pod, those that run first included. */
export function containersOf({ initContainers = [], containers }: IPodSpec): IContainer[] {
  return [...initContainers, ...containers];
}

/** Whether a selector picks pods with these labels. */
export function selects(selector: Record<string, string> | undefined, labels: Record<string, string>): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}
