/** The checklist of one deployment over its phases. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sign } from '../src/operations/checklist/checklist-changes';
import { CHECKLIST_LINES } from '../src/operations/checklist/checklist-document';
import type { ChecklistReport, LineReport } from '../src/operations/checklist/checklist-report';
import { newState } from '../src/operations/checklist/checklist-state';
import { writeState } from '../src/operations/checklist/state-file';
import { commandHere } from './support/command-here';
import { createTestDatabase, type TestDatabase } from './support/database';
import { freePort } from './support/free-port';
import { ServiceProcess } from './support/service-process';

const DOCUMENT = resolve(__dirname, '../docs/production-checklist.md');
const SECRETS = {
  TYPEFORM_WEBHOOK_SECRET: 'hush-signing-secret-0123456789-0123456789',
  ADMIN_API_KEY: 'hush-admin-key-0123456789-0123456789-0123456789',
  TYPEFORM_API_KEY: 'tfp_hush_0123456789',
  DATABASE_URL: 'postgres://hush-user:hush-password@127.0.0.1:9/none',
  REDIS_URL: 'redis://:hush-password@127.0.0.1:9',
};

const suite = (name: string, ...statuses: string[]) => ({
  name,
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status) => ({ status })),
});
const CI_RESULTS = {
  startTime: Date.parse('2026-11-24T10:00:00Z'),
  testResults: [
    suite('/src/core/signature.spec.ts', ...Array<string>(43).fill('passed')),
    suite('/test/clients.e2e-spec.ts', 'passed', 'failed'),
  ],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checklist-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);

/** Runs `checklist ...` to its end, without npm: nothing here asks a registry. */
const checklist = (...args: string[]) => run({}, ...args);
const checklistBesides = (environment: Record<string, string>, ...args: string[]) =>
  run(environment, '--out', at('report.md'), ...args);
const run = (environment: Record<string, string>, ...args: string[]) =>
  commandHere({ DATA_DIR: at('data'), PATH: at('no-programs'), ...SECRETS, ...environment }, 'checklist', ...args);
const write = (...args: string[]) => checklist('--out', at('report.md'), ...args);
/** A subcommand on the state that `write` keeps. */
const change = (name: string, ...args: string[]) => checklist(name, '--state', at('deployment.json'), ...args);

function lines(): Map<string, LineReport> {
  const { sections } = JSON.parse(readFileSync(at('report.json'), 'utf8')) as ChecklistReport;
  return new Map(
    sections.flatMap(({ groups }) => groups.flatMap((group) => group.lines)).map((line) => [line.id, line]),
  );
}

it('writes the whole document, whatever was looked at, and the same as JSON', async () => {
  const args = ['--out', at('report.md'), '--phase', 'communication', '--json'];
  const compiled = ServiceProcess.command({ DATA_DIR: at('data'), ...SECRETS }, 'checklist', ...args);
  expect(await compiled.exited).toMatchObject({ code: 0 });
  const { stdout } = compiled;
  const counts = { passed: 0, failed: 0, open: 106, 'not applicable': 0 };
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, counts });
  expect(JSON.parse(readFileSync(at('report.json'), 'utf8'))).toEqual(JSON.parse(stdout));
  expect(lines().size).toBe(106);

  const report = readFileSync(at('report.md'), 'utf8').split('\n');
  const document = readFileSync(DOCUMENT, 'utf8').split('\n');
  let from = 0;
  const said = document.filter((line) => /^(#|- \[ \]|\*\*)/.test(line)).map((line) => line.replace(/^- \[ \] /, ''));
  expect(said.length).toBeGreaterThan(103);
  for (const words of said) {
    const found = report.findIndex((line, index) => index >= from && line.includes(words));
    expect({ words, found }).not.toEqual({ words, found: -1 });
    from = found + 1;
  }
});

