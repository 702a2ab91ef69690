import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { wordOf } from '../../check';
import { CHECK_IDS } from '../check-ids';
import { EvidenceSources, evidenceRunner } from './evidence-runner';

const now = new Date('2026-11-24T10:00:00Z');
let projectRoot: string;

beforeEach(() => {
  projectRoot = mkdtempSync(join(tmpdir(), 'checklist-evidence-'));
  put('package.json', { version: '1.0.0', dependencies: {} });
});
afterEach(() => rmSync(projectRoot, { recursive: true }));

function put(name: string, content: unknown): string {
  const path = join(projectRoot, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const linesOf = (sources: Partial<EvidenceSources> = {}) =>
  evidenceRunner({ projectRoot, ciResults: null, prometheusUrl: null, now, ...sources }).run(
    new AbortController().signal,
  );
const line = async (id: string, sources: Partial<EvidenceSources> = {}) => {
  const found = (await linesOf(sources)).find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no ${id}`);
  return `${wordOf(found)}: ${found.evidence}`;
};

it('makes every check of its own', async () => {
  expect((await linesOf()).map(({ id }) => id).sort()).toEqual([...CHECK_IDS.evidence].sort());
});

describe('the results of the tests', () => {
  const suite = (name: string, statuses: string[], status = statuses.includes('failed') ? 'failed' : 'passed') => ({
    name: `/somewhere/${name}`,
    status,
    assertionResults: statuses.map((each) => ({ status: each })),
  });
  const jest = (...testResults: unknown[]) => put('results.json', { startTime: now.getTime(), testResults });
  const passes = (count: number) => Array<string>(count).fill('passed');

  it.each([
    [
      'all passed',
      'evidence.tests',
      [suite('src/a.spec.ts', passes(2)), suite('test/processes/b.e2e-spec.ts', passes(1))],
      'pass: 3 of 3 tests in 2 files',
    ],
    [
      'all passed, but for those of processes',
      'evidence.tests',
      [suite('src/a.spec.ts', passes(2))],
      'skipped: 2 of 2 tests in 1 files passed, in the run of 2026-11-24T10:00:00.000Z; those of test/processes were not among them',
    ],
    ['one failed', 'evidence.tests', [suite('src/a.spec.ts', ['passed', 'failed'])], 'fail: 1 of 2 tests'],
    ['a file did not run', 'evidence.tests', [suite('a.spec.ts', passes(1)), suite('b.spec.ts', [], 'failed')], 'fail'],
    ['nothing ran', 'evidence.tests', [], 'fail: 0 of 0'],
    [
      '43 security tests',
      'evidence.security-tests',
      [suite('src/core/signature.spec.ts', passes(43))],
      'pass: 43 of 43',
    ],
    ['42 of them', 'evidence.security-tests', [suite('src/core/signature.spec.ts', passes(42))], 'fail: 42 of 42'],
    ['other tests', 'evidence.security-tests', [suite('src/core/answers.spec.ts', passes(99))], 'fail: 0 of 0'],
    ['end to end', 'evidence.integration-tests', [suite('test/intake.e2e-spec.ts', passes(1))], 'pass: 1 of 1'],
    ['unit tests only', 'evidence.integration-tests', [suite('src/a.spec.ts', passes(1))], 'fail: 0 of 0'],
    ['retries', 'evidence.retry-tests', [suite('src/core/backoff.spec.ts', passes(3))], 'pass: 3 of 3'],
  ])('%s', async (_case, id, suites, expected) => {
    expect(await line(id, { ciResults: jest(...suites) })).toContain(expected);
  });

  it('leaves the line open without a file, and blocks on a file that is something else', async () => {
    expect(await line('evidence.tests')).toContain('skipped: no test results');
    const other = 'fail: the file of --ci-results was not written by jest --json';
    expect(await line('evidence.tests', { ciResults: put('other.json', { success: true }) })).toBe(other);
    expect(await line('evidence.tests', { ciResults: put('text.txt', 'no JSON') })).toBe(other);
  });

  it('says what makes the file when it does not exist', async () => {
    const ciResults = join(projectRoot, 'none.json');
    const found = (await linesOf({ ciResults })).find(({ id }) => id === 'evidence.tests');
    expect(found).toMatchObject({
      result: 'fail',
      evidence: `${ciResults} does not exist`,
      remedy: expect.stringContaining(
        '`npx jest --selectProjects unit e2e processes --json --outputFile test-results.json`',
      ),
    });
  });
});

describe('the benchmarks', () => {
  const threshold = (met: boolean) => ({ name: 'p99', measured: 20.123, rule: 'below', bound: 15, unit: 'ms', met });
  it.each([
    [
      'all met',
      { quick: false, thresholds: [threshold(true)] },
      'pass: 1 of 1 thresholds met, measured 2026-11-20T00:00:00.000Z, 4 days ago',
    ],
    [
      'one missed',
      { quick: false, thresholds: [threshold(true), threshold(false)] },
      'warn: 1 of 2 thresholds met, measured 2026-11-20T00:00:00.000Z, 4 days ago; p99 20.12 (15 ms)',
    ],
    ['a quick run', { quick: true, thresholds: [threshold(true)] }, 'skipped: '],
    ['nothing measured', { quick: false, thresholds: [] }, 'skipped: 0 of 0'],
  ])('%s', async (_case, results, expected) => {
    put('bench/results/latest.json', { startedAt: '2026-11-20T00:00:00.000Z', ...results });
    expect(await line('evidence.benchmarks')).toContain(expected);
  });
});

describe('what is shipped', () => {
  it('documents', async () => {
    expect(await line('evidence.rollback-plan')).toBe('skipped: not here: docs/rollback.md');
    put('docs/rollback.md', '# Rollback\n\nGo back.\n');
    expect(await line('evidence.rollback-plan')).toBe('pass: docs/rollback.md (3 lines)');
    expect(await line('evidence.documents')).toContain('skipped: not here: README.md');
  });

  it('packages in the pinned version', async () => {
    put('package.json', { version: '1.0.0', dependencies: { a: '1.2.3', '@b/c': '2.0.0' } });
    put('node_modules/a/package.json', { version: '1.2.4' });
    expect(await line('evidence.dependencies')).toBe('fail: a 1.2.4 instead of 1.2.3, @b/c missing instead of 2.0.0');
    put('node_modules/a/package.json', { version: '1.2.3' });
    put('node_modules/@b/c/package.json', { version: '2.0.0' });
    expect(await line('evidence.dependencies')).toContain('pass: 2 production dependencies');
  });

  it('a canary, in a Rollout or in a patch that makes one', async () => {
    put('deploy/service.yaml', 'kind: Service\n---\nspec: { strategy: { canary: { steps: [] } } }\n');
    expect(await line('evidence.gradual-rollout')).toContain('skipped: ');
    put('deploy/z/rollout.yaml', 'kind: Rollout\nspec: { strategy: { canary: { steps: [a, b] } } }\n');
    expect(await line('evidence.gradual-rollout')).toBe('pass: deploy/z/rollout.yaml: a canary in 2 steps');
    put('deploy/a/patch.yaml', '- op: replace\n  path: /spec/strategy\n  value: { canary: { steps: [a] } }\n');
    expect(await line('evidence.gradual-rollout')).toBe('pass: deploy/a/patch.yaml: a canary in 1 step');
  });
});

describe('the alerts', () => {
  const RULES = `groups:
  - name: onboarding
    rules:
      - record: success_ratio
        expr: sum(rate(a[5m])) / sum(rate(b[5m]))
      - alert: SuccessRateCritical
        expr: success_ratio < 0.95
        labels: { severity: critical }
      - alert: LatencyHigh
        expr: latency_seconds > 0.1
        labels: { severity: warning }
`;
  let prometheus: Server;
  let prometheusUrl: string;
  let loaded: string[];
  beforeEach(async () => {
    prometheus = createServer((request, response) => {
      const rules = loaded.map((name) => ({ name, type: 'alerting' }));
      const known = request.url === '/prefix/api/v1/rules?type=alert';
      response.writeHead(known ? 200 : 404).end(JSON.stringify({ data: { groups: [{ rules }] } }));
    });
    await new Promise<void>((listening) => prometheus.listen(0, '127.0.0.1', listening));
    prometheusUrl = `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}/prefix/`;
  });
  afterEach(() => prometheus.close());

  it('are open without a Prometheus, pass once it has loaded them, and block while it has not', async () => {
    put('deploy/rules.yml', RULES);
    expect(await line('evidence.alerts-critical')).toContain(
      'skipped: 1 rule in deploy/rules.yml: SuccessRateCritical',
    );
    loaded = ['SuccessRateCritical'];
    expect(await line('evidence.alerts-critical', { prometheusUrl })).toContain('pass: ');
    expect(await line('evidence.alert-rules', { prometheusUrl })).toBe('fail: Prometheus has not loaded LatencyHigh');
    expect(await line('evidence.alerts-warning', { prometheusUrl })).toContain('fail: ');
    loaded.push('LatencyHigh');
    expect(await line('evidence.alert-rules', { prometheusUrl })).toContain('loaded by Prometheus');
    expect(await line('evidence.alerts-performance', { prometheusUrl })).toContain('pass: ');
  });

  it('block when one that is demanded is not among them, the rules are no YAML, or Prometheus is none', async () => {
    put('deploy/rules.yml', RULES);
    expect(await line('evidence.alerts-security')).toBe('fail: no such rule in deploy/rules.yml');
    const elsewhere = prometheusUrl.replace('/prefix', '');
    expect(await line('evidence.alert-rules', { prometheusUrl: elsewhere })).toContain('fail: ');
    put('deploy/rules.yml', 'groups: [');
    expect(await line('evidence.alert-rules')).toContain('deploy/rules.yml is not YAML');
  });

  it('are found in a PrometheusRule as well', async () => {
    put('deploy/k8s/rule.yaml', `kind: PrometheusRule\nspec:\n${RULES.replace(/^/gm, '  ')}`);
    expect(await line('evidence.alert-rules')).toContain('2 rules in deploy/k8s/rule.yaml');
  });
});
