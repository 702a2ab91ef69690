/** `verify --real-typeform` against the sandbox: the whole life of a webhook, and nothing left wherever the run ends. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypeformSandbox } from '../../sandbox/sandbox';
import type { ChecksReport } from '../../src/operations/check-report';
import type { LineReport } from '../../src/operations/checklist/checklist-report';
import { REAL_TYPEFORM_IDS } from '../../src/operations/verify/real-typeform/real-typeform-ids';
import { startSandbox } from '../support/sandbox-harness';
import { CLI, ServiceProcess } from '../support/service-process';
import { ADMIN_KEY, startTestApp, type TestApp } from '../support/test-app';

const API_KEY = `tfp_${randomBytes(24).toString('hex')}`;
const TAG = 'onboarding-verify';

let sandbox: TypeformSandbox;
let app: TestApp;
let formId: string;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ apiKey: API_KEY });
  formId = sandbox.control.forms()[0]!.id;
  app = await startService();
});
afterAll(async () => {
  await app?.stop();
  await sandbox?.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onboarding-real-typeform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('registers, finds, tests and deletes a webhook, leaves nothing, and keeps the result for the checklist', async () => {
  await app.admin('post', '/v1/webhooks').send({ form: formId }).expect(201);
  const others = sandbox.control.webhooks();
  const run = launch(app, '--form', `https://form.typeform.com/to/${formId}`, '--json');
  expect(await run.exited).toMatchObject({ code: 0 });
  const report = JSON.parse(run.stdout) as ChecksReport;
  expect(report.checks.map(({ id }) => id)).toEqual(REAL_TYPEFORM_IDS);
  const [account, ...rest] = report.checks;
  expect(account).toMatchObject({
    result: 'skipped',
    evidence: expect.stringContaining('a sandbox, not a Typeform account'),
  });
  expect(rest.filter(({ result }) => result !== 'pass')).toEqual([]);
  expect(sandbox.control.stats().api.calls.filter(({ url }) => url.endsWith(`/webhooks/${TAG}`))).toMatchObject([
    { method: 'PUT', status: 200 },
    { method: 'DELETE', status: 204 },
  ]);
  expect(sandbox.control.webhooks()).toEqual(others);
  await expectNothingLeft(app);
  expect(run.output).not.toContain(API_KEY);

  const state = join(folder, 'deployment.json');
  const list = ServiceProcess.command(environment(app), 'checklist', 'list', '--json', '--state', state);
  await list.exited;
  const line = (JSON.parse(list.stdout) as LineReport[]).find(({ id }) => id === 'functional-gates.real-api');
  expect(line?.findings.map(({ id, result }) => [id, result])).toEqual(
    report.checks.map(({ id, result }) => [id, result]),
  );
  // Only a real account closes the line.
  expect(line).toMatchObject({ status: 'open' });
});

it('fails half-way when the webhook cannot be reached, and deletes it all the same', async () => {
  const unreachable = await startService({ PUBLIC_URL: 'http://127.0.0.1:9' });
  try {
    const run = launch(unreachable, '--form', formId, '--json');
    expect(await run.exited).toMatchObject({ code: 1 });
    const { checks } = JSON.parse(run.stdout) as ChecksReport;
    expect(checks.filter(({ result }) => result === 'fail').map(({ id }) => id)).toEqual(['real-typeform.delivered']);
    expect(webhooksAtTypeform()).toEqual([]);
    await expectNothingLeft(unreachable);
  } finally {
    await unreachable.stop();
  }
});

it('deletes the webhook at Typeform when the service no longer answers, and says what may come back', async () => {
  const dying = await startService();
  const run = launch(dying, '--form', formId, '--json');
  await run.comesTrue(() => run.stderr.includes('[4/7]'), 'the webhook is registered');
  await dying.close();
  expect(await run.exited).toMatchObject({ code: 1 });
  const { checks } = JSON.parse(run.stdout) as ChecksReport;
  expect(checks.at(-1)).toMatchObject({
    id: 'real-typeform.cleanup',
    result: 'fail',
    remedy: expect.stringContaining('DELETE /v1/webhooks/{id}'),
  });
  expect(webhooksAtTypeform()).toEqual([]);
});

it.each(['[2/7]', '[3/7]', '[4/7]', '[5/7]'])('interrupted at %s it cleans up', async (step) => {
  const run = launch(app, '--form', formId, '--json');
  await run.comesTrue(() => run.stderr.includes(step), step);
  run.signal('SIGINT');
  expect(await run.exited).toMatchObject({ code: 1, signal: null });
  const { checks } = JSON.parse(run.stdout) as ChecksReport;
  expect(checks.filter(({ evidence }) => evidence === 'not checked: interrupted')).not.toEqual([]);
  expect(checks.at(-1)).toMatchObject({ id: 'real-typeform.cleanup', result: 'pass' });
  expect(webhooksAtTypeform()).toEqual([]);
  await expectNothingLeft(app);
});

it('replaces the webhook of a run that was killed', async () => {
  const killed = launch(app, '--form', formId);
  await killed.comesTrue(() => killed.stderr.includes('[4/7]'), 'the webhook is registered');
  await killed.kill();
  const run = launch(app, '--form', formId);
  expect(await run.exited).toMatchObject({ code: 0 });
  expect(webhooksAtTypeform()).toEqual([]);
});

it('is refused without a form, for what can be no form, and without an account', async () => {
  const refusal = async (args: string[], changed: Record<string, string> = {}, without: string[] = []) => {
    const given = Object.entries({ ...environment(app), ...changed }).filter(([name]) => !without.includes(name));
    const all = ['verify', '--url', app.url, ...args];
    const run = ServiceProcess.launch(Object.fromEntries(given), { bare: true, script: CLI, args: all });
    const { code } = await run.exited;
    return { code, stderr: run.stderr };
  };
  const callsBefore = sandbox.control.stats().api.total;
  expect(await refusal(['--real-typeform'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--form') });
  expect(await refusal(['--form', formId])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--real-typeform'),
  });
  const state = ['--state', join(folder, 'deployment.json')];
  expect(await refusal(['--real-typeform', '--form', 'https://example.com/to/x', ...state])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('https://form.typeform.com/to/<id>'),
  });
  const noAccount = ['TYPEFORM_API_KEY', 'TYPEFORM_API_BASE_URL'];
  expect(await refusal(['--real-typeform', '--form', formId, ...state], {}, noAccount)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('set TYPEFORM_API_KEY'),
  });
  expect(sandbox.control.stats().api.total).toBe(callsBefore);
  expect(existsSync(join(folder, 'deployment.json'))).toBe(false);
});

it('refuses a damaged state file before anything is done', async () => {
  const state = join(folder, 'deployment.json');
  const callsBefore = sandbox.control.stats().api.total;
  const { writeFileSync } = await import('node:fs');
  writeFileSync(state, '{');
  const run = launch(app, '--form', formId);
  expect(await run.exited).toMatchObject({ code: 1 });
  expect(run.stderr).toContain('damaged');
  expect(readFileSync(state, 'utf8')).toBe('{');
  expect(sandbox.control.stats().api.total).toBe(callsBefore);
});

function startService(settings: Record<string, string> = {}): Promise<TestApp> {
  return startTestApp({
    TYPEFORM_API_KEY: API_KEY,
    TYPEFORM_API_BASE_URL: sandbox.url,
    RECONCILE_INTERVAL_SECONDS: '0',
    ...settings,
  });
}

/** The pace of the calls is shared with the service through its database. */
function environment(of: TestApp): Record<string, string> {
  return {
    NODE_ENV: 'test',
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: of.database.url,
    ADMIN_API_KEY: ADMIN_KEY,
    TYPEFORM_API_KEY: API_KEY,
    TYPEFORM_API_BASE_URL: sandbox.url,
  };
}

function launch(of: TestApp, ...args: string[]): ServiceProcess {
  const state = join(folder, 'deployment.json');
  return ServiceProcess.command(
    environment(of),
    ...['verify', '--url', of.url, '--real-typeform', '--state', state],
    ...args,
  );
}

const webhooksAtTypeform = () => sandbox.control.webhooks().filter(({ tag }) => tag === TAG);

async function expectNothingLeft(of: TestApp): Promise<void> {
  for (const list of ['deliveries', 'responses', 'clients']) {
    const { body } = await of.admin('get', `/v1/${list}`).expect(200);
    expect({ list, items: body.items }).toEqual({ list, items: [] });
  }
  // A registered form is known from then on.
  const { body: forms } = await of.admin('get', '/v1/forms').expect(200);
  for (const form of forms.items as object[]) expect(form).toMatchObject({ formId, responseCount: 0 });
  const { body } = await of.admin('get', `/v1/webhooks?formId=${formId}`).expect(200);
  const ours = (body.items as { tag: string; status: string }[]).filter(({ tag }) => tag === TAG);
  expect(ours.filter(({ status }) => status !== 'removed')).toEqual([]);
}