it('is carried over the phases: what was found and who signed stays', async () => {
  expect((await change('start', '--deployment', 'release 7')).code).toBe(0);
  writeFileSync(at('ci.json'), JSON.stringify(CI_RESULTS));
  const before = await write('--phase', 'before', 'gates', '--ci-results', at('ci.json'), '--window', '1s');
  expect(before).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /preflight: running[^]*preflight: \d+ of \d+ passed; these block: .*database\.backup[^]*verify: not run, give --url/,
    ),
    stdout: expect.stringMatching(
      /checklist: \d+ failed \(.*environment\.backup, .*functional-gates\.integration.*\), \d+ open; report written/,
    ),
  });
  const first = lines();
  expect(before.stderr).toContain('  database.backup: no backup was given');
  // Its environment is not that of production.
  expect(first.get('environment.variables')).toMatchObject({
    status: 'open',
    findings: [{ id: 'config.valid', result: 'skipped', remedy: expect.stringContaining('NODE_ENV=production') }],
  });
  expect(first.get('environment.backup')).toMatchObject({ status: 'failed' });
  expect(first.get('security-gates.tests')).toMatchObject({ status: 'passed', findings: [{ result: 'pass' }] });
  expect(first.get('functional-gates.integration')).toMatchObject({ status: 'failed' });
  expect(first.get('configuration.health')).toMatchObject({ status: 'open', findings: [] });

  expect((await change('sign', 'code.review', '--by', 'Ada Lovelace', '--note', 'two pairs of eyes')).code).toBe(0);
  const overruled = await change('sign', 'environment.backup', '--by', 'Ada Lovelace');
  expect(overruled).toMatchObject({ code: 0, stdout: expect.stringContaining('environment.backup stays failed') });
  expect(overruled.stdout).toMatch(/cannot overrule .*\n {2}database\.backup: no backup was given/);

  expect((await change('sign', 'decisions.customers', '--by', 'Grace Hopper', '--result', 'no')).code).toBe(0);
  expect((await change('set', 'next-review', '2026-12-01')).code).toBe(0);

  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const after = await write('--phase', 'after', 'monitoring', '--url', nowhere, '--window', '1s');
  expect(after).toMatchObject({ code: 1, stderr: expect.stringMatching(/verify: running[^]*gate: running/) });
  const second = lines();
  expect(second.get('environment.variables')).toEqual(first.get('environment.variables'));
  expect(second.get('immediate.started')).toMatchObject({ status: 'failed', findings: [{ id: 'service.started' }] });
  expect(second.get('metrics.success-rate')).toMatchObject({ status: 'open', findings: [{ id: 'gate.success-rate' }] });
  expect(second.get('code.review')).toMatchObject({ status: 'passed', signature: { by: 'Ada Lovelace' } });
  expect(second.get('decisions.customers')).toMatchObject({ status: 'passed', signature: { result: 'no' } });
  const report = readFileSync(at('report.md'), 'utf8');
  expect(report).toContain('Deployment: release 7, version ');
  expect(report).toContain('☑ **Next Review Date**: 2026-12-01 (`npm run cli');
  expect(report).toMatch(/yes, signed by Ada Lovelace on \d{4}-\S+Z: two pairs of eyes/);
  const written = readdirSync(folder).filter((name) => name !== 'data' && name !== 'ci.json');
  expect(written.sort()).toEqual(['deployment.json', 'report.json', 'report.md']);
  const files = written.map((name) => readFileSync(at(name), 'utf8'));
  expect([before, after].flatMap(({ stdout, stderr }) => [stdout, stderr, ...files]).join('\n')).not.toContain('hush');

  const withdrawn = { code: 0, stdout: 'code.review: no longer signed\n' };
  expect(await change('unsign', 'code.review')).toMatchObject(withdrawn);
  const nothing = { code: 0, stdout: 'code.review: not signed, so nothing to withdraw\n' };
  expect(await change('unsign', 'code.review')).toMatchObject(nothing);
  expect((await write('--no-run')).code).toBe(1);
  expect(lines().get('code.review')).toMatchObject({ status: 'open', signature: null });
});

it('fails on open lines only when asked to, and always when a person says no', async () => {
  const now = new Date('2026-11-24T10:00:00Z');
  const signed = (result: 'n/a' | 'no') =>
    CHECKLIST_LINES.filter(({ phase }) => phase === 'communication').reduce(
      (state, { line }) => sign(state, line, { by: 'Ada Lovelace', result, note: null }, now),
      newState({ deployment: 'release 7', version: '0.1.0', now }),
    );
  expect((await write('--phase', 'communication', '--require-signed')).code).toBe(1);
  writeState(at('deployment.json'), signed('n/a'));
  expect((await write('--phase', 'communication', '--require-signed')).code).toBe(0);
  writeState(at('deployment.json'), signed('no'));
  expect((await write('--phase', 'communication')).code).toBe(1);
});

