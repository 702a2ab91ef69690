/** Single sign-on in the browser, against a real OpenID provider. */
import type { Page } from 'playwright-core';
import { newEvent } from '../support/events';
import { freePort } from '../support/free-port';
import { CLIENT_SECRET, TestIdentityProvider } from '../support/identity-provider';
import { ConsoleStand, heading, violations } from './support/console-stand';

let provider: TestIdentityProvider;
const stand = ConsoleStand.install(async () => {
  const port = await freePort();
  provider = await TestIdentityProvider.start(await freePort(), `http://127.0.0.1:${port}`);
  return {
    PORT: String(port),
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: 'console',
    OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OIDC_ROLES: 'admin=ops; operator=desk; viewer=staff',
  };
});
afterAll(() => provider.stop());

/** The provider's page asks for a font of another host. */
async function openOffline(address = ''): Promise<Page> {
  const page = await stand.open(address);
  await page.route(
    ({ hostname }) => hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  return page;
}

/** Goes to the provider, and signs in there as somebody of these groups. */
async function signInAs(page: Page, groups: string): Promise<void> {
  await page.getByRole('link', { name: 'Single sign-on' }).click();
  await page.locator('input[name=login]').fill(groups);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

it.each([
  ['staff', 'viewer', []],
  ['desk', 'operator', ['Replay']],
  ['ops,staff', 'admin', ['Replay', 'Erase…']],
])('who is in %s is %s, comes back to where they were, and signs out', async (groups, role, buttons) => {
  const event = newEvent({ formId: 'signed-on' });
  await stand.app.deliver(event).expect(200);
  const address = `deliveries/${String(event.event_id)}`;
  const page = await openOffline(address);
  await signInAs(page, groups);
  await heading(page, 'Delivery').waitFor();
  expect(page.url()).toBe(`${stand.url}/console/${address}`);
  await page.getByText('Alex Example').waitFor();
  await page.getByText(role, { exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  const shown = await page
    .getByRole('main')
    .getByRole('button', { name: /^(Replay|Erase…)$/ })
    .allTextContents();
  expect(shown).toEqual(buttons);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByLabel('API key').waitFor();
  await page.reload();
  await page.getByLabel('API key').waitFor();
});

it('who has no role is told so in words, on the sign-in page, once', async () => {
  const page = await openOffline();
  await signInAs(page, 'visitors');
  await page.getByRole('alert').getByText('none of your groups has a role here').waitFor();
  expect(page.url()).toBe(`${stand.url}/console/`);
  expect(await violations(page)).toEqual([]);
  await page.reload();
  await page.getByLabel('API key').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

it('who cancels at the provider is told so', async () => {
  const page = await openOffline('deliveries');
  await page.getByRole('link', { name: 'Single sign-on' }).click();
  await page.getByRole('link', { name: /Cancel/ }).click();
  await page.getByRole('alert').getByText('cancelled there').waitFor();
  await page.getByRole('link', { name: 'Single sign-on' }).waitFor();
});
