/** Rules and dashboard against a real Prometheus that scrapes the real compiled service while webhooks come in. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { toBody } from '../test/fixtures/typeform-events';
import { createTestDatabase, type TestDatabase } from '../test/support/database';
import { API_KEY, startSandbox } from '../test/support/sandbox-harness';
import { deliver, exchange, json, newEvent } from '../test/support/sender';
import { ADMIN_KEY, ServiceProcess, WEBHOOK_SECRET } from '../test/support/service-process';
import { eventually } from '../test/support/test-app';
import { readProjectFile, readRules } from './support/alert-rules';
import { argoMetrics, CANARY_LABELS, flaggerMetrics } from './support/canary-queries';
import { JOB, PrometheusServer } from './support/prometheus-server';
import { metricsOf, recordingsOf, selectorsOf } from './support/promql';
import { run } from './support/tools';

const DASHBOARD = 'deploy/grafana/dashboard.json';

interface Panel {
  id: number;
  type: string;
  title: string;
  targets?: { expr: string }[];
}

const rules = readRules();
const { panels } = JSON.parse(readProjectFile(DASHBOARD)) as { panels: Panel[] };
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
/** What Grafana puts in for its variables. */
const promqlOf = (expr: string): string => expr.replaceAll('$job', JOB).replaceAll('$__rate_interval', '30s');
const canaryQueries = [
  ...argoMetrics().map((asked) => ({ by: 'Argo Rollouts', ...asked })),
  ...flaggerMetrics().map((asked) => ({ by: 'Flagger', ...asked })),
];
const expressions = [
  ...rules.map(({ expr }) => expr),
  ...queries.map(({ expr }) => promqlOf(expr)),
  ...canaryQueries.map(({ query }) => query),
];

let root: string;
let database: TestDatabase;
let sandbox: TypeformSandbox;
let service: ServiceProcess;
let prometheus: PrometheusServer;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'onboarding-metrics-'));
  database = await createTestDatabase();
  sandbox = await startSandbox();
  service = await ServiceProcess.start({
    DATABASE_URL: database.url,
    DATA_DIR: root,
    TYPEFORM_API_KEY: API_KEY,
    TYPEFORM_API_BASE_URL: sandbox.url,
  });
  prometheus = await PrometheusServer.start(service.url, CANARY_LABELS);
  await sendGoodTraffic();
});
afterAll(async () => {
  await prometheus?.stop();
  await service?.kill();
  await sandbox?.stop();
  await database?.drop();
  rmSync(root, { recursive: true, force: true });
});

