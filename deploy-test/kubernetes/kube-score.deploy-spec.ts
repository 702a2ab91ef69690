/** kube-score's checks on every overlay, one test each, and that each of them would find something. */
import { buildOverlay, type Manifest, OVERLAYS, parseManifests, readDeployFile } from './manifests';
import { CHECKS, LEFT_OUT, OTHER_KINDS } from './kube-score';

/** All checks of kube-score 1.20: a newer list is compared with this by hand. */
const NUMBER_OF_CHECKS = 39;

const SOURCES: [string, () => string][] = [
  ...[...OVERLAYS, 'flagger'].map((overlay): [string, () => string] => [
    `overlays/${overlay}`,
    () => buildOverlay(overlay),
  ]),
  ['examples/default-backend.yaml', () => readDeployFile('examples/default-backend.yaml')],
];

describe.each(SOURCES)('%s', (_source, read) => {
  let manifests: Manifest[];
  beforeAll(() => {
    manifests = parseManifests(read());
  });

  it.each(Object.entries(CHECKS))('%s', (_id, problemsOf) => {
    expect(problemsOf(manifests)).toEqual([]);
  });

  it('has no object of a kind whose checks are left out', () => {
    const kinds = manifests.map(({ kind }) => kind);
    expect(Object.values(OTHER_KINDS).filter((kind) => kinds.includes(kind))).toEqual([]);
  });
});

it('knows every check of kube-score', () => {
  const ids = [CHECKS, OTHER_KINDS, LEFT_OUT].flatMap((group) => Object.keys(group));
  expect(new Set(ids).size).toBe(NUMBER_OF_CHECKS);
  expect(ids).toHaveLength(NUMBER_OF_CHECKS);
});

/** For each check a change of overlays/split that it must find. */
const MISTAKES: Record<string, [string, string]> = {
  'deployment-strategy': ['type: RollingUpdate', 'type: Recreate'],
  'deployment-replicas': ['replicas: 2', 'replicas: 1'],
  'deployment-targeted-by-hpa-does-not-have-replicas-configured': [
    'progressDeadlineSeconds: 600',
    'progressDeadlineSeconds: 600\n  replicas: 3',
  ],
  'deployment-has-poddisruptionbudget': ['kind: PodDisruptionBudget', 'kind: Budget'],
  'deployment-has-host-podantiaffinity': ['podAntiAffinity:', 'podAffinity:'],
  'deployment-pod-selector-labels-match-template-metadata-labels': [
    'selector:\n    matchLabels:\n      app.kubernetes.io/component: service',
    'selector:\n    matchLabels:\n      app.kubernetes.io/component: other',
  ],
  'horizontalpodautoscaler-has-target': [
    'kind: Deployment\n    name: typeform-onboarding',
    'kind: Deployment\n    name: other',
  ],
  'horizontalpodautoscaler-replicas': ['minReplicas: 2', 'minReplicas: 1'],
  'poddisruptionbudget-has-policy': ['  maxUnavailable: 1\n', ''],
  'ingress-targets-service': ['name: http\n        path: /v1', 'name: https\n        path: /v1'],
  'service-targets-pod': [
    'selector:\n    app.kubernetes.io/component: service',
    'selector:\n    app.kubernetes.io/component: other',
  ],
  'service-type': ['spec:\n  ports:', 'spec:\n  type: NodePort\n  ports:'],
  'networkpolicy-targets-pod': [
    'podSelector:\n    matchLabels:\n      app.kubernetes.io/name: typeform-onboarding',
    'podSelector:\n    matchLabels:\n      app.kubernetes.io/name: other',
  ],
  'pod-networkpolicy': ['  - Egress\n', ''],
  'pod-probes': ['livenessProbe:', 'otherProbe:'],
  'pod-probes-identical': ['path: /health/live', 'path: /health/ready'],
  'pod-topology-spread-constraints': ['maxSkew: 1', 'maxSkew: 0'],
  'container-resources': ['cpu: 250m', 'other: 250m'],
  'container-ephemeral-storage-request-and-limit': ['ephemeral-storage: 256Mi', 'other: 256Mi'],
  'container-ephemeral-storage-request-equals-limit': ['ephemeral-storage: 256Mi', 'ephemeral-storage: 512Mi'],
  'container-image-tag': [`@sha256:${'0'.repeat(64)}`, ''],
  'container-image-pull-policy': ['imagePullPolicy: Always', 'imagePullPolicy: IfNotPresent'],
  'container-ports-check': [
    'containerPort: 3000\n          name: http',
    'containerPort: 3000\n          name: management',
  ],
  'environment-variable-key-duplication': [
    '- name: WORKER_MODE\n          value: intake',
    '- name: WORKER_MODE\n          value: intake\n        - name: WORKER_MODE\n          value: processor',
  ],
  'container-security-context-user-group-id': ['runAsGroup: 10001', 'runAsGroup: 1000'],
  'container-security-context-privileged': [
    'readOnlyRootFilesystem: true',
    'readOnlyRootFilesystem: true\n          privileged: true',
  ],
  'container-security-context-readonlyrootfilesystem': [
    'readOnlyRootFilesystem: true',
    'readOnlyRootFilesystem: false',
  ],
  'container-seccomp-profile': ['seccompProfile:', 'otherProfile:'],
  'stable-version': ['apiVersion: policy/v1\n', 'apiVersion: policy/v1beta1\n'],
  'label-values': ['app.kubernetes.io/name: typeform-onboarding', 'app.kubernetes.io/name: -typeform-onboarding'],
};

describe('a mistake is found', () => {
  let text: string;
  beforeAll(() => {
    text = buildOverlay('split');
  });

  it.each(Object.entries(CHECKS))('%s', (id, problemsOf) => {
    const [right, wrong] = MISTAKES[id] ?? ['', ''];
    expect(problemsOf(parseManifests(text.replace(right, wrong)))).not.toEqual([]);
  });
});
