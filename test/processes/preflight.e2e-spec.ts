/** `preflight` as an operator runs it: green when all is well, and red with a remedy for each thing that is broken. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ChecksReport } from '../../src/operations/check-report';
import { CHECK_IDS } from '../../src/operations/checklist/check-ids';
import { TypeformSandbox } from '../../sandbox/sandbox';
import { createTestDatabase, onServer, TestDatabase } from '../support/database';
import { freePort } from '../support/free-port';
import { preflight, preflightProcess, startTlsServer } from '../support/preflight';
import { startSandbox } from '../support/sandbox-harness';
import { CLI, ServiceProcess } from '../support/service-process';
import { startTestApp, TestApp } from '../support/test-app';

const IDS = [...CHECK_IDS.preflight];
/** These need programs that a machine with only Node does not have, or look at the checkout that the tests run in. */
const ELSEWHERE = ['database.backup', 'release.dependency-audit', 'release.git-tag'];
const IMAGE = `registry.example.com/onboarding@sha256:${'0123456789abcdef'.repeat(4)}`;
const random = (): string => randomBytes(32).toString('base64');

const API_KEY = `tfp_${randomBytes(24).toString('hex')}`;
const root = mkdtempSync(join(tmpdir(), 'onboarding-preflight-'));
let sandbox: TypeformSandbox;
let app: TestApp;
/** An environment in which nothing is wrong. */
let good: Record<string, string>;

beforeAll(async () => {
  sandbox = await startSandbox({ apiKey: API_KEY });
  const keys = {
    TYPEFORM_WEBHOOK_SECRET: random(),
    ADMIN_API_KEY: random(),
    ENCRYPTION_KEYS: `k1:${random()}`,
    TYPEFORM_API_KEY: API_KEY,
    TYPEFORM_API_BASE_URL: sandbox.url,
    RECONCILE_INTERVAL_SECONDS: '0',
  };
  app = await startTestApp(keys);
  await app
    .admin('post', '/v1/webhooks', keys.ADMIN_API_KEY)
    .send({ form: sandbox.control.forms()[0]?.id })
    .expect(201);
  good = {
    ...keys,
    NODE_ENV: 'test',
    DATABASE_URL: app.database.url,
    DATA_DIR: join(root, 'data'),
    PUBLIC_URL: app.url,
  };
});
afterAll(async () => {
  await app.stop();
  await sandbox.stop();
  rmSync(root, { recursive: true, force: true });
});

