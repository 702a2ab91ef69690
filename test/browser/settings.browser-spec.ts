/** Settings in the browser: the checklist is read and signed, the configuration in force, versions, single sign-on; and the first steps. */
import type { Page } from 'playwright-core';
import { version } from '../../package.json';
import { MIGRATIONS } from '../../src/database/migrations';
import { withFindings } from '../../src/operations/checklist/checklist-changes';
import { newState, parseState, recordOf } from '../../src/operations/checklist/checklist-state';
import { ADMIN_KEY, WEBHOOK_SECRET } from '../support/test-app';
import { ConsoleStand, confirm, goTo } from './support/console-stand';

const stand = ConsoleStand.install(() => Promise.resolve({ SESSION_HOURS: '7' }));

const BACKUP = {
  id: 'database.backup',
  title: '',
  severity: 'block',
  result: 'fail',
  evidence: 'no backup <b>was</b> given',
  remedy: 'make one',
  seconds: 0,
} as const;

beforeAll(async () => {
  const now = new Date();
  const state = withFindings(newState({ deployment: 'release 7', version, now }), {
    runner: 'preflight',
    found: [BACKUP],
    phases: ['before'],
    now,
  });
  await stand.app.database.pool.query(
    'INSERT INTO deployment_checklist (deployment, started_at, state) VALUES ($1, $2, $3)',
    [state.deployment, state.startedAt, JSON.stringify(state)],
  );
});

const stored = async () => {
  const { rows } = await stand.app.database.pool.query<{ state: unknown }>('SELECT state FROM deployment_checklist');
  return parseState(rows[0]?.state);
};
const line = (page: Page, id: string) => page.getByRole('row').filter({ has: page.getByText(id, { exact: true }) });

it('tabs keep their places, whichever is chosen', async () => {
  const page = await stand.openSignedIn('settings?tab=jobs', { viewport: { width: 1280, height: 800 } });
  const tabs = page.getByRole('navigation', { name: 'Settings' }).getByRole('link');
  const places = async () => Promise.all((await tabs.all()).map((tab) => tab.boundingBox()));
  await page.getByRole('heading', { name: 'Jobs' }).waitFor();
  const before = await places();
  expect(before.length).toBeGreaterThan(7);
  await tabs.last().click();
  await page.locator('nav a[aria-current]', { hasText: 'This session' }).waitFor();
  expect(await places()).toEqual(before);
});

it('where there is no room for the list of tabs, one chooses from a field', async () => {
  const page = await stand.openSignedIn('settings', { viewport: { width: 390, height: 844 } });
  await page.getByRole('heading', { name: 'Configuration in force' }).waitFor();
  expect(await page.getByRole('navigation', { name: 'Settings' }).isVisible()).toBe(false);
  await page.getByLabel('Show').selectOption('This session');
  await page.getByRole('heading', { name: 'This session' }).waitFor();
  expect(page.url()).toMatch(/tab=session$/);
});

it('shows each line with its evidence, finds it, and keeps what is looked for in the address', async () => {
  const page = await stand.openSignedIn('settings?tab=checklist');
  await page.getByText('release 7, version').waitFor();
  const backup = line(page, 'environment.backup');
  await backup.getByText('no backup <b>was</b> given').waitFor();
  expect(await backup.textContent()).toMatch(/Failed.*To do: make one/);
  expect(await backup.getByRole('button', { name: /Sign/ }).count()).toBe(0);

  await page.getByRole('searchbox').fill('backup given');
  await line(page, 'code.review').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Failed', exact: true }).click();
  await page.waitForURL(/status=failed/);
  expect(page.url()).toMatch(/q=backup(\+|%20)given/);
  await page.reload();
  await line(page, 'environment.backup').waitFor();
  await page.goBack();
  await page.waitForURL((url) => !url.search.includes('status'));
});

it('signs a line, withdraws it and fills in a blank: what the command reads', async () => {
  const page = await stand.openSignedIn('settings?tab=checklist');
  await line(page, 'code.review').getByRole('button', { name: /^Sign/ }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: 'Sign', exact: true }).isDisabled()).toBe(true);
  await dialog.getByLabel('Signed by').fill('Ada Lovelace');
  await dialog.getByLabel('Note').fill('two pairs of eyes');
  await confirm(page, 'Sign');
  await line(page, 'code.review').getByText('yes, signed by Ada Lovelace').waitFor();
  expect(recordOf(await stored(), 'code.review').signature).toMatchObject({
    by: 'Ada Lovelace',
    note: 'two pairs of eyes',
  });

  await line(page, 'code.review')
    .getByRole('button', { name: /^Withdraw/ })
    .click();
  await confirm(page, 'Withdraw');
  await line(page, 'code.review').getByText('signed by').waitFor({ state: 'detached' });
  expect(recordOf(await stored(), 'code.review').signature).toBeNull();

  // Of a rollback trigger nothing is assumed.
  await line(page, 'triggers.start').getByRole('button', { name: /^Sign/ }).click();
  await dialog.getByLabel('Signed by').fill('Ada Lovelace');
  expect(await dialog.getByRole('button', { name: 'Sign', exact: true }).isDisabled()).toBe(true);
  await dialog.getByLabel('Has it happened?').selectOption('no');
  await confirm(page, 'Sign');
  await line(page, 'triggers.start').getByText('has it happened? no').waitFor();

  await line(page, 'next-review')
    .getByRole('button', { name: /^Fill in/ })
    .click();
  await dialog.getByLabel(/^Text/).fill('2026-12-01');
  await confirm(page, 'Save');
  await line(page, 'next-review').getByText('2026-12-01').waitFor();
  expect((await stored()).fields['next-review']?.value).toBe('2026-12-01');
});

