/** The command `gate`: promote, hold and roll back, by what the compiled service really did. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WindowFigures } from '../../src/operations/gate/gate-window';
import { GATE_CRITERIA, type CriterionId, type GateReport } from '../../src/operations/gate/release-gate';
import { toBody } from '../fixtures/typeform-events';
import { commandHere } from '../support/command-here';
import { createTestDatabase, onServer, type TestDatabase } from '../support/database';
import { freePort } from '../support/free-port';
import { HttpProxy } from '../support/http-proxy';
import { deliver, newEvent, type Answer } from '../support/sender';
import { ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

let root: string;
let database: TestDatabase;
let service: ServiceProcess;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'onboarding-gate-'));
  database = await createTestDatabase();
  service = await ServiceProcess.start({
    DATABASE_URL: database.url,
    DATA_DIR: root,
    MANAGEMENT_PORT: String(await freePort()),
  });
});
afterAll(async () => {
  await service?.kill();
  await database?.pool.end();
  await onServer(`DROP DATABASE IF EXISTS ${database?.name} WITH (FORCE)`);
  rmSync(root, { recursive: true, force: true });
});

describe('the decision', () => {
  it('without traffic holds, and says why', async () => {
    const { code, report, stderr } = await gate('--window', '1s', ...direct());
    expect(code).toBe(3);
    expect(report.verdict).toBe('hold');
    expect(criterion(report, 'success-rate')).toMatchObject({
      verdict: 'hold',
      evidence: 'no requests, so nothing to judge',
    });
    expect(report.criteria.map(({ id }) => id)).toEqual(GATE_CRITERIA);
    expect(stderr).toMatch(/after 0 s: hold \(success-rate, latency/);
  });

  it('judges two readings at least, even when the first takes longer than the window', async () => {
    const slow = await HttpProxy.start(service.managementUrl, { delayMs: 1_500, delays: '/metrics' });
    try {
      const { code, report, stderr } = await gate('--window', '1s', '--metrics-url', slow.url);
      expect(code).toBe(3);
      expect(report.window).toMatchObject({ reads: 2, missed: 0 });
      expect(stderr).toMatch(/after 0 s: hold \(success-rate, latency/);
    } finally {
      await slow.close();
    }
  });

  it('without a service holds, and says what was not reached', async () => {
    const { code, report } = await gate(
      '--window',
      '1s',
      '--metrics-url',
      `http://127.0.0.1:${await freePort()}/metrics`,
    );
    expect(code).toBe(3);
    expect(report).toMatchObject({ verdict: 'hold', figures: null, problem: expect.stringContaining('ECONNREFUSED') });
  });

  it('of metrics that are somebody else’s holds', async () => {
    const { code, report } = await gate('--once', '--metrics-url', `${service.managementUrl}/health/live`);
    expect(code).toBe(3);
    expect(report.problem).toContain("does not serve this service's metrics");
  });

  it('with good traffic promotes, compared with an earlier gate', async () => {
    const baseline = join(root, 'baseline.json');
    writeFileSync(baseline, JSON.stringify({ figures: { ...FIGURES, ackMs: 1_000 } }));
    const running = launch('--window', '3s', '--interval', '500ms', '--baseline', baseline, ...direct());
    await running.comesTrue(() => running.stderr.includes('after 0 s'), 'it watches');
    let over = false;
    void running.exited.then(() => (over = true));
    // Many at once: on a slow machine one after the other is less than the gate wants to see before it judges.
    for (let sent = 0; !over && sent < 400; sent += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => deliverNew()));
      for (const { status } of answers) expect(status).toBe(200);
    }
    const { code, report } = await ended(running);
    // On a machine that is busy with something else the latency may be a reason to hold.
    const held = report.criteria.filter(({ id, verdict }) => verdict !== 'promote' && id !== 'latency');
    expect(held).toEqual([]);
    const slow = criterion(report, 'latency').verdict === 'hold';
    expect({ code, verdict: report.verdict }).toEqual(
      slow ? { code: 3, verdict: 'hold' } : { code: 0, verdict: 'promote' },
    );
    expect(report.figures).toMatchObject({ failed: 0 });
    expect(report.figures?.acknowledged).toBeGreaterThan(0);
    expect(criterion(report, 'degradation').evidence).toMatch(/mean 1000 -> /);
  });

  it('for people is a table with the verdict in words', async () => {
    const { code, stdout } = await commandHere({ DATA_DIR: root }, 'gate', '--once', ...direct());
    expect(stdout).toMatch(/promote +│ success-rate/);
    // On a machine that is busy with something else the latency may be a reason to hold.
    expect(stdout).toMatch(code === 0 ? /gate: promote \(/ : /gate: hold: latency \(/);
  });

  it.each([
    [['--window', '3x'], '--window'],
    [['--metrics-url', 'http://127.0.0.1', '--prometheus', 'http://127.0.0.1'], 'cannot be used with'],
    [['--once', '--baseline', '/nope.json'], "'/nope.json' is invalid. This file does not exist."],
    [['--once', '--baseline', 'package.json'], 'is not a report of gate --json that contains figures'],
    [['--once', '--baseline', '.'], 'cannot be read'],
    [['--once', '--selector', 'pod="canary"'], 'error: --selector needs --prometheus'],
  ])('of %j is a usage error', async (args, message) => {
    const { code, stderr } = await commandHere({ DATA_DIR: root }, 'gate', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('through Prometheus', () => {
  const asked: string[] = [];
  const answers = new Map<RegExp, number>();
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? '';
      asked.push(query);
      const value = [...answers].find(([pattern]) => pattern.test(query))?.[1];
      const result = value === undefined ? [] : [{ metric: {}, value: [0, String(value)] }];
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked.length = 0;
    answers.clear();
    const good: [RegExp, number][] = [
      [/accepted\|duplicate\|quarantined/, 1_000],
      [/ack_seconds_count/, 1_000],
      [/ack_seconds_sum.*offset/, 10],
      [/ack_seconds_sum/, 11],
      [/pace_compliance/, 1],
      [/memory/, 1_000_000],
      [/inbox/, 1],
      [/./, 0],
    ];
    for (const [pattern, value] of good) answers.set(pattern, value);
  });
  afterAll(() => server.close());

  it('promotes by the window that has passed and the one before it, of the release that is meant', async () => {
    const { code, report } = await gate('--once', '--window', '10m', '--prometheus', url, '--selector', 'pod="canary"');
    expect(report.criteria.filter(({ verdict }) => verdict !== 'promote')).toEqual([]);
    expect(code).toBe(0);
    expect(criterion(report, 'degradation').evidence).toMatch(/mean 10 -> 11 ms/);
    expect(asked.filter((query) => !query.includes('pod="canary"'))).toEqual([]);
    expect(asked).toContain(
      'sum(increase(onboarding_webhook_requests_total{outcome=~"accepted|duplicate|quarantined",pod="canary"}[600s]))',
    );
    expect(asked).toContain('sum(increase(onboarding_webhook_ack_seconds_sum{pod="canary"}[600s] offset 600s))');
  });

  it('says how many of those that were not acknowledged were throttled', async () => {
    const rest = [...answers];
    answers.clear();
    answers.set(/outcome=~"rate_limited"/, 18);
    answers.set(/rate_limited\|unavailable/, 20);
    for (const [pattern, value] of rest) answers.set(pattern, value);
    const { report } = await gate('--once', '--window', '10m', '--prometheus', url);
    expect(criterion(report, 'success-rate')).toMatchObject({
      verdict: 'hold',
      evidence: expect.stringContaining('1000 of 1020 requests acknowledged, 18 throttled (429); verify causes some'),
    });
  });

  it('holds on 21 % more latency than before', async () => {
    answers.clear();
    answers.set(/ack_seconds_sum.*offset/, 20);
    answers.set(/ack_seconds_sum/, 24.2);
    answers.set(/accepted\||ack_seconds_count/, 1_000);
    answers.set(/pace_compliance/, 1);
    answers.set(/./, 0);
    const { code, report } = await gate('--once', '--window', '10m', '--prometheus', url);
    expect(code).toBe(3);
    expect(report.criteria.filter(({ verdict }) => verdict !== 'promote').map(({ id }) => id)).toEqual(['degradation']);
  });

  it('holds when it knows nothing of the service', async () => {
    answers.clear();
    const { code, report } = await gate('--once', '--window', '10m', '--prometheus', url);
    expect(code).toBe(3);
    expect(report).toMatchObject({ verdict: 'hold', figures: null });
  });

  it('holds when it does not answer queries', async () => {
    const { code, report } = await gate('--once', '--window', '10m', '--prometheus', service.managementUrl);
    expect(code).toBe(3);
    expect(report.problem).toContain('did not answer a query (status 404)');
  });
});

describe('when the database is gone', () => {
  it('the gate rolls back before its window is over', async () => {
    const running = launch('--window', '10m', '--interval', '500ms', ...direct());
    await running.comesTrue(() => running.stderr.includes('after 0 s'), 'it watches');
    await onServer(`ALTER DATABASE ${database.name} WITH ALLOW_CONNECTIONS false`);
    await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}'`);
    await service.health('ready', 503);
    const answers = await Promise.all(Array.from({ length: 40 }, () => deliverNew()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    const { code, report } = await ended(running);
    expect(code).toBe(1);
    expect(report.verdict).toBe('rollback');
    expect(criterion(report, 'success-rate').evidence).toMatch(/^below 90 %/);
    expect(criterion(report, 'queue-depth')).toMatchObject({ verdict: 'hold', measured: null });
    expect(report.window.seconds).toBeLessThan(600);
  });
});

const FIGURES: WindowFigures = {
  seconds: 600,
  acknowledged: 100,
  failed: 0,
  throttled: 0,
  wrongSecrets: 0,
  ackMs: 10,
  dead: 0,
  memoryGrowthBytes: 0,
  paceCompliance: 1,
  pendingEvents: 0,
  oldestPendingSeconds: 0,
};

const direct = (): string[] => ['--metrics-url', service.managementUrl];

function launch(...args: string[]): ServiceProcess {
  return ServiceProcess.command({ DATA_DIR: root }, 'gate', '--json', ...args);
}

async function ended(running: ServiceProcess): Promise<{ code: number | null; report: GateReport; stderr: string }> {
  const { code } = await running.exited;
  return { code, report: JSON.parse(running.stdout) as GateReport, stderr: running.stderr };
}

const gate = (...args: string[]) => ended(launch(...args));

function criterion(report: GateReport, id: CriterionId): GateReport['criteria'][number] {
  const found = report.criteria.find((each) => each.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
}

const deliverNew = (): Promise<Answer> => deliver(service.url, toBody(newEvent()), WEBHOOK_SECRET);
