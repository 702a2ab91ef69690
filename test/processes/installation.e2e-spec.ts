/** What the installation tells of itself: configuration, versions, first steps; and the checklist that the command and the console share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import type { TypeformSandbox } from '../../sandbox/sandbox';
import { MIGRATIONS } from '../../src/database/migrations';
import { withFindings } from '../../src/operations/checklist/checklist-changes';
import { CHECKLIST_LINES } from '../../src/operations/checklist/checklist-document';
import { type ChecklistReport, type LineReport, linesOf } from '../../src/operations/checklist/checklist-report';
import { newState } from '../../src/operations/checklist/checklist-state';
import { API_KEY, startSandbox } from '../support/sandbox-harness';
import { ServiceProcess } from '../support/service-process';
import { ADMIN_KEY, startTestApp, TestApp, WEBHOOK_SECRET } from '../support/test-app';

const LACKING = ['webhooks:write', 'responses:read'];

let app: TestApp;
let sandbox: TypeformSandbox;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'installation-'));
  sandbox = await startSandbox();
  app = await startTestApp(
    {
      TYPEFORM_API_KEY: API_KEY,
      TYPEFORM_API_BASE_URL: sandbox.url,
      RECONCILE_INTERVAL_SECONDS: '0',
      SESSION_HOURS: '7',
    },
    { typeformCallsPerSecond: 50 },
  );
});
afterAll(async () => {
  await app.stop();
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('shows the configuration in force as the command reports it, and no secret', async () => {
  const { body, text } = await app.admin('get', '/v1/configuration').expect(200);
  const { environment, problems, warnings, recommendations, settings } = app.config.report;
  expect(body).toMatchObject({ environment, problems, warnings, recommendations });
  const shown = body.settings as { name: string; value: string | null; source: string; meaning: string | null }[];
  const asReported = Object.entries(settings).map(([name, value]) => [name, value === null ? null : String(value)]);
  expect(shown.map(({ name, value }) => [name, value])).toEqual(asReported);
  const of = (wanted: string) => shown.find(({ name }) => name === wanted);
  expect(of('SESSION_HOURS')).toMatchObject({ value: '7', source: 'environment', meaning: null });
  expect(of('LOG_LEVEL')).toMatchObject({ value: 'info', source: 'default' });
  expect(of('ENCRYPTION_KEYS')).toMatchObject({ value: expect.stringMatching(/^set \(/), source: 'environment' });
  expect(of('REDIS_URL')).toMatchObject({
    value: null,
    source: 'unset',
    meaning: expect.stringContaining('rate limits'),
  });
  expect(of('ADMIN_API_KEY')).toMatchObject({ value: `set (${ADMIN_KEY.length} characters)`, source: 'environment' });
  for (const secret of [ADMIN_KEY, WEBHOOK_SECRET, API_KEY, app.database.url]) expect(text).not.toContain(secret);
});

it('tells the versions in use, and which migrations were run when and which are missing', async () => {
  const { body } = await app.admin('get', '/v1/version').expect(200);
  const { rows } = await app.database.pool.query<{ server_version: string }>('SHOW server_version');
  expect(body).toMatchObject({ version, node: process.versions.node });
  expect(rows[0]?.server_version.startsWith(body.postgresql as string)).toBe(true);
  expect(body.migrations).toEqual({
    applied: MIGRATIONS.map(({ name }) => ({ name, appliedAt: expect.stringMatching(/^20\d\d-\S+Z$/) })),
    pending: [],
  });
  const last = MIGRATIONS.at(-1)!.name;
  await app.database.pool.query('UPDATE schema_migration SET name = $2 WHERE name = $1', [last, 'OfALaterVersion1']);
  const later = await app.admin('get', '/v1/version').expect(200);
  await app.database.pool.query('UPDATE schema_migration SET name = $1 WHERE name = $2', [last, 'OfALaterVersion1']);
  const { applied, pending } = later.body.migrations as { applied: { name: string }[]; pending: string[] };
  expect(pending).toEqual([last]);
  expect(applied.map(({ name }) => name)).toContain('OfALaterVersion1');
});

describe('the first steps', () => {
  const steps = async (of = app) => {
    const { body } = await of.admin('get', '/v1/setup').expect(200);
    const found = body.steps as { id: string; status: string; evidence: string; remedy: string | null }[];
    return {
      ...(body as { complete: boolean; webhookId: string | null }),
      of: new Map(found.map((step) => [step.id, step])),
    };
  };
  const statuses = ({ of }: Awaited<ReturnType<typeof steps>>) =>
    [...of.values()].map(({ id, status }) => `${id} ${status}`);

  it('each is looked at: from the token to the first client', async () => {
    const first = await steps();
    expect(first).toMatchObject({ complete: false, webhookId: null });
    const asked = ['token done', 'scopes done', 'region done', 'public_url done'];
    expect(statuses(first)).toEqual([...asked, 'form pending', 'webhook pending', 'test pending', 'client pending']);
    expect(sandbox.control.webhooks()).toEqual([]);

    const { id: form } = sandbox.control.createForm({ seed: 'first steps' });
    const { body: webhook } = await app.admin('post', '/v1/webhooks').send({ form }).expect(201);
    const registered = await steps();
    expect(registered.webhookId).toBe(webhook.id);
    expect(statuses(registered)).toEqual([...asked, 'form done', 'webhook done', 'test pending', 'client pending']);

    await app.admin('post', `/v1/webhooks/${webhook.id}/test`).expect(200);
    expect(statuses(await steps())).toEqual([...asked, 'form done', 'webhook done', 'test done', 'client pending']);
    await app.database.pool.query(`UPDATE webhook SET status = 'disabled_by_typeform' WHERE id = $1`, [webhook.id]);
    expect((await steps()).of.get('webhook')).toMatchObject({
      status: 'failed',
      evidence: expect.stringContaining('disabled at Typeform'),
      remedy: expect.stringContaining('Reconcile'),
    });
    await app.database.pool.query(`UPDATE webhook SET status = 'in_sync' WHERE id = $1`, [webhook.id]);
    sandbox.control.submit(form, { answerAll: true });
    await sandbox.control.setClock({ advanceSeconds: 0 });
    await app.settled();
    expect(await steps()).toMatchObject({ complete: true });
  });

  it('says what is missing: scopes by name, and that nobody answers at PUBLIC_URL', async () => {
    sandbox.control.configure({ scopes: ['forms:read', 'webhooks:read', 'responses:write'] });
    const lacking = await startTestApp(
      {
        TYPEFORM_API_KEY: API_KEY,
        TYPEFORM_API_BASE_URL: sandbox.url,
        RECONCILE_INTERVAL_SECONDS: '0',
        PUBLIC_URL: 'http://127.0.0.1:9',
      },
      { database: app.database, typeformCallsPerSecond: 50 },
    );
    try {
      const { of } = await steps(lacking);
      expect(of.get('scopes')).toMatchObject({
        status: 'failed',
        evidence: `TYPEFORM_API_KEY lacks ${LACKING.join(', ')}`,
        remedy: expect.stringContaining(LACKING.join(', ')),
      });
      expect(of.get('public_url')).toMatchObject({
        status: 'failed',
        evidence: expect.stringMatching(/127\.0\.0\.1:9\/webhooks\/typeform cannot be reached/),
        remedy: expect.stringContaining('start'),
      });
    } finally {
      await lacking.stop();
      sandbox.control.reset();
    }
  });
});

describe('the checklist', () => {
  const state = () => join(folder, 'deployment.json');
  const command = async (...args: string[]) => {
    const run = ServiceProcess.command(
      { DATABASE_URL: app.database.url, DATA_DIR: join(folder, 'data') },
      'checklist',
      ...args,
    );
    const { code } = await run.exited;
    return { code, stdout: run.stdout, stderr: run.stderr };
  };
  const listed = async (...args: string[]): Promise<LineReport[]> =>
    JSON.parse((await command('list', '--json', ...args)).stdout) as LineReport[];
  const shown = async () => (await app.admin('get', '/v1/checklist').expect(200)).body as ChecklistReport;
  const line = async (id: string) => linesOf((await shown()).sections).find((one) => one.id === id);
  const sign = (id: string, body: object = { by: 'Ada Lovelace' }) =>
    app.admin('post', `/v1/checklist/lines/${id}/signature`).send(body);

  it('has every line open before anybody began', async () => {
    const { sections, ...report } = await shown();
    expect(report).toMatchObject({ deployment: null, startedAt: null, ok: true, version });
    expect(linesOf(sections)).toHaveLength(CHECKLIST_LINES.length);
    expect(report.counts).toMatchObject({ passed: 0, failed: 0, open: CHECKLIST_LINES.length });
  });

  it('is the same for the command and over HTTP, whichever of them signed', async () => {
    expect(await command('start', '--deployment', 'release 7', '--state', state())).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await shown()).toMatchObject({ deployment: 'release 7', version });

    // Signed here, seen by the command.
    const { body } = await sign('code.review', { by: 'Ada Lovelace', note: 'two pairs of eyes' }).expect(200);
    expect(body).toMatchObject({
      status: 'passed',
      signature: { by: 'Ada Lovelace', result: 'yes', note: 'two pairs of eyes' },
    });
    await app.admin('patch', '/v1/checklist/lines/next-review').send({ value: '2041-02-03' }).expect(200);
    // Signed by the command, seen here; at another place, with a file of its own.
    const elsewhere = join(folder, 'elsewhere.json');
    expect(await command('sign', 'code.documentation', '--by', 'Grace Hopper', '--state', elsewhere)).toMatchObject({
      code: 0,
    });
    expect(await line('code.documentation')).toMatchObject({ status: 'passed', signature: { by: 'Grace Hopper' } });
    // Withdrawn here.
    await sign('secrets.compliance').expect(200);
    await app.admin('delete', '/v1/checklist/lines/secrets.compliance/signature').expect(204);
    await app.admin('delete', '/v1/checklist/lines/secrets.compliance/signature').expect(404);

    const here = linesOf((await shown()).sections);
    const [first, second] = await Promise.all([listed('--state', state()), listed('--state', elsewhere)]);
    expect(first).toEqual(here);
    expect(second).toEqual(here);
    expect(here.filter(({ status }) => status === 'passed').map(({ id }) => id)).toEqual([
      'code.review',
      'code.documentation',
      'next-review',
    ]);
  });

  it('brings together what was signed while the database was away', async () => {
    const away = ServiceProcess.command(
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none', DATA_DIR: join(folder, 'data') },
      ...['checklist', 'sign', 'sign-off.devops-engineer', '--by', 'Alan Turing', '--state', state()],
    );
    expect((await away.exited).code).toBe(0);
    expect(away.stderr).toMatch(/kept in its file alone .* \(ECONNREFUSED\)/);
    await sign('sign-off.lead-engineer').expect(200);
    expect((await command('set', 'date', 'today', '--state', state())).code).toBe(0);
    expect(await line('sign-off.devops-engineer')).toMatchObject({ signature: { by: 'Alan Turing' } });
    expect(await line('sign-off.lead-engineer')).toMatchObject({ signature: { by: 'Ada Lovelace' } });
  });

  it('refuses to sign away what has failed, in the words of the command, and what cannot be signed', async () => {
    const found = [
      {
        id: 'database.backup',
        title: '',
        severity: 'block',
        result: 'fail',
        evidence: 'no backup was given',
        remedy: 'x',
        seconds: 0,
      },
    ] as const;
    const failed = withFindings(newState({ deployment: 'release 8', version, now: new Date() }), {
      runner: 'preflight',
      found: [...found],
      phases: ['before'],
      now: new Date(),
    });
    await app.database.pool.query(
      'INSERT INTO deployment_checklist (deployment, started_at, state) VALUES ($1, $2, $3)',
      [failed.deployment, failed.startedAt, JSON.stringify(failed)],
    );
    const { body } = await sign('environment.backup').expect(409);
    const overruled = await command('sign', 'environment.backup', '--by', 'Ada', '--state', join(folder, 'third.json'));
    expect(body.detail).toContain('environment.backup stays failed: a signature cannot overrule a blocking check');
    expect(overruled.stdout).toContain(body.detail);
    await sign('triggers.start').expect(422);
    await sign('triggers.start', { by: 'Ada Lovelace', result: 'no' }).expect(200);
    await sign('code.review', { by: '  ' }).expect(422);
    await sign('code.review', { by: 'Ada', note: 'x'.repeat(2_001) }).expect(422);
    await sign('code.revue').expect(404);
    await sign('issues').expect(404);
    await app.admin('patch', '/v1/checklist/lines/code.review').send({ value: 'x' }).expect(404);
    expect(await line('code.review')).toMatchObject({ status: 'open', signature: null });
  });

  it('leaves audit entries that name the key and the line, and nobody who signed', async () => {
    const { body, text } = await app.admin('get', '/v1/audit?action=checklist.signed').expect(200);
    const [last] = body.items as object[];
    expect(last).toMatchObject({ actorName: 'ADMIN_API_KEY', subject: 'triggers.start', details: { result: 'no' } });
    const all = await app.admin('get', '/v1/audit?limit=200').expect(200);
    for (const action of ['checklist.signature_withdrawn', 'checklist.blank_filled'])
      expect(all.text).toContain(action);
    for (const name of ['Ada', 'eyes', '2041-02-03']) expect(text + all.text + app.logs.join()).not.toContain(name);
    const { body: verified } = await app.admin('get', '/v1/audit/verify').expect(200);
    expect(verified).toMatchObject({ valid: true });
  });

  it('says so when another version of the service wrote it', async () => {
    await app.database.pool.query(`UPDATE deployment_checklist SET state = state || '{"format": 2}'`);
    const { body } = await app.admin('get', '/v1/checklist').expect(409);
    expect(body.detail).toMatch(/another version of this service: begin a new one with .* checklist start/);
    await sign('code.review').expect(409);
  });
});
