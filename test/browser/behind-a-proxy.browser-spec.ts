/** Below a path of its own, and while the service behind it goes and comes back. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { newEvent } from '../support/events';
import { startTestApp, type TestApp } from '../support/test-app';
import { CHROMIUM, goTo, heading, HANGS_AFTER_MS, signIn, SWITCHES } from './support/console-stand';

const PREFIX = '/crm/intake';

let database: TestDatabase;
let proxy: Server;
let url: string;
let app: TestApp;
let browser: Browser;

/** Takes the prefix away and passes everything on to the service, which may be another one by now. */
function startProxy(): Promise<Server> {
  const server = createServer((asked, answer) => {
    if (!asked.url?.startsWith(`${PREFIX}/`)) return void answer.writeHead(404).end();
    const path = asked.url.slice(PREFIX.length);
    const onward = request(app.url + path, { method: asked.method, headers: asked.headers }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
      from.on('error', () => answer.destroy());
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  return new Promise((started) => server.listen(0, '127.0.0.1', () => started(server)));
}

const start = () =>
  startTestApp(
    { PUBLIC_URL: url, RECONCILE_INTERVAL_SECONDS: '0', TYPEFORM_API_BASE_URL: 'http://127.0.0.1:9' },
    { database },
  );

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startProxy();
  url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${PREFIX}`;
  app = await start();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });
});
afterAll(async () => {
  await browser.close();
  proxy.closeAllConnections();
  await new Promise((closed) => proxy.close(closed));
  await app.stop();
  await database.drop();
});

it('works below a path, and goes on by itself when the service has been restarted', async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(HANGS_AFTER_MS);
  await page.goto(`${url}/console/deliveries?formId=restart`);
  await signIn(page);
  await heading(page, 'Deliveries').waitFor();
  await page.getByText('No delivery matches').waitFor();
  await goTo(page, 'Clients');
  expect(page.url()).toBe(`${url}/console/clients`);
  await page.goBack();
  await heading(page, 'Deliveries').waitFor();

  await app.stop();
  app = await start();
  await app.deliver(newEvent({ formId: 'restart' })).expect(200);
  await app.settled();
  await page.getByRole('button', { name: '1 new' }).click();
  await page.locator('tbody tr[tabindex]').first().waitFor();
  expect(page.url()).toContain('formId=restart');
});
