/** verify: all green on a healthy service, with nothing left behind; red with a remedy for each thing that is broken. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../src/database/clock';
import type { CheckLine } from '../../src/operations/check';
import type { ChecksReport } from '../../src/operations/check-report';
import { MetricsSnapshot } from '../../src/operations/metrics-snapshot';
import { nothingBlocks, runChecks } from '../../src/operations/run-checks';
import { createVerifyChecks } from '../../src/operations/verify/create-verify-checks';
import { performanceChecks } from '../../src/operations/verify/performance-checks';
import { rateLimitCheck } from '../../src/operations/verify/rate-limit-check';
import { VERIFY_IDS, type VerifyId } from '../../src/operations/verify/verify-ids';
import { VerifyRun } from '../../src/operations/verify/verify-run';
import type { VerifyTarget } from '../../src/operations/verify/verify-target';
import { rewriteFrom } from '../support/audit-forgery';
import { createTestDatabase, onServer, type TestDatabase } from '../support/database';
import { freePort } from '../support/free-port';
import { type Faults, HttpProxy } from '../support/http-proxy';
import { exchange, json } from '../support/sender';
import { ADMIN_KEY, ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';
import { eventually, startTestApp, type TestApp } from '../support/test-app';

const THROTTLE = { THROTTLE_LIMIT: '300', THROTTLE_TTL_SECONDS: '5' };

/** A limit that nobody reaches. */
const TOO_FAST = { throttle: { limit: 1_000_000, windowMs: 1_000 } };
const MEASURES_SPEED: VerifyId[] = ['performance.latency', 'performance.concurrency', 'webhook.rate-limit'];
const REACHES_THE_WEBHOOKS: VerifyId[] = ['service.started', 'webhook.accepted'];

let root: string;
let database: TestDatabase;
let service: ServiceProcess;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'onboarding-verify-'));
  database = await createTestDatabase();
  service = await start(database, { ...THROTTLE, MANAGEMENT_PORT: String(await freePort()) });
});
afterAll(async () => {
  await service?.kill();
  await database?.drop();
  rmSync(root, { recursive: true, force: true });
});

describe('verify of a healthy service', () => {
  it('passes every check in the order of the checklist, with MANAGEMENT_PORT from its environment, and leaves nothing behind', async () => {
    const { exit, report, output } = await command(service);
    const notPassed = report.checks.filter(({ result }) => result !== 'pass');
    // What depends on the speed of this machine may fail, or be out of reach, when it is busy.
    const failed = notPassed.filter(({ id }) => !MEASURES_SPEED.includes(id as VerifyId));
    expect({ failed, log: errorsIn(service) }).toEqual({ failed: [], log: [] });
    expect(report.checks.map(({ id }) => id)).toEqual(VERIFY_IDS);
    expect({ code: exit.code, ok: report.ok }).toEqual(
      nothingBlocks(report.checks) ? { code: 0, ok: true } : { code: 1, ok: false },
    );
    expect(line(report.checks, 'cleanup.done')?.evidence).toMatch(
      /^removed [1-9]\d\d deliveries, [1-9]\d\d responses, \d\d clients/,
    );
    const throttled = line(report.checks, 'webhook.rate-limit')?.evidence.startsWith('429');
    if (throttled) expect(output).toContain('gate counts them, so let it judge a window that begins after verify');
    for (const secret of [WEBHOOK_SECRET, ADMIN_KEY]) expect(output).not.toContain(secret);
    await expectNothingLeft();
  });

  it('cleans up after Ctrl-C, and says what was not checked', async () => {
    const running = launch(service);
    await running.comesTrue(() => running.stderr.includes('many concurrent webhooks'), 'it is in the middle');
    running.signal('SIGINT');
    expect(await running.exited).toMatchObject({ code: 1, signal: null });
    const { checks } = JSON.parse(running.stdout) as ChecksReport;
    expect(line(checks, 'webhook.accepted')).toMatchObject({ result: 'pass' });
    expect(line(checks, 'webhook.rate-limit')).toMatchObject({
      result: 'skipped',
      evidence: 'not checked: interrupted',
    });
    expect(line(checks, 'cleanup.done')).toMatchObject({ result: 'pass' });
    await expectNothingLeft();
  });
});

