/** The service behind PgBouncer: it works where each connection has its own session, and refuses to start where it has not. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../src/database/embedded/embedded-postgres';
import { migrate } from '../src/database/open-database';
import { toBody } from '../test/fixtures/typeform-events';
import { DatabaseProxy } from '../test/support/database-proxy';
import { newEvent } from '../test/support/events';
import { freePort } from '../test/support/free-port';
import { preflight } from '../test/support/preflight';
import { deliver } from '../test/support/sender';
import { ServiceProcess, WEBHOOK_SECRET } from '../test/support/service-process';
import { eventually } from '../test/support/test-app';
import { requireTool } from './support/tools';

const root = mkdtempSync(join(tmpdir(), 'onboarding-pgbouncer-'));
let postgres: EmbeddedPostgres;
let proxy: DatabaseProxy;
let pooler: ChildProcess | undefined;
beforeAll(async () => {
  postgres = await EmbeddedPostgres.start({ dataDir: join(root, 'postgres') });
  proxy = await DatabaseProxy.start(postgres);
  await migrate(postgres.url, () => undefined);
});
afterEach(async () => {
  pooler?.kill();
  if (pooler) await once(pooler, 'exit');
  pooler = undefined;
});
afterAll(async () => {
  await proxy.close();
  await postgres.stop();
  rmSync(root, { recursive: true, force: true });
});

/** PgBouncer in front of the database; the URL of the database through it. */
async function startPooler(mode: 'session' | 'transaction' | 'statement'): Promise<string> {
  const port = await freePort();
  const { port: target, username, pathname } = new URL(proxy.url);
  const file = join(root, `${mode}.ini`);
  const settings = { listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '', auth_type: 'any' };
  const lines = Object.entries({ ...settings, pool_mode: mode }).map(([name, value]) => `${name} = ${value}`);
  const server = `host=127.0.0.1 port=${target} user=${username}`;
  writeFileSync(file, `[databases]\n${pathname.slice(1)} = ${server}\n[pgbouncer]\n${lines.join('\n')}\n`);
  for (const path of [root, file]) chmodSync(path, 0o755);
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  pooler = spawn(requireTool('pgbouncer', 'pgbouncer'), [...user, file], { stdio: 'ignore' });
  const url = `postgresql://${username}@127.0.0.1:${port}${pathname}`;
  const answers = () => migrate(url, () => undefined).then(Boolean, (error: Error) => /pooler/.test(error.message));
  await eventually(answers, 'PgBouncer answers');
  return url;
}

it('session mode works', async () => {
  const url = await startPooler('session');
  const service = await ServiceProcess.start({ DATABASE_URL: url });
  expect((await deliver(service.url, toBody(newEvent()), WEBHOOK_SECRET)).status).toBe(200);
  expect((await service.stop()).code).toBe(0);
});

it.each(['transaction', 'statement'] as const)('%s mode is refused at the start and by preflight', async (mode) => {
  const url = await startPooler(mode);
  const start = ServiceProcess.launch({ DATABASE_URL: url });
  const checks = await preflight({ NODE_ENV: 'test', DATABASE_URL: url }, '--only', 'database.sessions');
  expect((await start.exited).code).toBe(1);
  expect(start.stderr).toMatch(/PgBouncer.*transaction or statement mode.*pool_mode=session/);
  expect(checks.line('database.sessions')).toMatchObject({
    result: 'fail',
    severity: 'block',
    remedy: expect.stringContaining('pool_mode=session'),
  });
});