describe('when all is well', () => {
  it('every line is green, at 2 calls a second, and nothing is left behind', async () => {
    const before = await traces();
    const callsBefore = sandbox.control.stats().api.total;
    const run = await preflightProcess(good, '--image', IMAGE, '--skip', ...ELSEWHERE);
    expect(run.report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
    // There is no certificate to look at: the service listens on a loopback address.
    expect(run.skipped()).toEqual(['public-url.tls']);
    expect(run).toMatchObject({ code: 0, report: { ok: true, command: 'preflight' } });
    expect(run.ids).toEqual(IDS.filter((id) => !ELSEWHERE.includes(id)));
    expect(run.line('typeform.scopes').evidence).toBe(
      'tested by a call: forms:read, webhooks:read, webhooks:write, responses:read, responses:write',
    );
    expect(run.line('typeform.webhooks-in-sync').evidence).toBe('1 webhook compared: in sync');
    expect(run.line('keys.encryption').evidence).toContain('the only stored secret can be decrypted');
    const { api } = sandbox.control.stats();
    expect(api.total - callsBefore).toBeGreaterThanOrEqual(7);
    expect(api.maxPerSecond).toBeLessThanOrEqual(2);
    expect(await traces()).toEqual(before);
  });

  /** What a check could leave behind: databases, tables, functions, webhooks, files. */
  async function traces(): Promise<unknown> {
    const { rows } = await app.database.pool.query(
      // Other test files make databases of their own meanwhile.
      `SELECT datname AS name FROM pg_database WHERE datname !~ '^onboarding_[0-9a-f]{12}$' UNION ALL SELECT relname FROM pg_class
       UNION ALL SELECT proname FROM pg_proc UNION ALL SELECT tgname FROM pg_trigger ORDER BY 1`,
    );
    return [rows, sandbox.control.webhooks(), existsSync(join(root, 'data'))];
  }
});

describe('what is broken is red', () => {
  it('weak, shared and wrong keys, a disabled webhook, a 404, no Redis, no room, an old backup: all in one report', async () => {
    const { tag, formId } = sandbox.control.webhooks()[0]!;
    const settings = (enabled: boolean) =>
      fetch(`${sandbox.url}/forms/${formId}/webhooks/${tag}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ enabled }),
      });
    const gone = await answering((_, response) => response.writeHead(404).end());
    const backup = join(root, 'old.dump');
    writeFileSync(backup, 'x');
    utimesSync(backup, new Date(), new Date(Date.now() - 48 * 3_600_000));
    expect((await settings(false)).status).toBe(200);
    const weak = 'password'.repeat(5);
    const run = await preflight(
      {
        ...good,
        TYPEFORM_WEBHOOK_SECRET: weak,
        ADMIN_API_KEY: weak,
        ENCRYPTION_KEYS: `k1:${random()}`,
        TYPEFORM_WEBHOOK_SECRETS: 'a typing error',
        PUBLIC_URL: urlOf(gone),
        REDIS_URL: `redis://:hush-hush@127.0.0.1:${await freePort()}`,
      },
      ...['--min-disk-mb', '1e9', '--backup-file', backup, '--image', 'onboarding:latest'],
      ...['--skip', 'release.dependency-audit', 'release.git-tag'],
    );
    await settings(true);
    gone.close();
    expect(run.code).toBe(1);
    expect(run.red('block')).toEqual([
      'secrets.admin-key',
      'secrets.defaults',
      'keys.encryption',
      'typeform.webhooks-in-sync',
      'public-url.reachable',
      'database.backup',
      'redis.reachable',
      'host.disk-space',
    ]);
    expect(run.red('warn')).toEqual(['config.recommendations', 'secrets.webhook-strength', 'release.image-digest']);
    for (const line of run.report.checks.filter(({ result }) => result === 'fail'))
      expect(line.remedy).toMatch(/\w+ \w+/);
    const evidence = (id: string): string => run.line(id).evidence;
    expect(evidence('config.recommendations')).toContain('did you mean TYPEFORM_WEBHOOK_SECRET?');
    expect(evidence('secrets.webhook-strength')).toContain('TYPEFORM_WEBHOOK_SECRET can be guessed: 40 characters');
    expect(evidence('secrets.defaults')).toContain('ADMIN_API_KEY is the same as TYPEFORM_WEBHOOK_SECRET');
    expect(evidence('keys.encryption')).toContain(
      "1 of 1 stored secrets cannot be decrypted: they were encrypted with the key 'k1'",
    );
    expect(evidence('typeform.webhooks-in-sync')).toContain(`${formId}/${tag} is disabled_by_typeform (enabled)`);
    expect(evidence('public-url.reachable')).toMatch(/answers 404 .* Typeform disables a webhook immediately/);
    expect(evidence('database.backup')).toContain('48.0 h old, more than 24 h');
    expect(evidence('redis.reachable')).toContain('ECONNREFUSED');
    expect(evidence('release.image-digest')).toContain('has no digest');
  });

  it('a webhook whose form is gone at Typeform: delete it here', async () => {
    const form = sandbox.control.createForm();
    const made = await app.admin('post', '/v1/webhooks', good.ADMIN_API_KEY).send({ form: form.id }).expect(201);
    const { id, tag } = made.body as { id: string; tag: string };
    const headers = { authorization: `Bearer ${API_KEY}` };
    expect((await fetch(`${sandbox.url}/forms/${form.id}`, { method: 'DELETE', headers })).status).toBe(204);
    const only = ['--only', 'typeform.webhooks-in-sync'];
    const found = (await preflight(good, ...only)).line('typeform.webhooks-in-sync');
    expect(found).toMatchObject({
      result: 'fail',
      evidence: `all 2 webhooks compared: ${form.id}/${tag} (${id}): Typeform has no such form (404)`,
      remedy: expect.stringMatching(
        /^if the form was deleted .* \(DELETE \/v1\/webhooks\/\{id\}\); if not, use an API key/,
      ),
    });
    await app.admin('delete', `/v1/webhooks/${id}`, good.ADMIN_API_KEY).expect(204);
    expect((await preflight(good, ...only)).line('typeform.webhooks-in-sync')).toMatchObject({ result: 'pass' });
  });

  it('a configuration that is not valid: every problem, what needs it skipped, exit 78', async () => {
    const run = await preflight({ ...good, TYPEFORM_WEBHOOK_SECRET: 'hush-too-short', PORT: 'eighty' });
    expect(run.code).toBe(78);
    expect(run.line('config.valid')).toMatchObject({ result: 'fail', severity: 'block' });
    expect(run.line('config.valid').evidence).toMatch(/PORT must .*TYPEFORM_WEBHOOK_SECRET must/);
    expect(run.line('secrets.webhook-length')).toMatchObject({
      evidence: 'TYPEFORM_WEBHOOK_SECRET has 14 characters, at least 20 are needed',
      remedy: expect.stringContaining('openssl rand'),
    });
    expect(run.line('database.reachable')).toMatchObject({
      result: 'skipped',
      evidence: expect.stringMatching(/^not checked: the configuration is not valid: PORT must .* \(and 1 more\)$/),
      remedy: 'fix what config.valid reports, then run preflight again',
    });
    expect(run.line('host.file-limits').result).toBe('pass');
  });

  it('keys that somebody typed, left over or made for development', async () => {
    const dataDir = join(root, 'development');
    mkdirSync(dataDir);
    const generated = { webhookSecret: random(), adminApiKey: random(), encryptionKeys: `generated:${random()}` };
    writeFileSync(join(dataDir, 'keys.json'), JSON.stringify(generated));
    const production = {
      NODE_ENV: 'production',
      DATA_DIR: dataDir,
      DATABASE_URL: 'postgresql://onboarding:changeme@127.0.0.1:1/onboarding',
      TYPEFORM_API_BASE_URL: 'https://api.typeform.com',
      TYPEFORM_API_KEY: 'tfp_sandbox_key',
      TYPEFORM_WEBHOOK_SECRET: generated.webhookSecret,
      ADMIN_API_KEY: 'your-admin-key-0123456789-0123456789',
      ENCRYPTION_KEYS: `typed:${Buffer.from('this is a key that I have typed!').toString('base64')}`,
      PUBLIC_URL: 'https://localhost:1',
    };
    const run = await preflight(
      production,
      '--only',
      'secrets.defaults',
      'keys.encryption',
      'public-url.dns',
      'public-url.tls',
    );
    expect(run.red('block')).toEqual(run.ids);
    expect(run.line('secrets.defaults').evidence.split('; ')).toEqual([
      'DATABASE_URL (password) is an example or a placeholder',
      'TYPEFORM_API_KEY is the key of the sandbox',
      'TYPEFORM_WEBHOOK_SECRET was generated for development',
      'ADMIN_API_KEY is an example or a placeholder',
    ]);
    expect(run.line('keys.encryption').evidence).toBe("key 'typed' is typed text, not random bytes");
    expect(run.line('public-url.dns').evidence).toContain('that Typeform cannot reach (localhost:1)');
    expect(run.line('public-url.tls').evidence).toContain('no TLS connection to localhost:1 (ECONNREFUSED)');
  });

  it('a PUBLIC_URL that is not set is fine with the sandbox, and the evidence says so', async () => {
    const run = await preflight({ ...good, PUBLIC_URL: '', PORT: '3000' }, '--only', 'public-url.dns');
    expect(run.line('public-url.dns')).toMatchObject({
      result: 'pass',
      evidence: 'PUBLIC_URL is not set: webhooks are registered with http://127.0.0.1:3000',
    });
  });

  it('an API key that Typeform does not know; one that lacks scopes, at the host of another region', async () => {
    const wrong = { ...good, TYPEFORM_API_KEY: `tfp_${randomBytes(24).toString('hex')}` };
    const unknown = await preflight(wrong, '--only', 'typeform.api-key', 'typeform.scopes');
    expect(unknown.red('block')).toEqual(['typeform.api-key', 'typeform.scopes']);
    expect(unknown.line('typeform.api-key').remedy).toBe('check that the key is valid and has the scope forms:read');

    const elsewhere = await startSandbox({
      apiKey: API_KEY,
      scopes: ['forms:read', 'webhooks:read', 'responses:read'],
      responsesBaseUrl: 'https://api.typeform.eu',
    });
    const database = await createTestDatabase();
    const limited = await preflight(
      { ...good, TYPEFORM_API_BASE_URL: elsewhere.url, DATABASE_URL: database.url },
      ...['--only', 'typeform.scopes', 'typeform.region'],
    );
    await elsewhere.stop();
    await database.drop();
    expect(limited.red('block')).toEqual(['typeform.scopes', 'typeform.region']);
    expect(limited.line('typeform.scopes')).toMatchObject({
      evidence: 'tested by a call: forms:read, webhooks:read, responses:read; refused: webhooks:write, responses:write',
      remedy: 'create a personal access token that also has the scopes webhooks:write, responses:write',
    });
    expect(limited.line('typeform.region').remedy).toBe('set TYPEFORM_API_BASE_URL=https://api.typeform.eu');
  });

  it('certificates: trusted, not trusted, about to expire, expired, for another name', async () => {
    const tls = ['--only', 'public-url.tls'];
    const servers = await Promise.all([90, 20, 3, -2].map(startTlsServer));
    const [sound, aging, dying, dead] = servers as [Started, Started, Started, Started];
    const look = async (server: Started, environment: Record<string, string> = {}) => {
      const given = { ...good, PUBLIC_URL: server.url, NODE_EXTRA_CA_CERTS: server.trust, ...environment };
      return (await preflightProcess(given, ...tls)).line('public-url.tls');
    };
    const [trusted, untrusted, soon, verySoon, expired, otherName] = await Promise.all([
      look(sound),
      look(sound, { NODE_EXTRA_CA_CERTS: '' }),
      look(aging),
      look(dying),
      look(dead),
      look(sound, { PUBLIC_URL: sound.url.replace('localhost', '127.0.0.1') }),
    ]);
    expect(trusted).toMatchObject({ result: 'pass', evidence: expect.stringContaining('90 days left') });
    const block = (evidence: string, remedy: string): object => ({
      result: 'fail',
      severity: 'block',
      evidence: expect.stringContaining(evidence),
      remedy: expect.stringContaining(remedy),
    });
    expect(untrusted).toMatchObject(block('DEPTH_ZERO_SELF_SIGNED_CERT', 'its whole chain'));
    expect(soon).toMatchObject({ ...block('20 days left', 'renew the certificate: fewer than'), severity: 'warn' });
    expect(verySoon).toMatchObject(block('3 days left', 'renew the certificate now'));
    expect(expired).toMatchObject(block('CERT_HAS_EXPIRED', 'its whole chain'));
    expect(otherName).toMatchObject(block('ERR_TLS_CERT_ALTNAME_INVALID', 'for this name'));
    for (const server of servers) server.close();
  });

  it('a name that does not resolve, and a database that is closed: the rest is looked at all the same', async () => {
    const run = await preflight(
      {
        ...good,
        PUBLIC_URL: 'https://onboarding.invalid',
        DATABASE_URL: `postgresql://onboarding:hush-hush@127.0.0.1:${await freePort()}/onboarding`,
      },
      ...['--only', 'public-url.dns', 'keys.encryption', 'database.reachable', 'database.version', 'typeform.api-key'],
    );
    expect(run.code).toBe(1);
    expect(run.red('block')).toEqual(['public-url.dns', 'database.reachable']);
    expect(run.skipped()).toEqual(['keys.encryption', 'database.version']);
    expect(run.line('database.reachable')).toMatchObject({
      evidence: expect.stringMatching(/^127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)$/),
      remedy: expect.stringContaining('check DATABASE_URL'),
    });
    expect(run.line('database.version').remedy).toBe('fix what database.reachable reports, then run preflight again');
    expect(run.line('public-url.dns').evidence).toContain('onboarding.invalid does not resolve');
    expect(run.line('typeform.api-key').result).toBe('pass');
  });

  it('a clock that is wrong, and a limit of open files that is too low', async () => {
    const hourAgo = (): string => new Date(Date.now() - 3_600_000).toUTCString();
    const late = await answering((_, response) => response.writeHead(200, { date: hourAgo() }).end('{}'));
    const skewed = await preflight({ ...good, TYPEFORM_API_BASE_URL: urlOf(late) }, '--only', 'host.clock-skew');
    late.close();
    expect(skewed.line('host.clock-skew')).toMatchObject({
      result: 'fail',
      evidence: expect.stringMatching(
        /^the database's clock is 0\.\d s \w+; Typeform's clock is 3(599|600|601)\.\d s behind$/,
      ),
      remedy: expect.stringContaining('NTP'),
    });
    const cli = resolve(__dirname, '../../dist/bundle/cli.js');
    const command = 'ulimit -n 1000; exec "$0" "$@"';
    const args = ['-c', command, process.execPath, cli, 'preflight', '--json', '--only', 'host.file-limits'];
    const limited = await promisify(execFile)('sh', args, { env: { PATH: '/usr/bin:/bin', ...good } }).catch(
      (error: { code: number; stdout: string }) => error,
    );
    expect(limited).toMatchObject({ code: 1 });
    expect(limited.stdout).toContain('1000 files can be open');
  });
});