describe('verify says what is broken and what to do', () => {
  it('another secret: not accepted, and what needs it is skipped', async () => {
    const lines = await verify({ secret: 'another-signing-secret-0123456789' });
    expectRed(lines, 'webhook.accepted', /answered 401/, /--secret, or TYPEFORM_WEBHOOK_SECRET/);
    expectSkipped(
      lines,
      'webhook.tampered-refused',
      /not checked, because webhook.accepted did not pass/,
      /fix webhook.accepted/,
    );
    expectSkipped(
      lines,
      'performance.latency',
      /not checked, because webhook.accepted did not pass/,
      /fix webhook.accepted/,
    );
    expect(line(lines, 'service.health')).toMatchObject({ result: 'pass' });
    expect(line(lines, 'cleanup.done')?.evidence).toBe(
      'the service has stored nothing of this run, so nothing is left',
    );
  });

  it('a key that is none, or not of an admin: nothing is sent, and the audit log cannot be looked up', async () => {
    const stored = async () => (await database.pool.query('SELECT FROM webhook_event')).rowCount;
    const before = await stored();
    for (const adminKey of ['another-admin-key-0123456789-0123456789', await operatorKey()]) {
      const lines = await verify({ adminKey }, [
        ...REACHES_THE_WEBHOOKS,
        'webhook.unsigned-refused',
        'webhook.record-created',
        'security.audit',
        'cleanup.done',
      ]);
      expectRed(
        lines,
        'webhook.accepted',
        /nothing was sent: the admin API answered 40[13]/,
        /--key, or ADMIN_API_KEY/,
      );
      expectSkipped(lines, 'webhook.record-created', /webhook.accepted did not pass/, /fix webhook.accepted/);
      expect(line(lines, 'cleanup.done')).toMatchObject({
        result: 'pass',
        evidence: expect.stringContaining('nothing was sent'),
      });
    }
    expect(await stored()).toBe(before);
  });

  it('no service: one reason, and everything else is skipped', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const lines = await verify({ url, managementUrl: url });
    expectRed(lines, 'service.started', /ECONNREFUSED/, /start the service, or correct --url/);
    expect(lines.filter(({ evidence }) => /not checked, because/.test(evidence))).toHaveLength(VERIFY_IDS.length - 2);
    expect(line(lines, 'cleanup.done')).toMatchObject({
      result: 'pass',
      evidence: expect.stringContaining('nothing was sent'),
    });
  });

  it('probes on another port', async () => {
    const lines = await verify({ managementUrl: service.url }, ['service.started']);
    expectRed(lines, 'service.started', /answered 404/, /MANAGEMENT_PORT with --management-url/);
  });

  it('an address that is that of the API', async () => {
    const url = `${service.managementUrl}/v1`;
    const lines = await verify({ url, managementUrl: url }, ['service.started']);
    expectRed(lines, 'service.started', /\/v1\/health\/live answered 404/, /or correct --url \(without \/v1\)/);
  });

  it('something in front that accepts everything', async () => {
    const lines = await behind(
      {
        rewrite: (path, answer) =>
          path.startsWith('/webhooks') && answer.status === 401
            ? { status: 200, text: '{"status":"accepted"}' }
            : answer,
      },
      ['webhook.tampered-refused', 'webhook.unsigned-refused', 'security.signature'],
    );
    expectRed(
      lines,
      'webhook.tampered-refused',
      /answered 200 instead of 401/,
      /something in front of it answers in its place/,
    );
    expectRed(
      lines,
      'webhook.unsigned-refused',
      /answered 200 instead of 401/,
      /something in front of it answers in its place/,
    );
    expectRed(
      lines,
      'security.signature',
      /another secret: 200; .*another endpoint: 200/,
      /something in front of it answers in its place/,
    );
  });

  it('a service that stores what it refuses', async () => {
    const lines = await behind(
      { rewrite: (path, answer) => (path.startsWith('/v1/deliveries/') ? { status: 200, text: '{}' } : answer) },
      ['webhook.tampered-refused'],
    );
    expectRed(lines, 'webhook.tampered-refused', /401, but stored/, /take the service offline/);
  });

  it('a replay that counts twice', async () => {
    const lines = await behind(
      {
        rewrite: (path, { status, text }) => ({
          status,
          text: path.startsWith('/webhooks') ? text.replace('duplicate', 'accepted') : text,
        }),
      },
      ['webhook.record-created', 'security.replay'],
    );
    expectRed(lines, 'security.replay', /answered 200 accepted/, /must never count twice/);
  });

  it('a slow way to the service', async () => {
    const lines = await behind({ delayMs: 60 }, ['performance.latency'], { throttle: { limit: 10, windowMs: 1 } });
    expectRed(lines, 'performance.latency', /p50 \d\d\d?(\.\d)? ms/, /the network or a proxy/);
  });

  it('too few at once', async () => {
    const slow = { delayMs: 700 };
    const lines = await behind(slow, ['performance.concurrency'], { throttle: { limit: 192, windowMs: 1 } });
    expectRed(lines, 'performance.concurrency', /96 accepted, \d+\/s with 32 at a time/, /add replicas/);
  });

  it('too few requests, which measure the way to the service: a bad rate says nothing', async () => {
    const slow = { delayMs: 700 };
    const lines = await behind(slow, ['performance.concurrency'], { throttle: { limit: 60, windowMs: 1 } });
    expect(line(lines, 'performance.concurrency')).toMatchObject({
      result: 'skipped',
      severity: 'warn',
      evidence: expect.stringMatching(/^30 accepted, \d+\/s with 30 at a time: too few .* a limit of 60 requests/),
      remedy: expect.stringContaining('--throttle-limit'),
    });
  });

  it.each<[VerifyId, number]>([
    ['performance.concurrency', 10],
    ['webhook.rate-limit', 10],
  ])('%s: a connection that breaks stops every sender', async (id, broken) => {
    let seen = 0;
    const lines = await behind({ breaks: (call) => call.startsWith('POST /webhooks') && ++seen === broken }, [id], {
      throttle: { limit: 600, windowMs: 1 },
    });
    expect(line(lines, id)).toMatchObject({
      result: 'fail',
      evidence: expect.stringContaining('socket hang up'),
    });
    // Each of the others had one request under way.
    expect(seen).toBeLessThanOrEqual(broken + 31);
  });

  it('a throttle that leaves too few requests to measure a rate', async () => {
    const throttle = { limit: 30, windowMs: 60_000 };
    const lines = await verify({ throttle }, [...REACHES_THE_WEBHOOKS, 'performance.concurrency']);
    expect(line(lines, 'performance.concurrency')).toMatchObject({
      result: 'skipped',
      severity: 'warn',
      evidence: expect.stringContaining('a limit of 30 requests leaves too few'),
    });
    expect(nothingBlocks(lines)).toBe(true);
  });

  it('a throttle that it was not told of: it stops, and the service takes it for no webhook that is about to be disabled', async () => {
    const throttled = await createTestDatabase();
    const strict = await start(throttled, { THROTTLE_LIMIT: '60', THROTTLE_TTL_SECONDS: '600' });
    try {
      const target = { url: strict.url, managementUrl: strict.managementUrl, ...TOO_FAST };
      const load: VerifyId[] = ['performance.latency', 'performance.concurrency', 'webhook.rate-limit'];
      const lines = await verify(target, [...REACHES_THE_WEBHOOKS, ...load]);
      expectRed(
        lines,
        'performance.concurrency',
        /^\d+ accepted, then \d+ answered 429; stopped there$/,
        /--throttle-limit/,
      );
      expect(line(lines, 'webhook.rate-limit')).toMatchObject({
        result: 'fail',
        severity: 'warn',
        evidence: expect.stringMatching(
          /^429 with Retry-After \d+ at request 1 .*It came too early: .* only \d\d? requests? /,
        ),
        remedy: expect.stringContaining("the service's real limit with --throttle-limit"),
      });
      expect(errorsIn(strict)).toEqual([]);
    } finally {
      await strict.kill();
      await throttled.drop();
    }
  });

  it('a throttle that it was told of rightly, and refusals in a row: together never more than 40', async () => {
    const strict = await startHere({ THROTTLE_LIMIT: '60', THROTTLE_TTL_SECONDS: '600' });
    try {
      const of = { url: strict.url, managementUrl: strict.url };
      const told = { ...of, throttle: { limit: 60, windowMs: 600_000 } };
      const lines = await verify(told, [...REACHES_THE_WEBHOOKS, 'performance.latency', 'webhook.rate-limit']);
      expect(line(lines, 'webhook.rate-limit')).toMatchObject({
        result: 'pass',
        evidence: expect.stringMatching(
          /^429 with Retry-After \d+ at request \d+ of this check \(\d+\/s\), when (59|60) requests of this run had been let through in 600 s, in one or two windows of the service; the limit should be 60 requests in 600 s\. .*stays throttled for \d+ s$/,
        ),
      });
      const refused = async (): Promise<number> =>
        MetricsSnapshot.parse((await strict.http.get('/metrics')).text).sum('onboarding_webhook_requests_total', {
          outcome: 'rate_limited',
        }) ?? 0;
      const before = await refused();
      const run = new VerifyRun(target({ ...of, ...TOO_FAST }));
      const signal = new AbortController().signal;
      const checks = [...performanceChecks(run), rateLimitCheck(run)];
      const check = (id: VerifyId) => checks.find((each) => each.id === id)!.run(signal);
      run.accepted = run.newEvent('first');
      for (let sent = 0; sent < 30; sent += 1) await run.deliver(run.accepted, signal);
      expect(await check('performance.concurrency')).toMatchObject({
        result: 'fail',
        evidence: '0 accepted, then 10 answered 429; stopped there',
      });
      for (const id of ['performance.concurrency', 'webhook.rate-limit'] as const)
        expect(await check(id)).toMatchObject({
          result: 'skipped',
          evidence: expect.stringContaining('40 webhooks of this run were refused in a row'),
        });
      run.http.close();
      expect((await refused()) - before).toBe(40);
    } finally {
      await strict.stop();
    }
  });

  it('a throttle that stops the second round: what the first has measured is said as well', async () => {
    const strict = await startHere({ THROTTLE_LIMIT: '130', THROTTLE_TTL_SECONDS: '600' });
    try {
      const told = { throttle: { limit: 200, windowMs: 1 } };
      const lines = await behind({ delayMs: 500 }, ['performance.concurrency'], told, strict.url);
      expectRed(
        lines,
        'performance.concurrency',
        /^100 accepted, \d+\/s with 32 at a time; in the next round \d\d accepted, then \d+ answered 429; stopped there$/,
        /--throttle-limit/,
      );
    } finally {
      await strict.stop();
    }
  });

  it.each<[VerifyId, string, string, RegExp, RegExp]>([
    [
      'performance.memory',
      'process_resident_memory_bytes .*',
      'process_resident_memory_bytes 9e9',
      /-> 8583 MB/,
      /heap/,
    ],
    [
      'performance.memory',
      'process_start_time_seconds .*',
      'process_start_time_seconds 9e9',
      /started after verify/,
      /restarted/,
    ],
    ['performance.typeform-pace', 'pace_compliance 1', 'pace_compliance 0.94', /94 %/, /TYPEFORM_API_KEY/],
    ['performance.typeform-pace', 'pace_compliance', 'none', /is missing/, /service.database/],
    [
      'metrics.present',
      '(onboarding_events_dead_total|onboarding_webhooks) ',
      'none ',
      /missing: onboarding_events_dead_total/,
      /deploy the version/,
    ],
    [
      'security.alerts',
      'webhooks_wrong_secret 0',
      'webhooks_wrong_secret 1',
      /1 registered webhook has stopped sending/,
      /rotate/,
    ],
    [
      'service.log-errors',
      'level="error"} .*',
      'level="error"} 999',
      /errors logged since verify started/,
      /read the log lines/,
    ],
    ['service.log-errors', 'onboarding_log_lines_total', 'none', /is missing/, /deploy a version/],
  ])('%s: the metrics say %s -> %s', async (id, pattern, replacement, evidence, remedy) => {
    let reads = 0;
    const lines = await behind(
      {
        rewrite: (path, { status, text }) => {
          // The first reading is what later ones are compared with.
          const changed = path === '/metrics' && ++reads > 1;
          return { status, text: changed ? text.replaceAll(new RegExp(pattern, 'g'), replacement) : text };
        },
      },
      [id],
    );
    expectRed(lines, id, evidence, remedy);
  });

  it('replicas behind one address are not compared with each other', async () => {
    let reads = 0;
    const lines = await behind(
      {
        rewrite: (path, { status, text }) => {
          const other = path === '/metrics' && ++reads > 1;
          const of = text
            .replace(/^process_start_time_seconds .*$/m, 'process_start_time_seconds 1000')
            .replace(/(} |bytes )\d+$/gm, '$19999999');
          return { status, text: other ? of : text };
        },
      },
      ['performance.memory'],
    );
    expect(line(lines, 'performance.memory')).toMatchObject({
      result: 'skipped',
      severity: 'warn',
      evidence: expect.stringContaining('not compared: the replica that answered at the start no longer does'),
    });
  });

  it('a service that does not process', async () => {
    const off = await startHere({ WEBHOOK_PROCESSING_ENABLED: 'false' });
    try {
      const lines = await verify({ url: off.url, managementUrl: off.url, patienceMs: 500 }, [
        ...REACHES_THE_WEBHOOKS,
        'webhook.record-created',
        'security.replay',
        'cleanup.done',
      ]);
      expectRed(
        lines,
        'webhook.record-created',
        /no client record after 0.5 s; the event is pending/,
        /WEBHOOK_PROCESSING_ENABLED/,
      );
      expectSkipped(
        lines,
        'security.replay',
        /not checked, because webhook.record-created did not pass/,
        /fix webhook.record-created/,
      );
      expect(line(lines, 'cleanup.done')).toMatchObject({ result: 'pass' });
      await expectNothingLeft(off.url, off.database);
    } finally {
      await off.stop();
    }
  });

  it('a limit that is not enforced, one that this machine is too slow to reach, then a database that is gone', async () => {
    const gone = await createTestDatabase();
    const open = await startHere({}, gone);
    try {
      const target = { url: open.url, managementUrl: open.url, throttle: { limit: 20, windowMs: 1_000 } };
      const limit = await verify(target, [...REACHES_THE_WEBHOOKS, 'webhook.rate-limit']);
      expectRed(
        limit,
        'webhook.rate-limit',
        /none of \d+ requests .* 429; the limit should be 20 requests in 1 s/,
        /set THROTTLE_LIMIT/,
      );
      const slow = await behind({ delayMs: 200 }, ['webhook.rate-limit'], TOO_FAST, open.url);
      expect(line(slow, 'webhook.rate-limit')).toMatchObject({
        result: 'skipped',
        severity: 'warn',
        evidence: expect.stringMatching(/^could not be checked: .* only \d+\/s were reached$/),
      });
      expect(nothingBlocks(slow)).toBe(true);
      await gone.pool.end();
      await onServer(`ALTER DATABASE ${gone.name} WITH ALLOW_CONNECTIONS false`);
      await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${gone.name}'`);
      const ready = async (): Promise<number> => (await open.http.get('/health/ready')).status;
      await eventually(async () => (await ready()) === 503, 'it is not ready');
      const lines = await verify(target, [
        ...REACHES_THE_WEBHOOKS,
        'service.health',
        'service.database',
        'webhook.record-created',
      ]);
      expectRed(lines, 'service.health', /ready 503 \(database\)/, /fix the part named here/);
      expectRed(lines, 'service.database', /answered 503, database down/, /check DATABASE_URL/);
      expectRed(lines, 'webhook.accepted', /answered 503/, /see service.health and service.database/);
      expectSkipped(
        lines,
        'webhook.record-created',
        /not checked, because webhook.accepted did not pass/,
        /fix webhook.accepted/,
      );
    } finally {
      await open.stop();
      await onServer(`DROP DATABASE ${gone.name} WITH (FORCE)`);
    }
  });

  it('an audit log that was changed by hand', async () => {
    const asItIs = await verify({}, ['service.started', 'security.audit']);
    expect(line(asItIs, 'security.audit')).toMatchObject({ result: 'pass' });
    // With every hash after it, too: only the seals tell.
    await rewriteFrom(database.pool, 1);
    const lines = await verify({}, ['service.started', 'security.audit']);
    expectRed(lines, 'security.audit', /broken at entry 1: a seal does not fit its entry/, /compare it with a backup/);
  });
});

