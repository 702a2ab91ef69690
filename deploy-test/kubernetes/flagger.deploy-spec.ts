/** overlays/flagger: the Canary refers to what is there, and what Flagger makes of it is found by everything else. */
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IService } from 'kubernetes-models/v1/Service';
import { buildOverlay, type Manifest, ofKind, parseManifests } from './manifests';
import { selects } from './pods';

interface Reference {
  apiVersion: string;
  kind: string;
  name: string;
}

interface ICanary {
  spec: {
    targetRef: Reference;
    autoscalerRef: Reference;
    ingressRef: Reference;
    service: { name: string; port: number; portName: string; targetPort: string };
    analysis: { metrics: { templateRef: { name: string } }[] };
  };
}

let manifests: Manifest[];
let canary: Manifest & ICanary;
let deployment: Manifest & IDeployment;
beforeAll(() => {
  manifests = parseManifests(buildOverlay('flagger'));
  [canary] = ofKind<ICanary>(manifests, 'Canary') as [Manifest & ICanary];
  [deployment] = ofKind<IDeployment>(manifests, 'Deployment') as [Manifest & IDeployment];
});

it('refers to the Deployment, its autoscaler and the Ingress of the webhooks', () => {
  const { targetRef, autoscalerRef, ingressRef } = canary.spec;
  expect([targetRef.kind, autoscalerRef.kind, ingressRef.kind]).toEqual([
    'Deployment',
    'HorizontalPodAutoscaler',
    'Ingress',
  ]);
  for (const { apiVersion, kind, name } of [targetRef, autoscalerRef, ingressRef]) {
    const found = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
    expect(found.map((manifest) => manifest.apiVersion)).toEqual([apiVersion]);
  }
});

it('asks by every MetricTemplate, and by none that is not there', () => {
  const asked = canary.spec.analysis.metrics.map(({ templateRef }) => templateRef.name);
  expect(asked.sort()).toEqual(
    ofKind(manifests, 'MetricTemplate')
      .map(({ metadata }) => metadata.name)
      .sort(),
  );
});

it('leaves the Service of the webhooks to Flagger, with the port that the Ingresses name', () => {
  const { name, portName, targetPort } = canary.spec.service;
  expect(ofKind<IService>(manifests, 'Service').map(({ metadata }) => metadata.name)).not.toContain(name);
  const backends = ofKind<IIngress>(manifests, 'Ingress')
    .flatMap(({ spec }) => spec?.rules ?? [])
    .flatMap(({ http }) => http?.paths ?? [])
    .map(({ backend }) => backend.service);
  for (const service of backends) expect(service).toEqual({ name, port: { name: portName } });
  expect(deployment.spec?.template.spec?.containers[0]?.ports?.map((port) => port.name)).toContain(targetPort);
});

it('the stable pods, whose label `app` Flagger renames, are still measured, budgeted and fenced in', () => {
  const labels = deployment.spec?.template.metadata?.labels ?? {};
  expect(deployment.spec?.selector.matchLabels).toMatchObject({ app: 'typeform-onboarding' });
  expect(labels.app).toBe('typeform-onboarding');
  const stable = { ...labels, app: 'typeform-onboarding-primary' };
  const [management] = ofKind<IService>(manifests, 'Service');
  const [budget] = ofKind<IPodDisruptionBudget>(manifests, 'PodDisruptionBudget');
  const [policy] = ofKind<INetworkPolicy>(manifests, 'NetworkPolicy');
  for (const selector of [
    management?.spec?.selector,
    budget?.spec?.selector?.matchLabels,
    policy?.spec?.podSelector?.matchLabels,
  ])
    expect(selects(selector, stable)).toBe(true);
});
