/** The pods of every overlay keep the Pod Security Standard "restricted", which the namespace enforces. */
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { buildOverlay, type Manifest, ofKind, OVERLAYS, parseManifests, readDeployFile } from './manifests';
import { RULES } from './pod-security';
import { type Pods, podsOf } from './pods';

const brokenBy = (spec: IPodSpec) => Object.keys(RULES).filter((name) => !RULES[name]?.(spec));

describe.each([...OVERLAYS, 'flagger'])('overlay %s', (overlay) => {
  let manifests: Manifest[];
  beforeAll(() => {
    manifests = parseManifests(buildOverlay(overlay));
  });

  it.each(Object.keys(RULES))('%s', (name) => {
    const pods = podsOf(manifests);
    expect(pods.length).toBeGreaterThan(1);
    expect(pods.filter(({ spec }) => !RULES[name]?.(spec)).map(({ owner }) => owner)).toEqual([]);
  });

  it('enforces them in its namespace', () => {
    const [namespace] = ofKind(manifests, 'Namespace');
    expect(namespace?.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    });
  });
});

it('the default backend keeps them too', () => {
  const pods = podsOf(parseManifests(readDeployFile('examples/default-backend.yaml')));
  expect(pods.map(({ spec }) => brokenBy(spec))).toEqual([[]]);
});

/** For each rule a pod that breaks it, and no other. */
const MISTAKES: Record<string, (spec: IPodSpec) => IPodSpec> = {
  HostProcess: (spec) => inContainer(spec, { securityContext: { windowsOptions: { hostProcess: true } } }),
  'Host Namespaces': (spec) => ({ ...spec, hostPID: true }),
  'Privileged Containers': (spec) => inContainer(spec, { securityContext: { privileged: true } }),
  'Host Ports': (spec) => inContainer(spec, { ports: [{ containerPort: 3000, hostPort: 3000 }] }),
  'Host Probes / Lifecycle Hooks': (spec) =>
    inContainer(spec, { livenessProbe: { httpGet: { host: '169.254.169.254', port: 80 } } }),
  AppArmor: (spec) => inPod(spec, { appArmorProfile: { type: 'Unconfined' } }),
  SELinux: (spec) => inPod(spec, { seLinuxOptions: { type: 'spc_t' } }),
  '/proc Mount Type': (spec) => inContainer(spec, { securityContext: { procMount: 'Unmasked' } }),
  Sysctls: (spec) => inPod(spec, { sysctls: [{ name: 'kernel.msgmax', value: '1' }] }),
  'Volume Types': (spec) => ({ ...spec, volumes: [{ name: 'host', hostPath: { path: '/' } }] }),
  'Privilege Escalation': (spec) => inContainer(spec, { securityContext: { allowPrivilegeEscalation: true } }),
  'Running as Non-root': (spec) => inPod(spec, { runAsNonRoot: undefined }),
  'Running as Non-root user': (spec) => inContainer(spec, { securityContext: { runAsUser: 0 } }),
  Seccomp: (spec) => inContainer(spec, { securityContext: { seccompProfile: { type: 'Unconfined' } } }),
  Capabilities: (spec) =>
    inContainer(spec, { securityContext: { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } } }),
};

describe('a pod is found that breaks', () => {
  let spec: IPodSpec;
  beforeAll(() => {
    [{ spec }] = podsOf(parseManifests(buildOverlay('production'))) as [Pods];
  });

  it.each(Object.keys(RULES))('%s', (name) => {
    expect(brokenBy(MISTAKES[name]?.(spec) ?? spec)).toEqual([name]);
  });
});

type Container = IPodSpec['containers'][number];

function inPod(spec: IPodSpec, changed: IPodSpec['securityContext']): IPodSpec {
  return { ...spec, securityContext: { ...spec.securityContext, ...changed } };
}

function inContainer(spec: IPodSpec, changed: Partial<Container>): IPodSpec {
  return {
    ...spec,
    containers: spec.containers.map((container) => ({
      ...container,
      ...changed,
      securityContext: { ...container.securityContext, ...changed.securityContext },
    })),
  };
}