function start(of: TestDatabase, settings: Record<string, string>): Promise<ServiceProcess> {
  return ServiceProcess.start({ DATABASE_URL: of.url, DATA_DIR: join(root, of.name), ...settings });
}

/** A service in this process, for what needs another configuration; its probes and metrics are on the port of its API. */
function startHere(settings: Record<string, string>, database?: TestDatabase): Promise<TestApp> {
  const keys = { TYPEFORM_WEBHOOK_SECRET: WEBHOOK_SECRET, ADMIN_API_KEY: ADMIN_KEY };
  return startTestApp({ ...keys, ...settings }, { database });
}

/** The command, as an operator runs it, with the secrets of the service in its environment. */
function launch({ url, managementUrl }: ServiceProcess): ServiceProcess {
  const environment = { DATA_DIR: join(root, 'command'), ...THROTTLE, MANAGEMENT_PORT: new URL(managementUrl).port };
  return ServiceProcess.command(environment, 'verify', '--url', url, '--json');
}

async function command(of: ServiceProcess) {
  const running = launch(of);
  const exit = await running.exited;
  return { exit, report: JSON.parse(running.stdout) as ChecksReport, output: running.output };
}

/** What the service has logged as an error: the reason when a check finds some. */
function errorsIn({ output }: ServiceProcess): string[] {
  return output.split('\n').filter((text) => /\bERROR\b/.test(text));
}

