/** Alert rules, their unit tests, and Alertmanager's routing. */
import { parse } from 'yaml';
import { anchorOf, readAlerts, readProjectFile, RULE_TESTS, RULES_FILE } from './support/alert-rules';
import { requireTool, run } from './support/tools';

const ROUTING = 'deploy/alertmanager/alertmanager.yaml';
const alerts = readAlerts();

interface RuleTests {
  tests: { promql_expr_test: { expr: string; exp_samples: { labels: string }[] }[] }[];
}

describe('the rules', () => {
  it.each([
    ['rules', RULES_FILE],
    ['config', 'deploy/prometheus/prometheus.yaml'],
  ])('promtool check %s finds nothing wrong with %s', (what, file) => {
    const { code, output } = run(requireTool('promtool', 'prometheus'), ['check', what, file]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
  });

  it.each(RULE_TESTS)('promtool test rules %s', (file) => {
    const { code, output } = run(requireTool('promtool', 'prometheus'), ['test', 'rules', file]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
  });

  it('have names of their own', () => {
    expect(alerts.length).toBeGreaterThan(0);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });
});

describe.each(alerts.map((rule) => [rule.alert, rule] as const))('%s', (name, rule) => {
  // Each check lists all alerts that fire at a moment, so one that is not in the list is tested not to fire.
  const checks = RULE_TESTS.flatMap((file) => (parse(readProjectFile(file)) as RuleTests).tests)
    .flatMap((test) => test.promql_expr_test)
    .filter(({ expr }) => /^group by \(alertname\b.*ALERTS\{alertstate="firing"\}\)$/.test(expr))
    .map(({ exp_samples }) => exp_samples.some(({ labels }) => labels.includes(`alertname="${name}"`)));

  it('is tested to fire, and not to fire', () => {
    expect(checks).toContain(true);
    expect(checks).toContain(false);
  });

  it('has a severity, a duration, and says what to do', () => {
    expect(['critical', 'warning', 'info']).toContain(rule.labels?.severity);
    expect(rule.for).toMatch(/^\d+[smh]$/);
    expect(rule.annotations?.summary).toMatch(/\S/);
    expect(rule.annotations?.description).toMatch(/\S/);
  });

  it('leads to its entry of the runbook', () => {
    const anchors = [...readProjectFile('docs/runbook.md').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      anchorOf(heading),
    );
    expect(rule.annotations?.runbook_url).toBe(`https://runbooks.example.com/docs/runbook.md#${anchorOf(name)}`);
    expect(anchors).toContain(anchorOf(name));
  });
});

describe('the routing of Alertmanager', () => {
  it('is valid', () => {
    const { code, output } = run(requireTool('amtool', 'prometheus-alertmanager'), ['check-config', ROUTING]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
  });

  it.each([
    ['a critical alert', ['severity=critical'], 'pager'],
    ['a critical security alert', ['severity=critical', 'category=security'], 'security-team,pager'],
    ['a security warning', ['severity=warning', 'category=security'], 'security-team'],
    ['a warning', ['severity=warning'], 'chat'],
    ['an info', ['severity=info'], 'daily-mail'],
  ])('sends %s to whom it concerns', (_what, labels, receivers) => {
    const amtool = requireTool('amtool', 'prometheus-alertmanager');
    const { code, stdout } = run(amtool, ['config', 'routes', 'test', `--config.file=${ROUTING}`, ...labels]);
    expect({ code, receivers: stdout.trim() }).toEqual({ code: 0, receivers });
  });

  it('silences only alerts that exist', () => {
    const named = [...readProjectFile(ROUTING).matchAll(/Onboarding\w+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(alerts.map(({ alert }) => alert)).toEqual(expect.arrayContaining(named));
  });
});