describe('the database', () => {
  let database: TestDatabase;
  afterEach(() => database.drop());

  it('shows the SQL of pending migrations without running it, and refuses a schema newer than this version', async () => {
    database = await createTestDatabase({ empty: true });
    const environment = { ...good, DATABASE_URL: database.url };
    const pending = await preflight(environment, '--only', 'database.migrations', 'database.privileges', '--show-sql');
    expect(pending.code).toBe(0);
    expect(pending.red('warn')).toEqual(['database.migrations']);
    const { evidence, remedy, details } = pending.line('database.migrations');
    expect(evidence).toContain('pending: InitialSchema1764000000000, AuditLog');
    expect(remedy).toContain('then run migrate');
    expect(details).toMatch(/^-- InitialSchema1764000000000\nCREATE TABLE onboarding_form \(\n {2}form_id text/);
    expect(details).toContain('CREATE TABLE webhook_event');
    expect(details).not.toContain('read the rest');
    const { rows } = await database.pool.query(`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`);
    expect(rows).toHaveLength(0);

    await database.pool.query(`CREATE TABLE schema_migration (id serial, timestamp bigint, name text);
      INSERT INTO schema_migration (timestamp, name) VALUES (1, 'FromTheFuture1')`);
    const newer = await preflight(environment, '--only', 'database.migrations');
    expect(newer.red('block')).toEqual(['database.migrations']);
    expect(newer.line('database.migrations').evidence).toContain('FromTheFuture1, which this version does not know');
  });

  it('without a webhook or a key there is nothing to compare or validate: skipped, not passed', async () => {
    database = await createTestDatabase();
    const keyless = Object.fromEntries(Object.entries(good).filter(([name]) => name !== 'TYPEFORM_API_KEY'));
    const args = ['preflight', '--json', '--only', 'typeform.api-key', 'typeform.webhooks-in-sync'];
    const run = ServiceProcess.launch({ ...keyless, DATABASE_URL: database.url }, { bare: true, script: CLI, args });
    expect(await run.exited).toMatchObject({ code: 0 });
    expect((JSON.parse(run.stdout) as ChecksReport).checks).toMatchObject([
      { result: 'skipped', severity: 'warn', evidence: expect.stringContaining('no TYPEFORM_API_KEY is set') },
      { result: 'skipped', severity: 'warn', evidence: 'no webhook is registered yet' },
    ]);
  });

  it('a user that may not do what migrations do', async () => {
    database = await createTestDatabase();
    const role = `preflight_${randomBytes(4).toString('hex')}`;
    await onServer(`CREATE ROLE ${role} LOGIN`);
    await database.pool.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    const url = database.url.replace(/^(postgres(?:ql)?:\/\/)[^@/]*@?/, `$1${role}@`);
    const look = () => preflight({ ...good, DATABASE_URL: url }, '--only', 'database.privileges');
    const powerless = await look();
    await database.pool.query(`GRANT CREATE ON SCHEMA public TO ${role}`);
    const stranger = await look();
    await database.pool.query(`REVOKE CREATE ON SCHEMA public FROM ${role}`);
    await onServer(`DROP ROLE ${role}`);
    await database.pool.query(`
      CREATE FUNCTION refuse_changes() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'changes are frozen'; END $$;
      CREATE EVENT TRIGGER refuse_changes ON ddl_command_start EXECUTE FUNCTION refuse_changes()`);
    const frozen = await preflight({ ...good, DATABASE_URL: database.url }, '--only', 'database.privileges');
    expect(powerless.line('database.privileges')).toMatchObject({
      result: 'fail',
      evidence: expect.stringContaining('permission denied for schema public'),
      remedy: expect.stringContaining(`GRANT CREATE ON SCHEMA public TO "${role}"`),
    });
    expect(stranger.line('database.privileges')).toMatchObject({
      result: 'fail',
      evidence: expect.stringMatching(/does not own api_key, .*webhook_event, .*: a migration could not change them/),
    });
    // No privilege would help here.
    expect(frozen.line('database.privileges')).toMatchObject({
      result: 'fail',
      evidence: 'the check itself failed: changes are frozen',
    });
  });
});

describe('the command', () => {
  it('programs that are missing, and what they say where they are not', async () => {
    const bin = join(root, 'bin');
    mkdirSync(bin);
    const dump = join(root, 'new.dump');
    writeFileSync(dump, 'x');
    const args = ['--only', 'database.backup', 'release.dependency-audit', 'release.git-tag', 'release.image-digest'];
    const bare = { ...good, PATH: bin };
    const without = await preflight(
      { ...bare, RELEASE_TAG: 'v1.2.3' },
      ...args,
      '--backup-file',
      dump,
      '--image',
      IMAGE,
    );
    expect(without.line('database.backup')).toMatchObject({
      result: 'skipped',
      evidence: expect.stringContaining('there is no pg_restore in PATH'),
      remedy: expect.stringContaining('postgresql-client'),
    });
    expect(without.line('release.dependency-audit').evidence).toBe('not audited: there is no npm in PATH');
    expect(without.line('release.git-tag')).toMatchObject({
      result: 'pass',
      evidence: 'built from v1.2.3 (RELEASE_TAG)',
    });
    expect(without.line('release.image-digest').result).toBe('pass');

    const vulnerabilities = { info: 0, low: 4, moderate: 3, high: 2, critical: 1 };
    const report = JSON.stringify({ metadata: { vulnerabilities, dependencies: { prod: 200 } } });
    // Like npm, it needs the lock file of the project.
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\n[ -f package-lock.json ] && echo '${report}'\nexit 1\n`, {
      mode: 0o755,
    });
    writeFileSync(join(bin, 'pg_dump'), '#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.24"\n', { mode: 0o755 });
    const found = await preflight(bare, ...args, '--make-backup', join(root, 'backups'));
    expect(found.code).toBe(1);
    expect(found.red('block')).toEqual(['database.backup', 'release.dependency-audit']);
    const { evidence, remedy } = found.line('database.backup');
    expect(evidence).toMatch(/^pg_dump 9 cannot dump a server of version \d+$/);
    const server = evidence.split(' ').at(-1);
    expect(remedy).toContain(`postgresql-client-${server} from apt.postgresql.org`);
    expect(found.line('release.dependency-audit').evidence).toContain('1 critical, 2 high');
  });

  it('prints a table for people, names what it knows, and refuses what it does not', async () => {
    const table = ServiceProcess.command(good, 'preflight', '--only', 'host.file-limits', 'release.image-digest');
    expect(await table.exited).toMatchObject({ code: 0 });
    expect(table.stdout).toMatch(/│ pass +│ host\.file-limits[\s\S]*│ skipped │ release\.image-digest/);
    expect(table.stdout).toContain('preflight: passed (1 passed, 0 failed, 0 warnings, 1 skipped)');
    expect(table.stderr).toMatch(/\[2\/2\] .*: (pass|skipped)$/m);
    const nothing = ServiceProcess.command(good, 'preflight', '--only', 'release.image-digest');
    expect(await nothing.exited).toMatchObject({ code: 0 });
    expect(nothing.stdout).toContain('preflight: nothing was checked (0 passed, 0 failed, 0 warnings, 1 skipped)');
    const warning = ServiceProcess.command(
      good,
      ...['preflight', '--only', 'release.image-digest', '--image', 'onboarding:latest'],
    );
    expect(await warning.exited).toMatchObject({ code: 0 });
    expect(warning.stdout).toMatch(/│ warn +│ release\.image-digest/);
    expect(warning.stdout).toContain('preflight: passed (0 passed, 0 failed, 1 warning, 0 skipped)');
    expect(warning.stderr).toContain('[1/1] image is named by its digest: warn');
    const unknown = ServiceProcess.command(good, 'preflight', '--only', 'host.weather');
    expect(await unknown.exited).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('there is no check host.weather; the checks are: config.valid');
    const help = ServiceProcess.command(good, 'preflight', '--help');
    expect(await help.exited).toMatchObject({ code: 0 });
    expect(help.stdout).toContain('preflight --only database.migrations --show-sql');
  });
});

type Started = Awaited<ReturnType<typeof startTlsServer>>;

async function answering(handler: Parameters<typeof createServer>[1] & object): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