describe('on a healthy service', () => {
  it('every rule is evaluated without an error', async () => {
    await eventually(
      async () => (await prometheus.rules()).every(({ health }) => health !== 'unknown'),
      'all ran once',
    );
    const evaluated = await prometheus.rules();
    expect(evaluated.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(evaluated).toHaveLength(rules.length);
  });

  it('every metric, and every label value that is asked for, is exposed', async () => {
    const unknown: string[] = [];
    for (const metric of new Set(expressions.flatMap(metricsOf)))
      if ((await prometheus.series(`${metric}{job="${JOB}"}`)).length === 0) unknown.push(metric);
    for (const selector of new Set(expressions.flatMap(selectorsOf)))
      if ((await prometheus.series(selector)).length === 0) unknown.push(selector);
    expect(unknown).toEqual([]);
  });

  it('every recorded series that is used is recorded, and has values', async () => {
    const recorded = rules.flatMap(({ record }) => record ?? []);
    expect(recorded).toEqual(expect.arrayContaining([...new Set(expressions.flatMap(recordingsOf))]));
    for (const name of recorded)
      await eventually(async () => hasValue(await prometheus.query(name)), `${name} has a value`);
  });

  it.each(queries)(
    'the panel "$title" shows something: $expr',
    async ({ expr }) => {
      const promql = promqlOf(expr);
      await prometheus.query(promql);
      await eventually(async () => hasValue(await prometheus.query(promql)), `there is data for ${promql}`);
    },
    30_000,
  );

  it.each(canaryQueries)('$by sees a canary that it would promote: $metric', async ({ metric, query }) => {
    await eventually(async () => hasValue(await prometheus.query(query)), `there is an answer to ${query}`);
    const samples = await prometheus.query(query);
    // Prometheus is asked for one number, and Flagger takes the last of several.
    expect(samples).toHaveLength(1);
    const { min = -Infinity, max = Infinity } =
      flaggerMetrics().find((asked) => asked.metric === metric)?.thresholdRange ?? {};
    const value = samples[0]?.value ?? NaN;
    // A busy machine is slow: how long an acknowledgement takes is measured here, not judged.
    if (metric !== 'latency') expect(value).toBeLessThanOrEqual(max);
    expect(value).toBeGreaterThanOrEqual(min);
  });

  it.each(canaryQueries)('$by does not take another pod for the canary: $metric', async ({ query }) => {
    const elsewhere = query
      .replaceAll(CANARY_LABELS.rollouts_pod_template_hash, 'another')
      .replaceAll(`namespace="${CANARY_LABELS.namespace}"`, 'namespace="another"');
    const samples = await prometheus.query(elsewhere);
    expect(samples).toEqual([]);
  });

  it('no alert fires', async () => {
    expect(await prometheus.firing()).toEqual([]);
  });
});

describe('alerts that need no waiting', () => {
  it('fire when forged webhooks, calls of unknown endpoints and wrong API keys come', async () => {
    for (let sent = 0; sent < 10; sent += 1) {
      await deliver(service.url, toBody(newEvent()), 'a-secret-that-nobody-agreed-on');
      await deliver(service.url, toBody(newEvent()), WEBHOOK_SECRET, '/webhooks/typeform/nobody');
    }
    for (let sent = 0; sent < 30; sent += 1) await service.get('/v1/clients', { key: 'a-wrong-key-0123456789' });
    const expected = ['OnboardingAdminKeysRefused', 'OnboardingSignatureFailures', 'OnboardingUnknownEndpoints'];
    await eventually(async () => (await prometheus.firing()).length >= expected.length, 'three alerts fire');
    expect(await prometheus.firing()).toEqual(expected);
  });
});

it.each(canaryQueries.filter(({ metric }) => metric === 'signature-failures'))(
  '$by stops a canary that no longer accepts the signatures of a webhook, whatever strangers send elsewhere',
  async ({ query }) => {
    const value = async (): Promise<number> => (await prometheus.query(query))[0]?.value ?? NaN;
    const list = await service.get('/v1/webhooks');
    const [webhook] = json<{ items: { id: string }[] }>(list).items;
    const path = `/webhooks/typeform/${webhook?.id}`;
    await eventually(async () => {
      await deliver(service.url, toBody(newEvent()), 'a-secret-that-nobody-agreed-on', path);
      return (await value()) >= 1;
    }, 'the canary is stopped');
  },
);

describe('the dashboard', () => {
  it('is what npm run dashboard writes', () => {
    const written = join(root, 'dashboard.json');
    const { code, output } = run(process.execPath, ['deploy-test/dashboard/write-dashboard.mjs', written]);
    expect({ code, output }).toEqual({ code: 0, output: '' });
    expect(readFileSync(written, 'utf8')).toBe(readProjectFile(DASHBOARD));
  });

  it('has a query in every panel, and every panel an id of its own', () => {
    const graphs = panels.filter(({ type }) => type !== 'row');
    expect(graphs.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
    expect(graphs.length).toBeGreaterThan(0);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

/** Webhooks, a repeated one, a registration at Typeform and a comparison with it, over several scrapes. */
async function sendGoodTraffic(): Promise<void> {
  const form = sandbox.control.forms()[0]?.id;
  expect((await admin('/v1/webhooks', { form })).status).toBe(201);
  const scrapes = async (): Promise<number> =>
    (await prometheus.query(`count_over_time(up{job="${JOB}"}[5m])`))[0]?.value ?? 0;
  const enough = (await scrapes()) + 5;
  await eventually(async () => {
    const body = toBody(newEvent());
    for (const delivery of [body, body])
      expect((await deliver(service.url, delivery, WEBHOOK_SECRET)).status).toBe(200);
    return (await scrapes()) >= enough;
  }, 'webhooks came in during five scrapes');
  expect((await admin('/v1/webhooks/reconcile')).status).toBe(200);
}

function admin(path: string, body: object = {}) {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
  return exchange(`${service.url}${path}`, { method: 'POST', headers, body: Buffer.from(JSON.stringify(body)) });
}

function hasValue(samples: { value: number }[]): boolean {
  return samples.some(({ value }) => !Number.isNaN(value));
}