it('wrong usage is refused with what would be right', async () => {
  const wrong: [string[], string][] = [
    [['sign', 'code.revue', '--by', 'Ada'], 'There is no line code.revue'],
    [['sign', 'issues', '--by', 'Ada'], 'checklist set issues'],
    [['sign', 'triggers.start', '--by', 'Ada'], '--result no'],
    [['--out', at('x.md'), '--state', at('x.json')], 'different files'],
  ];
  await Promise.all(
    wrong.map(async ([args, said]) =>
      expect(await checklist(...args)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(new RegExp(`^error: .*${said}`, 'm')),
      }),
    ),
  );
  expect(readdirSync(folder)).toEqual([]);
});

describe('the state', () => {
  it('is not begun anew over another deployment, unless told to; and is listed', async () => {
    expect((await change('start', '--deployment', 'first')).code).toBe(0);
    const refused = await change('start', '--deployment', 'second');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: .*"first"/m) });
    expect(readFileSync(at('deployment.json'), 'utf8')).toContain('first');
    expect((await change('start', '--deployment', 'second', '--force')).code).toBe(0);
    expect(readFileSync(at('deployment.json'), 'utf8')).toContain('second');

    await change('sign', 'code.review', '--by', 'Ada Lovelace');
    const [all, open] = await Promise.all([
      change('list', '--json'),
      change('list', '--json', '--open', '--phase', 'before'),
    ]);
    expect(JSON.parse(all.stdout)).toHaveLength(106);
    const ids = (JSON.parse(open.stdout) as LineReport[]).map(({ id }) => id);
    expect(ids).toHaveLength(12);
    expect(ids).not.toContain('code.review');
  });

  it('is refused when it is damaged, and left as it is', async () => {
    writeFileSync(at('deployment.json'), '{"format":1,');
    const refused = await Promise.all([
      write('--phase', 'communication'),
      change('sign', 'code.review', '--by', 'Ada'),
      change('start', '--deployment', 'new', '--force'),
    ]);
    for (const end of refused) {
      expect(end).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('damaged') });
    }
    expect(readdirSync(folder)).toEqual(['deployment.json']);
    expect(readFileSync(at('deployment.json'), 'utf8')).toBe('{"format":1,');
  });
});

describe('beside a running service', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await ServiceProcess.start({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await service?.stop();
    await database.drop();
  });

  it('reads its metrics, and says what it needs for the rest', async () => {
    const { code, stderr } = await write(
      '--phase',
      'monitoring',
      'after',
      '--management-url',
      service.url,
      '--window',
      '1s',
    );
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('verify: not run, give --url') });
    expect(lines().get('metrics.queue-depth')).toMatchObject({ status: 'passed', findings: [{ result: 'pass' }] });
    expect(lines().get('immediate.started')).toMatchObject({ status: 'open', findings: [] });
  });

  it('leaves open what had nothing to judge: no webhook, no load, nothing before to compare with', async () => {
    const phases = ['--phase', 'gates', 'rollback'];
    const args = [...phases, '--management-url', service.url, '--window', '1s'];
    const { stderr } = await checklistBesides({ DATABASE_URL: database.url }, ...args);
    expect(stderr).toContain('real-typeform: not run, run verify --real-typeform');
    const found = (id: string, check: string) => {
      const { status, findings } = lines().get(id) ?? {};
      return { status, result: findings?.find((finding) => finding.id === check)?.result };
    };
    const open = { status: 'open', result: 'skipped' };
    expect(found('functional-gates.webhooks', 'typeform.webhooks-in-sync')).toEqual(open);
    expect(found('performance-gates.throughput', 'gate.throughput')).toEqual(open);
    expect(found('decisions.degradation', 'gate.degradation')).toEqual(open);
    expect(found('functional-gates.real-api', 'real-typeform.account')).toEqual({ status: 'open', result: undefined });
  });
});
