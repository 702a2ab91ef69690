/**
 * The checks of kube-score (https://github.com/zegl/kube-score/blob/master/README_CHECKS.md) by their IDs, on the objects of an
 * overlay. Stricter than the tool where it does not look: a Rollout counts as a Deployment, the pods of an AnalysisTemplate's Job are
 * pods, and the Service that Flagger makes from a Canary is there.
 */
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IService } from 'kubernetes-models/v1/Service';
import { type Manifest, ofKind } from './manifests';
import { containersOf, podsOf, selects } from './pods';

/** kube-score's own limits. */
const LOWEST_ID = 10_000;
const LEAST_REPLICAS = 2;
const LONGEST_PORT_NAME = 15;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const SPREADING_KEYS = ['kubernetes.io/hostname', 'topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];
/** Versions that a stable one has replaced. */
const REPLACED_VERSIONS =
  /^(extensions\/v1beta1|apps\/v1beta[12]|batch\/v1beta1|policy\/v1beta1|networking\.k8s\.io\/v1beta1|autoscaling\/v2beta[12])$/;

type Check = (manifests: readonly Manifest[]) => string[];

interface Canary {
  spec: { service: { name: string; portName: string } };
}

/** What a check finds wrong, one line each: the object and what it lacks. */
export const CHECKS: Record<string, Check> = {
  'deployment-strategy': (manifests) =>
    workloads(manifests)
      .filter(
        ({ kind, spec }) => kind === 'Deployment' && (spec?.strategy?.type ?? 'RollingUpdate') !== 'RollingUpdate',
      )
      .map(named),
  'deployment-replicas': (manifests) =>
    workloads(manifests)
      .filter((workload) => !autoscaled(manifests, workload) && (workload.spec?.replicas ?? 1) < LEAST_REPLICAS)
      .map(named),
  'deployment-targeted-by-hpa-does-not-have-replicas-configured': (manifests) =>
    workloads(manifests)
      .filter((workload) => autoscaled(manifests, workload) && workload.spec?.replicas !== undefined)
      .map(named),
  'deployment-has-poddisruptionbudget': (manifests) =>
    workloads(manifests)
      .filter((workload) =>
        ofKind<IPodDisruptionBudget>(manifests, 'PodDisruptionBudget').every(
          ({ metadata, spec }) =>
            metadata.namespace !== workload.metadata.namespace ||
            !selects(spec?.selector?.matchLabels, labelsOf(workload)),
        ),
      )
      .map(named),
  'deployment-has-host-podantiaffinity': (manifests) =>
    workloads(manifests)
      .filter((workload) => {
        const { preferredDuringSchedulingIgnoredDuringExecution, requiredDuringSchedulingIgnoredDuringExecution } =
          workload.spec?.template.spec?.affinity?.podAntiAffinity ?? {};
        const terms = [
          ...(preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
          ...(requiredDuringSchedulingIgnoredDuringExecution ?? []),
        ];
        return !terms.some(
          ({ topologyKey, labelSelector }) =>
            SPREADING_KEYS.includes(topologyKey) && selects(labelSelector?.matchLabels, labelsOf(workload)),
        );
      })
      .map(named),
  'deployment-pod-selector-labels-match-template-metadata-labels': (manifests) =>
    workloads(manifests)
      .filter((workload) => !selects(workload.spec?.selector.matchLabels, labelsOf(workload)))
      .map(named),

  'horizontalpodautoscaler-has-target': (manifests) =>
    autoscalers(manifests)
      .filter((autoscaler) => !workloads(manifests).some((workload) => targets(autoscaler, workload)))
      .map(named),
  'horizontalpodautoscaler-replicas': (manifests) =>
    autoscalers(manifests)
      .filter(({ spec }) => (spec?.minReplicas ?? 1) < LEAST_REPLICAS)
      .map(named),
  'poddisruptionbudget-has-policy': (manifests) =>
    ofKind<IPodDisruptionBudget>(manifests, 'PodDisruptionBudget')
      .filter(({ spec }) => spec?.minAvailable === undefined && spec?.maxUnavailable === undefined)
      .map(named),

  'ingress-targets-service': (manifests) =>
    ofKind<IIngress>(manifests, 'Ingress').flatMap((ingress) =>
      (ingress.spec?.rules ?? [])
        .flatMap(({ http }) => http?.paths ?? [])
        .filter(({ backend }) => !isServed(manifests, backend.service?.name, backend.service?.port?.name))
        .map(({ path }) => `${named(ingress)} ${path}`),
    ),
  'service-targets-pod': (manifests) =>
    ofKind<IService>(manifests, 'Service')
      .filter(({ spec }) => !podsOf(manifests).some(({ labels }) => selects(spec?.selector, labels)))
      .map(named),
  'service-type': (manifests) =>
    ofKind<IService>(manifests, 'Service')
      .filter(({ spec }) => spec?.type === 'NodePort')
      .map(named),
  'networkpolicy-targets-pod': (manifests) =>
    ofKind<INetworkPolicy>(manifests, 'NetworkPolicy')
      .filter(({ spec }) => !podsOf(manifests).some(({ labels }) => selects(spec?.podSelector?.matchLabels, labels)))
      .map(named),
  'pod-networkpolicy': (manifests) =>
    podsOf(manifests).flatMap(({ owner, labels }) => {
      const mine = ofKind<INetworkPolicy>(manifests, 'NetworkPolicy').filter(({ spec }) =>
        selects(spec?.podSelector?.matchLabels, labels),
      );
      return (['Ingress', 'Egress'] as const)
        .filter((direction) => !mine.some(({ spec }) => spec?.policyTypes?.includes(direction)))
        .map((direction) => `${owner} ${direction}`);
    }),

  'pod-probes': (manifests) =>
    podsOf(manifests)
      .filter(({ serves, container }) => serves && !(container.readinessProbe && container.livenessProbe))
      .map(({ owner }) => owner),
  'pod-probes-identical': (manifests) =>
    podsOf(manifests)
      .filter(({ container: { readinessProbe, livenessProbe } }) => {
        const [ready, live] = [readinessProbe, livenessProbe].map((probe) =>
          JSON.stringify([probe?.httpGet?.path, probe?.httpGet?.port, probe?.tcpSocket?.port, probe?.exec?.command]),
        );
        return readinessProbe !== undefined && ready === live;
      })
      .map(({ owner }) => owner),
  'pod-topology-spread-constraints': (manifests) =>
    podsOf(manifests)
      .filter(({ spec }) =>
        (spec.topologySpreadConstraints ?? []).some(
          ({ labelSelector, maxSkew, minDomains, topologyKey, whenUnsatisfiable }) =>
            !labelSelector ||
            maxSkew === 0 ||
            minDomains === 0 ||
            topologyKey === '' ||
            !['DoNotSchedule', 'ScheduleAnyway'].includes(whenUnsatisfiable),
        ),
      )
      .map(({ owner }) => owner),

  'container-resources': (manifests) => amountsMissing(manifests, ['cpu', 'memory']),
  'container-ephemeral-storage-request-and-limit': (manifests) => amountsMissing(manifests, ['ephemeral-storage']),
  'container-ephemeral-storage-request-equals-limit': (manifests) =>
    containersThat(
      manifests,
      ({ resources }) => resources?.requests?.['ephemeral-storage'] !== resources?.limits?.['ephemeral-storage'],
    ),
  'container-image-tag': (manifests) =>
    containersThat(manifests, ({ image }) => ['', 'latest'].includes(image?.split(':').slice(1).at(-1) ?? '')),
  'container-image-pull-policy': (manifests) =>
    containersThat(manifests, ({ imagePullPolicy }) => imagePullPolicy !== 'Always'),
  'container-ports-check': (manifests) =>
    containersThat(manifests, ({ ports = [] }) => {
      const names = ports.flatMap(({ name }) => name ?? []);
      return (
        new Set(names).size < names.length ||
        names.some((name) => name.length > LONGEST_PORT_NAME) ||
        ports.some(({ containerPort }) => !containerPort)
      );
    }),
  'environment-variable-key-duplication': (manifests) =>
    containersThat(manifests, ({ env = [] }) => new Set(env.map(({ name }) => name)).size < env.length),
  'container-security-context-user-group-id': (manifests) =>
    podsOf(manifests).flatMap(({ owner, spec }) =>
      containersOf(spec)
        .filter(({ securityContext }) => {
          const { runAsUser = 0, runAsGroup = 0 } = { ...spec.securityContext, ...securityContext };
          return runAsUser < LOWEST_ID || runAsGroup < LOWEST_ID;
        })
        .map(({ name }) => `${owner} ${name}`),
    ),
  'container-security-context-privileged': (manifests) =>
    containersThat(manifests, ({ securityContext }) => securityContext?.privileged === true),
  'container-security-context-readonlyrootfilesystem': (manifests) =>
    containersThat(manifests, ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true),
  'container-seccomp-profile': (manifests) =>
    podsOf(manifests)
      .filter(({ spec }) => spec.securityContext?.seccompProfile === undefined)
      .map(({ owner }) => owner),

  'stable-version': (manifests) => manifests.filter(({ apiVersion }) => REPLACED_VERSIONS.test(apiVersion)).map(named),
  'label-values': (manifests) =>
    manifests
      .filter(({ metadata }) => Object.values(metadata.labels ?? {}).some((value) => !LABEL_VALUE.test(value)))
      .map(named),
};

/** Checks about kinds of objects that no overlay has. */
export const OTHER_KINDS: Record<string, string> = {
  'cronjob-has-deadline': 'CronJob',
  'cronjob-restartpolicy': 'CronJob',
  'statefulset-has-poddisruptionbudget': 'StatefulSet',
  'statefulset-has-host-podantiaffinity': 'StatefulSet',
  'statefulset-has-servicename': 'StatefulSet',
  'statefulset-pod-selector-labels-match-template-metadata-labels': 'StatefulSet',
};

/** Optional checks, which kube-score leaves out unless it is told, and why they are left out here too. */
export const LEFT_OUT: Record<string, string> = {
  'container-resource-requests-equal-limits': 'consists of the next two',
  'container-cpu-requests-equal-limits':
    'the autoscaler measures use against the request; a burst of webhooks may take the CPU time that nobody else needs',
  'container-memory-requests-equal-limits':
    'the request is what a pod uses, the limit what a burst of large bodies may take',
};

function workloads(manifests: readonly Manifest[]): (Manifest & IDeployment)[] {
  return ['Deployment', 'Rollout'].flatMap((kind) => ofKind<IDeployment>(manifests, kind));
}

function autoscalers(manifests: readonly Manifest[]): (Manifest & IHorizontalPodAutoscaler)[] {
  return ofKind<IHorizontalPodAutoscaler>(manifests, 'HorizontalPodAutoscaler');
}

function targets({ spec, metadata }: Manifest & IHorizontalPodAutoscaler, workload: Manifest): boolean {
  const { apiVersion, kind, name } = spec?.scaleTargetRef ?? {};
  return (
    apiVersion === workload.apiVersion &&
    kind === workload.kind &&
    name === workload.metadata.name &&
    metadata.namespace === workload.metadata.namespace
  );
}

function autoscaled(manifests: readonly Manifest[], workload: Manifest): boolean {
  return autoscalers(manifests).some((autoscaler) => targets(autoscaler, workload));
}

function labelsOf({ spec }: IDeployment): Record<string, string> {
  return spec?.template.metadata?.labels ?? {};
}

function isServed(manifests: readonly Manifest[], service = '', port = ''): boolean {
  const there = ofKind<IService>(manifests, 'Service').some(
    ({ metadata, spec }) => metadata.name === service && spec?.ports?.some(({ name }) => name === port),
  );
  return (
    there ||
    ofKind<Canary>(manifests, 'Canary').some(
      ({ spec }) => spec.service.name === service && spec.service.portName === port,
    )
  );
}

function containersThat(manifests: readonly Manifest[], isWrong: (container: IContainer) => boolean): string[] {
  return podsOf(manifests).flatMap(({ owner, spec }) =>
    containersOf(spec)
      .filter(isWrong)
      .map(({ name }) => `${owner} ${name}`),
  );
}

function amountsMissing(manifests: readonly Manifest[], names: string[]): string[] {
  return containersThat(manifests, ({ resources }) =>
    [resources?.requests, resources?.limits].some((amounts) => names.some((name) => !amounts?.[name])),
  );
}

function named({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}
