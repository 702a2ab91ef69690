/** Every object of deploy/kubernetes against the published schemas of its kind. */
import { resolve } from 'node:path';
import { buildOverlay, OVERLAYS, readDeployFile } from './manifests';
import { run, type Run } from '../support/tools';

const EXAMPLES = ['examples/secret.example.yaml', 'examples/default-backend.yaml'];

describe('the manifests', () => {
  it('have no field, type or value that the API does not know', () => {
    const all = [...[...OVERLAYS, 'flagger'].map(buildOverlay), ...EXAMPLES.map(readDeployFile)].join('\n---\n');
    expect(validate(all)).toMatchObject({ code: 0, stdout: '' });
  });

  it('would be found out of Flagger too: a misspelt field, a wrong type, two ways to go on at once', () => {
    const broken = buildOverlay('flagger')
      .replace('ingressRef:', 'ingresRef:')
      .replace('port: 80\n', 'port: eighty\n')
      .replace('stepWeights:', 'stepWeight: 10\n    stepWeights:')
      .replace('type: prometheus', 'type: prometeus');
    const { code, stdout } = validate(broken);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Canary\/typeform-onboarding: .*"ingresRef"/m);
    expect(stdout).toMatch(/^Canary\/typeform-onboarding: .*expected number.* spec\.service\.port/m);
    expect(stdout).toMatch(/^Canary\/typeform-onboarding: .*exactly one of iterations.* spec\.analysis/m);
    expect(stdout).toMatch(/^MetricTemplate\/[\w-]+: .*spec\.provider\.type/m);
  });

  it('would be found out: a misspelt field, a wrong type, a missing field, an unknown kind, in core and in custom resources', () => {
    const broken = buildOverlay('rollouts')
      .replace('livenessProbe:', 'livenesProbe:')
      .replace('averageUtilization: 60', 'averageUtilization: high')
      .replace('setWeight: 10', "setWeight: '10'")
      .replace('pathType: Prefix', 'pathTipe: Prefix')
      .replace('kind: NetworkPolicy', 'kind: NetworkPolice')
      .replace('podTargetLabels:', 'podTargetLabel:');
    const { code, stdout } = validate(broken);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Rollout\/typeform-onboarding: .*'"livenesProbe"' does not exist/m);
    expect(stdout).toMatch(/^HorizontalPodAutoscaler\/typeform-onboarding: .*averageUtilization must be integer/m);
    expect(stdout).toMatch(/^Rollout\/typeform-onboarding: .*setWeight must be integer/m);
    expect(stdout).toMatch(/^Ingress\/typeform-onboarding-api: .*must have required property pathType/m);
    expect(stdout).toMatch(/^NetworkPolice\/typeform-onboarding: there is no schema/m);
    expect(stdout).toMatch(/^ServiceMonitor\/typeform-onboarding: .*'"podTargetLabel"' does not exist/m);
  });
});

it('prometheus-rule.yaml says what deploy/prometheus/rules.yaml says', () => {
  const script = resolve(__dirname, 'generate-prometheus-rule.mjs');
  const { code, stderr } = run(process.execPath, [script, '--check']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

function validate(input: string): Run {
  return run(process.execPath, [resolve(__dirname, 'validate-manifests.mjs')], input);
}
