/** Bad configuration stops the process before anything happens; production refuses what is for development. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBody } from '../fixtures/typeform-events';
import { deliver, json, newEvent } from '../support/sender';
import { PRODUCTION_SETTINGS, ServiceData, ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

const EXIT_CONFIGURATION = 78;

let root: string;
let service: ServiceProcess | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'onboarding-configuration-'));
});
afterEach(async () => {
  await service?.kill();
  rmSync(root, { recursive: true, force: true });
});

describe('a bad configuration', () => {
  it('lists every problem, prints no secret, starts and writes nothing', async () => {
    const secrets = {
      TYPEFORM_WEBHOOK_SECRET: 'hush-too-short',
      ADMIN_API_KEY: 'hush-admin-key',
      DATABASE_URL: 'mysql://hush-user:hush-password@db.example.com/x',
      ENCRYPTION_KEYS: 'k1:hush-not-32-bytes',
    };
    const others = { PORT: 'eighty', RETRY_INITIAL_SECONDS: '0', LOG_LEVEL: 'loud', TRUST_PROXY: 'true' };
    service = await refused({ ...secrets, ...others });
    for (const name of [...Object.keys(secrets), ...Object.keys(others)]) {
      expect(service.stderr).toMatch(new RegExp(`^  ${name} must `, 'm'));
    }
    expect(service.output).not.toContain('hush');
  });

  it('in production: neither sandbox, embedded database, generated keys nor http', async () => {
    service = await refused({ NODE_ENV: 'production', PUBLIC_URL: 'http://onboarding.example.com' });
    const named = [...service.stderr.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name).sort();
    expect(named).toEqual([
      'ADMIN_API_KEY',
      'DATABASE_URL',
      'ENCRYPTION_KEYS',
      'PUBLIC_URL',
      'TYPEFORM_API_KEY',
      'TYPEFORM_WEBHOOK_SECRET',
    ]);
  });

  async function refused(environment: Record<string, string>): Promise<ServiceProcess> {
    const dataDir = join(root, 'data');
    const process = ServiceProcess.launch({ DATA_DIR: dataDir, ...environment }, { bare: true });
    expect(await process.exited).toMatchObject({ code: EXIT_CONFIGURATION, signal: null });
    expect(process.stdout).toBe('');
    expect(existsSync(dataDir)).toBe(false);
    return process;
  }
});

describe('production on the embedded database, said on purpose', () => {
  const data = new ServiceData();
  afterAll(() => data.remove());

  it('waits for the migrate command, then works, and logs JSON lines only', async () => {
    const environment = { ...PRODUCTION_SETTINGS, EMBEDDED_DATABASE: 'true', DATA_DIR: data.dataDir };
    service = await ServiceProcess.start(environment, { until: 'live' });
    const ready = json<{ error: object }>(await service.health('ready', 503));
    expect(Object.keys(ready.error)).toEqual(['migrations']);
    expect((await deliver(service.url, toBody(newEvent()), WEBHOOK_SECRET)).status).toBe(503);
    expect(await service.stop()).toMatchObject({ code: 0 });
    expectJsonLines(service.stdout);

    const migrate = ServiceProcess.command(environment, 'migrate');
    expect(await migrate.exited).toMatchObject({ code: 0 });

    service = await ServiceProcess.start(environment);
    const event = newEvent();
    expect((await deliver(service.url, toBody(event), WEBHOOK_SECRET)).status).toBe(200);
    const processed = `SELECT 1 FROM webhook_event WHERE status = 'processed'`;
    await service.comesTrue(async () => (await data.query(processed)).length === 1, 'the event is processed');
    expect((await deliver(service.url, toBody(event), 'a wrong secret')).status).toBe(401);
    expect(await service.stop()).toMatchObject({ code: 0 });
    expectJsonLines(service.stdout);
    expect(existsSync(join(data.dataDir, 'keys.json'))).toBe(false);
    expect(service.output).not.toContain(WEBHOOK_SECRET);
    expect(service.output).not.toContain(event.event_id);
  });
});

function expectJsonLines(stdout: string): void {
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level');
}
