/** What the manifests must say beyond being valid: how pods run, that references resolve, that the webhook path has a way in. */
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { ISecret } from 'kubernetes-models/v1/Secret';
import type { IService } from 'kubernetes-models/v1/Service';
import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { checkEnvironment } from '../../src/config/load-config';
import { SETTINGS } from '../../src/config/settings';
import { buildOverlay, type Manifest, ofKind, OVERLAYS, parseManifests, readDeployFile } from './manifests';
import { podsOf, type Pods, selects } from './pods';

/** SHUTDOWN_DEADLINE_MS of service.ts, rounded up. */
const SHUTDOWN_SECONDS = 10;
/** Read by Node itself. */
const OTHER_VARIABLES = ['NODE_OPTIONS'];
const SECRET = 'typeform-onboarding-secrets';
/** Values of the right form for the keys of the example, whose own values are placeholders. */
const SECRET_VALUES: Record<string, string> = {
  DATABASE_URL: 'postgresql://onboarding:password@db.example.com:5432/onboarding',
  TYPEFORM_API_KEY: 'tfp_0123456789_example',
  TYPEFORM_WEBHOOK_SECRET: 'an-example-of-a-signing-secret-0123456789',
  ADMIN_API_KEY: 'an-example-of-an-admin-key-0123456789',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  REDIS_URL: 'rediss://redis.example.com:6379',
};

