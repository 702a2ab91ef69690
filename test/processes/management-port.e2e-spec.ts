/** MANAGEMENT_PORT: probes and metrics there and nowhere else, and nothing else there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBody } from '../fixtures/typeform-events';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { freePort } from '../support/free-port';
import { deliver, json, newEvent } from '../support/sender';
import { ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

/** One route has many spellings; each must be found by the same rule. */
const PROBES = ['/health/live', '/health/ready', '/health/startup', '/metrics'];
const SPELLINGS = [...PROBES, '//health/live', '/%68ealth/live', '/metrics/', '/metrics?x=1', '/%6detrics'];

let database: TestDatabase;
let root: string;
let service: ServiceProcess;
beforeAll(async () => {
  database = await createTestDatabase();
  root = mkdtempSync(join(tmpdir(), 'onboarding-management-'));
  service = await ServiceProcess.start({
    DATABASE_URL: database.url,
    DATA_DIR: root,
    MANAGEMENT_PORT: String(await freePort()),
  });
});
afterAll(async () => {
  await service?.kill();
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

describe('the management port', () => {
  it.each(PROBES)('serves %s', async (path) => {
    expect((await service.get(path, { base: service.managementUrl })).status).toBe(200);
  });

  it.each(['/v1/clients', '/v1/overview', '/openapi.json', '/docs', '/', '/nothing'])('has no %s', async (path) => {
    const answer = await service.get(path, { base: service.managementUrl });
    expect(answer.status).toBe(404);
    expect(json(answer)).toMatchObject({ status: 404, code: 'not_found' });
  });

  it.each(['/webhooks/typeform', '/webhooks/typeform/x', '/webhooks', '//webhooks/typeform', '/Webhooks/x'])(
    'tells a webhook that was pointed at %s to come again',
    async (path) => {
      const answer = await deliver(service.managementUrl, toBody(newEvent()), WEBHOOK_SECRET, path);
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(json(answer)).toMatchObject({ status: 503, code: 'not_ready' });
    },
  );
});

describe('the public port beside it', () => {
  it.each(SPELLINGS)('has no %s', async (path) => {
    const answer = await service.get(path);
    expect(answer.status).toBe(404);
    expect(json(answer)).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('takes webhooks in and serves the admin API', async () => {
    expect((await deliver(service.url, toBody(newEvent()), WEBHOOK_SECRET)).status).toBe(200);
    expect((await service.get('/v1/clients')).status).toBe(200);
  });
});
