/** The console in a real Chromium, on the real service, a real PostgreSQL and the sandbox. */
import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { TypeformSandbox } from '../../../sandbox/sandbox';
import { Clock } from '../../../src/database/clock';
import { API_KEY, startSandbox } from '../../support/sandbox-harness';
import { ADMIN_KEY, startTestApp, type TestApp } from '../../support/test-app';

export const CHROMIUM = '/usr/bin/chromium';
export const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** No measure of speed: a wait ends as soon as what it waits for is there. Below the limit of Jest, so that the failure says what was missing. */
export const HANGS_AFTER_MS = 120_000;
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

type ContextOptions = Parameters<Browser['newContext']>[0];

export class ConsoleStand {
  app!: TestApp;
  sandbox!: TypeformSandbox;
  browser!: Browser;
  private contexts: BrowserContext[] = [];
  /** What the pages complained about: errors of scripts, refusals of the policy. */
  readonly complaints: string[] = [];

  /** Registers the hooks of Jest that start and stop everything. */
  static install(environment: () => Promise<Record<string, string>> = () => Promise.resolve({})): ConsoleStand {
    const stand = new ConsoleStand();
    beforeAll(async () => {
      stand.sandbox = await startSandbox();
      stand.app = await startTestApp(
        {
          TYPEFORM_API_KEY: API_KEY,
          TYPEFORM_API_BASE_URL: stand.sandbox.url,
          RECONCILE_INTERVAL_SECONDS: '0',
          RETRY_INITIAL_SECONDS: '1',
          RETRY_MAX_SECONDS: '1',
          RETRY_MAX_ATTEMPTS: '3',
          ...(await environment()),
        },
        { typeformCallsPerSecond: 50 },
      );
      stand.browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });
    });
    afterEach(async () => {
      await Promise.all(stand.contexts.splice(0).map((context) => context.close()));
      expect(stand.complaints.splice(0)).toEqual([]);
    });
    afterAll(async () => {
      await stand.browser.close();
      await stand.app.stop();
      await stand.sandbox.stop();
    });
    return stand;
  }

  get url(): string {
    return this.app.url;
  }

  /** A new browser window at an address of the console. */
  async open(path = '', options: ContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ acceptDownloads: true, ...options });
    context.setDefaultTimeout(HANGS_AFTER_MS);
    this.contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) this.complaints.push(message.text());
    });
    await page.goto(`${this.url}/console/${path}`);
    return page;
  }

  /** The same, signed in. */
  async openSignedIn(
    path = '',
    { key = ADMIN_KEY, ...options }: ContextOptions & { key?: string } = {},
  ): Promise<Page> {
    const page = await this.open(path, options);
    await signIn(page, key);
    return page;
  }

  /** Does something while the service's clock is ahead, as if nobody had done anything for so long. */
  async later(hours: number, work: () => Promise<void>): Promise<void> {
    const clock = this.app.app.get(Clock);
    const now = clock.now.bind(clock);
    const ahead = jest.spyOn(clock, 'now').mockImplementation(() => new Date(now().getTime() + hours * 3_600_000));
    try {
      await work();
    } finally {
      ahead.mockRestore();
    }
  }

  /** A key of a role. */
  async keyOf(role: 'viewer' | 'operator' | 'admin'): Promise<string> {
    const { body } = await this.app
      .admin('post', '/v1/api-keys')
      .send({ name: `a ${role}`, role })
      .expect(201);
    return (body as { key: string }).key;
  }
}

export async function signIn(page: Page, key = ADMIN_KEY): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

export async function goTo(page: Page, screen: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: screen, exact: true }).click();
  await heading(page, screen).waitFor();
}

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

/** Confirms the dialog that asks; its button bears the action's name. */
export async function confirm(page: Page, action: string, typed?: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  if (typed !== undefined) await dialog.getByLabel(`Type ${typed} to confirm`).fill(typed);
  await dialog.getByRole('button', { name: action, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** The rules of accessibility that the page breaks, each with the elements that break it. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<Violation[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
  );
}