describe.each(OVERLAYS)('overlay %s', (overlay) => {
  let manifests: Manifest[];
  let pods: Pods[];
  let serving: Pods[];
  beforeAll(() => {
    manifests = parseManifests(buildOverlay(overlay));
    pods = podsOf(manifests);
    serving = pods.filter(({ serves }) => serves);
  });
  const services = () => ofKind<IService>(manifests, 'Service');
  const configMaps = () => ofKind<IConfigMap>(manifests, 'ConfigMap');
  const budgets = () => ofKind<IPodDisruptionBudget>(manifests, 'PodDisruptionBudget');

  it('runs what it should', () => {
    const expected = {
      production: ['Deployment/typeform-onboarding', 'Job/typeform-onboarding-migrate'],
      split: [
        'Deployment/typeform-onboarding',
        'Deployment/typeform-onboarding-processor',
        'Job/typeform-onboarding-migrate',
      ],
      rollouts: [
        'Rollout/typeform-onboarding',
        'Job/typeform-onboarding-migrate',
        'AnalysisTemplate/typeform-onboarding-gate',
      ],
    };
    expect(pods.map(({ owner }) => owner)).toEqual(expected[overlay]);
    const modes = serving.map(({ container }) => container.env?.find(({ name }) => name === 'WORKER_MODE')?.value);
    expect(modes).toEqual(overlay === 'split' ? ['intake', 'processor'] : [undefined]);
  });

  it('puts everything into one namespace', () => {
    const namespaced = manifests.filter(({ kind }) => kind !== 'Namespace');
    expect([...new Set(namespaced.map(({ metadata }) => metadata.namespace))]).toEqual(['typeform-onboarding']);
  });

  it('lets every pod do no more than it must', () => {
    for (const { owner, spec, container } of pods) {
      expect({ owner, ...spec, containers: [] }).toMatchObject({
        serviceAccountName: 'typeform-onboarding',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect({ owner, ...container.securityContext }).toEqual({
        owner,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(spec).not.toHaveProperty('hostNetwork');
    }
  });

  it('says what every container needs and may take, and takes its image by digest', () => {
    for (const { container } of pods) {
      for (const amounts of [container.resources?.requests, container.resources?.limits]) {
        expect(Object.keys(amounts ?? {}).sort()).toEqual(['cpu', 'ephemeral-storage', 'memory']);
      }
      expect(container.image).toMatch(/^registry\.example\.com\/typeform-onboarding@sha256:[0-9a-f]{64}$/);
    }
  });

  it('probes every serving container on its management port, each probe for its own question', () => {
    for (const { container } of serving) {
      const { startupProbe, livenessProbe, readinessProbe } = container;
      const asked = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet);
      expect(asked).toEqual(
        ['startup', 'live', 'ready'].map((probe) => ({ path: `/health/${probe}`, port: 'management' })),
      );
      // The indicators of the service give up after 2 s.
      for (const probe of [startupProbe, readinessProbe]) expect(probe?.timeoutSeconds).toBeGreaterThan(2);
    }
  });

  it('gives a pod the time to leave: first out of the proxies, then through its shutdown', () => {
    for (const { spec, container } of serving) {
      const preStop = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
      expect(preStop).toBeGreaterThanOrEqual(3);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(preStop + SHUTDOWN_SECONDS);
    }
  });

  it('uses only variables that the service reads, and together they are a valid production configuration', () => {
    const [example] = ofKind<ISecret>(parseManifests(readDeployFile('examples/secret.example.yaml')), 'Secret');
    expect(example?.metadata.name).toBe(SECRET);
    const secrets = Object.fromEntries(Object.keys(example?.stringData ?? {}).map((key) => [key, SECRET_VALUES[key]]));
    for (const { container } of pods.filter(({ container: { envFrom } }) => envFrom)) {
      const own = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
      const environment = { ...configMaps()[0]?.data, ...secrets, ...own };
      const allowed = [...Object.keys(SETTINGS), ...OTHER_VARIABLES];
      expect(Object.keys(environment).filter((name) => !allowed.includes(name))).toEqual([]);
      const { report } = checkEnvironment(environment);
      expect(report).toMatchObject({ environment: 'production', problems: [], warnings: [], recommendations: [] });
    }
    expect(pods.filter(({ container }) => container.envFrom).length).toBe(serving.length + 1);
  });

  it('refers only to ConfigMaps and Secrets that are there', () => {
    for (const { container, spec } of pods) {
      for (const { configMapRef, secretRef } of container.envFrom ?? []) {
        if (configMapRef) expect(configMaps().map(({ metadata }) => metadata.name)).toContain(configMapRef.name);
        else expect(secretRef?.name).toBe(SECRET);
      }
      expect((container.env ?? []).filter(({ valueFrom }) => valueFrom)).toEqual([]);
      expect(spec.volumes ?? []).toEqual([]);
    }
    // Secrets come from elsewhere.
    expect(ofKind<ISecret>(manifests, 'Secret')).toEqual([]);
  });

  it('selects its own pods, and by no selector those of a Job', () => {
    for (const { selector, labels } of serving) expect(selects(selector, labels)).toBe(true);
    const selectors = [
      ...services().map(({ spec }) => spec?.selector),
      ...budgets().map(({ spec }) => spec?.selector?.matchLabels),
      ...serving.flatMap(({ spec }) =>
        (spec.topologySpreadConstraints ?? []).map(({ labelSelector }) => labelSelector?.matchLabels),
      ),
    ];
    for (const selector of selectors) {
      expect(pods.filter(({ labels }) => selects(selector, labels))).toHaveLength(1);
      expect(serving.filter(({ labels }) => selects(selector, labels))).toHaveLength(1);
    }
    for (const { labels, spec } of serving) {
      const spread = spec.topologySpreadConstraints ?? [];
      expect(spread.length).toBeGreaterThan(0);
      for (const { labelSelector } of spread) expect(selects(labelSelector?.matchLabels, labels)).toBe(true);
    }
  });

  it('has the ports that are referred to: by Services, probes, the monitor, the configuration', () => {
    const settings = configMaps()[0]?.data ?? {};
    for (const { container, labels } of serving) {
      const ports = Object.fromEntries((container.ports ?? []).map(({ name, containerPort }) => [name, containerPort]));
      expect(ports).toEqual({ http: Number(settings.PORT), management: Number(settings.MANAGEMENT_PORT) });
      const mine = services().filter(({ spec }) => selects(spec?.selector, labels));
      for (const { targetPort } of mine.flatMap(({ spec }) => spec?.ports ?? [])) {
        expect(Object.keys(ports)).toContain(targetPort);
      }
    }
    const [monitor] = ofKind<IServiceMonitor>(manifests, 'ServiceMonitor');
    const monitored = services().filter(({ metadata }) =>
      selects(monitor?.spec.selector.matchLabels, metadata.labels ?? {}),
    );
    const scraped = serving.filter(({ labels }) => monitored.some(({ spec }) => selects(spec?.selector, labels)));
    expect(scraped).toHaveLength(serving.length);
    expect(monitored).toHaveLength(serving.length);
    for (const { port } of monitor?.spec.endpoints ?? []) {
      for (const { spec } of monitored) expect(spec?.ports?.map(({ name }) => name)).toEqual([port]);
    }
    for (const { spec } of services().filter((service) => !monitored.includes(service))) {
      expect(spec?.ports?.map(({ name }) => name)).toEqual(['http']);
    }
  });

  it('leads everything below /webhooks of the public host to pods that take webhooks in, without redirect and interception', () => {
    const host = new URL(configMaps()[0]?.data?.PUBLIC_URL ?? '').hostname;
    const ingresses = ofKind<IIngress>(manifests, 'Ingress');
    const rules = ingresses.flatMap(({ metadata, spec }) =>
      (spec?.rules ?? []).map(({ host, http }) => ({ name: metadata.name, host, paths: http?.paths ?? [] })),
    );
    expect([...new Set(rules.map((rule) => rule.host))]).toEqual([host]);
    expect(ingresses.flatMap(({ spec }) => (spec?.tls ?? []).flatMap(({ hosts }) => hosts ?? []))).toEqual(
      ingresses.map(() => host),
    );
    const paths = rules.flatMap(({ name, paths }) => paths.map((path) => ({ name, ...path })));
    expect(paths.map(({ name, path, pathType }) => ({ name, path, pathType }))).toEqual([
      { name: 'typeform-onboarding-api', path: '/v1', pathType: 'Prefix' },
      { name: 'typeform-onboarding-webhooks', path: '/webhooks', pathType: 'Prefix' },
    ]);
    for (const { backend } of paths) {
      const service = services().find(({ metadata }) => metadata.name === backend.service?.name);
      expect(service?.spec?.ports?.map(({ name }) => name)).toContain(backend.service?.port?.name);
      const [target] = serving.filter(({ labels }) => selects(service?.spec?.selector, labels));
      expect(target?.owner).toMatch(/\/typeform-onboarding$/);
    }
    const annotations = ingresses.find(({ metadata }) => metadata.name.endsWith('-webhooks'))?.metadata.annotations;
    const prefix = 'nginx.ingress.kubernetes.io/';
    expect(annotations).toMatchObject({
      [`${prefix}ssl-redirect`]: 'false',
      [`${prefix}force-ssl-redirect`]: 'false',
      [`${prefix}custom-http-errors`]: '404,410',
      [`${prefix}proxy-next-upstream`]: 'error timeout http_503 non_idempotent',
    });
    // With one, ingress-nginx itself no longer answers 503 when no pod is ready.
    expect(annotations).not.toHaveProperty(`${prefix}default-backend`);
    expect(Number(annotations?.[`${prefix}proxy-read-timeout`])).toBeLessThan(30);
  });

  it('keeps a pod through every drain, and scales what it runs', () => {
    const [autoscaler, ...others] = ofKind<IHorizontalPodAutoscaler>(manifests, 'HorizontalPodAutoscaler');
    expect(others).toEqual([]);
    const { kind = '', name = '', apiVersion } = autoscaler?.spec?.scaleTargetRef ?? {};
    const target = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
    expect(target?.apiVersion).toBe(apiVersion);
    for (const { owner, labels } of serving) {
      const scaled = owner === `${kind}/${name}`;
      const workload = manifests.find((manifest) => owner === `${manifest.kind}/${manifest.metadata.name}`);
      const replicas = scaled
        ? autoscaler?.spec?.minReplicas
        : (workload as { spec?: { replicas?: number } }).spec?.replicas;
      const mine = budgets().filter(({ spec }) => selects(spec?.selector?.matchLabels, labels));
      expect(mine).toHaveLength(1);
      expect(mine[0]?.spec?.maxUnavailable).toBeLessThan(Number(replicas));
    }
  });

  it('closes the network around every pod, but for what it needs', () => {
    const [policy] = ofKind<INetworkPolicy>(manifests, 'NetworkPolicy');
    expect(policy?.spec?.policyTypes).toEqual(['Ingress', 'Egress']);
    for (const { labels } of pods) expect(selects(policy?.spec?.podSelector?.matchLabels, labels)).toBe(true);
    const portsOf = (rules: { ports?: { port?: string | number }[] }[] = []) =>
      rules.flatMap(({ ports }) => (ports ?? []).map(({ port }) => port));
    expect(portsOf(policy?.spec?.ingress)).toEqual(['http', 'management']);
    expect(portsOf(policy?.spec?.egress)).toEqual([53, 53, 5432, 6379, 443, 9090]);
    for (const { from } of policy?.spec?.ingress ?? []) expect(from?.length).toBeGreaterThan(0);
    for (const { to } of policy?.spec?.egress ?? []) expect(to?.length).toBeGreaterThan(0);
  });

  it('prepares in a first step all that the migration needs', () => {
    const first = manifests.filter(({ metadata }) => metadata.labels?.['typeform-onboarding/step'] === 'prepare');
    expect(first.map(({ kind }) => kind).sort()).toEqual([
      'ConfigMap',
      'Job',
      'Namespace',
      'NetworkPolicy',
      'ServiceAccount',
    ]);
    const waveOf = ({ metadata }: Manifest) => Number(metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);
    const job = first.find(({ kind }) => kind === 'Job');
    for (const manifest of first.filter((other) => other !== job))
      expect(waveOf(manifest)).toBeLessThan(job ? waveOf(job) : 0);
    expect(job ? waveOf(job) : 0).toBeLessThan(0);
  });
});