it('shows the configuration in force with what is wrong first, and no secret', async () => {
  const page = await stand.openSignedIn('settings?tab=configuration');
  const table = page.getByRole('table', { name: 'Configuration in force' });
  const row = (name: string) => table.getByRole('row').filter({ hasText: name });
  await row('SESSION_HOURS').getByText('the environment').waitFor();
  expect(await row('ENCRYPTION_KEYS').textContent()).toMatch(/set \(\d+ characters\)/);
  expect(await row('REDIS_URL').textContent()).toMatch(/not set: each process counts/);
  const text = (await page.getByRole('main').textContent()) ?? '';
  expect(text.indexOf('Findings')).toBeLessThan(text.indexOf('SESSION_HOURS'));
  for (const secret of [ADMIN_KEY, WEBHOOK_SECRET, stand.app.database.url]) expect(text).not.toContain(secret);
  await page.getByRole('searchbox').fill('session_hours');
  await row('LOG_LEVEL').waitFor({ state: 'detached' });
  await row('SESSION_HOURS').waitFor();
  await page.getByRole('searchbox').fill('no such thing');
  await page.getByText('Nothing matches.').waitFor();
});

it('shows versions, migrations with their time, and that single sign-on is not configured', async () => {
  const page = await stand.openSignedIn('settings?tab=version');
  await page.getByText(process.versions.node, { exact: true }).waitFor();
  await page.getByText(`${MIGRATIONS.length} applied, none pending.`).waitFor();
  const last = page.getByRole('row').filter({ hasText: MIGRATIONS.at(-1)!.name });
  expect(await last.locator('time').getAttribute('datetime')).toMatch(/^20\d\d-/);
  await page.getByRole('link', { name: 'Single sign-on' }).click();
  await page.getByText('Not configured').waitFor();
});

it('every list has its search box', async () => {
  const page = await stand.openSignedIn();
  for (const tab of ['checklist', 'configuration', 'version', 'keys', 'erasures', 'retention', 'audit', 'jobs']) {
    await page.goto(`${stand.url}/console/settings?tab=${tab}`);
    await page.getByRole('searchbox').waitFor();
  }
});

it('each role sees what it may: no button for a viewer, no configuration for an operator', async () => {
  const page = await stand.openSignedIn('settings?tab=checklist', { key: await stand.keyOf('viewer') });
  await line(page, 'code.review').waitFor();
  expect(
    await page
      .getByRole('main')
      .getByRole('button', { name: /Sign|Withdraw|Fill in/ })
      .count(),
  ).toBe(0);
  expect(await page.getByRole('link', { name: 'Configuration' }).count()).toBe(0);
  const other = await stand.openSignedIn('settings?tab=configuration', { key: await stand.keyOf('operator') });
  await other.getByRole('alert').getByText('Not allowed').waitFor();
  await other.goto(`${stand.url}/console/settings`);
  await other.getByRole('heading', { name: 'Production checklist' }).waitFor();
});

it('a new key can be copied, and the next action replaces what is said of it', async () => {
  const page = await stand.openSignedIn('settings?tab=keys', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('button', { name: 'Create key…' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('copied');
  await confirm(page, 'Create key');
  const said = page.getByRole('status').filter({ hasText: 'shown this once' });
  const key = await said.locator('code').textContent();
  await said.getByRole('button', { name: 'Copy' }).click();
  await said.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(key);
  await page.getByRole('button', { name: 'Revoke copied' }).click();
  await confirm(page, 'Revoke');
  await page.getByText('“copied” is revoked.').waitFor();
  expect(await said.count()).toBe(0);
});

it('the audit log says what was done in lines', async () => {
  const page = await stand.openSignedIn('settings?tab=audit');
  const entry = page.getByRole('row').filter({ hasText: 'api_key.created' }).first();
  await entry.getByText('role: viewer').waitFor();
  await page.getByRole('columnheader', { name: 'Subject' }).waitFor();
  expect(await entry.textContent()).not.toContain('{"');
});

it('says so when the service cannot answer, and tries again', async () => {
  const page = await stand.openSignedIn('settings?tab=version');
  await page.getByText('none pending').waitFor();
  await page.route('**/v1/checklist', (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ title: 'Conflict', status: 409, detail: 'written by another version', code: 'conflict' }),
    }),
  );
  await page.getByRole('link', { name: 'Production checklist' }).click();
  await page.getByRole('alert').getByText('written by another version').waitFor();
  await page.unroute('**/v1/checklist');
  await page.getByRole('button', { name: 'Try again' }).click();
  await line(page, 'code.review').waitFor();
});

it('the first steps are checked live, and what is missing is named with what to do', async () => {
  stand.sandbox.control.configure({ scopes: ['forms:read', 'webhooks:read', 'responses:read'] });
  const page = await stand.openSignedIn();
  const step = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  await step('The token has every scope').getByText('lacks webhooks:write, responses:write').waitFor();
  await step('Typeform accepts the token')
    .getByText(/with \d+ forms?$|sees \d+ forms?$/)
    .waitFor();
  await step('PUBLIC_URL is reachable').getByText('refuses an unsigned webhook, as it should (401)').waitFor();
  await step('A form is chosen').getByRole('link', { name: 'Register a webhook' }).waitFor();
  const viewer = await stand.openSignedIn('', { key: await stand.keyOf('viewer') });
  await goTo(viewer, 'Settings');
  await goTo(viewer, 'Home');
  expect(await viewer.getByText('First steps').count()).toBe(0);
});