function target(change: Partial<VerifyTarget> = {}): VerifyTarget {
  return {
    url: service.url,
    managementUrl: service.managementUrl,
    secret: WEBHOOK_SECRET,
    adminKey: ADMIN_KEY,
    throttle: { limit: 300, windowMs: 5_000 },
    patienceMs: 10_000,
    clock: new SystemClock(),
    ...change,
  };
}

async function operatorKey(): Promise<string> {
  const answer = await fetch(`${service.url}/v1/api-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'operator', role: 'operator' }),
  });
  return ((await answer.json()) as { key: string }).key;
}

/** Runs some of the checks, or all; always cleans up. */
async function verify(change: Partial<VerifyTarget>, ids: readonly VerifyId[] = VERIFY_IDS): Promise<CheckLine[]> {
  const { checks, cleanUp } = createVerifyChecks(target(change));
  const lines = await runChecks(
    checks.filter(({ id }) => ids.includes(id as VerifyId)),
    // Only against hanging.
    { timeoutMs: 120_000 },
  );
  if (!ids.includes('cleanup.done')) await cleanUp();
  return lines;
}

/** Runs some checks, and what they need, through a faulty proxy. */
async function behind(
  faults: Faults,
  ids: readonly VerifyId[],
  change: Partial<VerifyTarget> = {},
  url = service.url,
  managementUrl = url === service.url ? service.managementUrl : url,
): Promise<CheckLine[]> {
  const [front, metrics] = [await HttpProxy.start(url, faults), await HttpProxy.start(managementUrl, faults)];
  try {
    return await verify({ url: front.url, managementUrl: metrics.url, ...change }, [...REACHES_THE_WEBHOOKS, ...ids]);
  } finally {
    await front.close();
    await metrics.close();
  }
}

function line(lines: readonly CheckLine[], id: VerifyId): CheckLine | undefined {
  return lines.find((each) => each.id === id);
}

/** It could not be looked at; as long as it cannot, the deployment must not go on. */
function expectSkipped(lines: readonly CheckLine[], id: VerifyId, evidence: RegExp, remedy: RegExp): void {
  expect(line(lines, id)).toMatchObject({
    result: 'skipped',
    severity: 'block',
    evidence: expect.stringMatching(evidence),
    remedy: expect.stringMatching(remedy),
  });
}

function expectRed(lines: readonly CheckLine[], id: VerifyId, evidence: RegExp, remedy: RegExp): void {
  expect(line(lines, id)).toMatchObject({
    result: 'fail',
    evidence: expect.stringMatching(evidence),
    remedy: expect.stringMatching(remedy),
  });
}

/** No verify has left anything in this service but audit entries and revoked keys. */
async function expectNothingLeft(url = service.url, where = database): Promise<void> {
  for (const list of ['deliveries', 'forms', 'responses', 'clients']) {
    const answer = await exchange(`${url}/v1/${list}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    expect({ list, status: answer.status, items: json<{ items: unknown[] }>(answer).items }).toEqual({
      list,
      status: 200,
      items: [],
    });
  }
  const { rows } = await where.pool.query<Record<string, number>>(
    `SELECT (SELECT count(*)::integer FROM api_key WHERE revoked_at IS NULL) AS keys,
            (SELECT count(*)::integer FROM erased_response) AS tombstones`,
  );
  expect(rows[0]).toEqual({ keys: 0, tombstones: 0 });
}
