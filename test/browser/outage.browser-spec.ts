/** What the console does while the service cannot be reached, and while it takes its time. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { ConsoleStand, goTo, heading, signIn } from './support/console-stand';

const stand = ConsoleStand.install();

const AWAY = 'The service cannot be reached';
const registered = async (): Promise<{ formId: string; id: string }> => {
  const { id: formId } = stand.sandbox.control.createForm({
    definition: { title: 'Away', fields: [{ ref: 'mail', type: 'email', title: 'E-mail' }] },
  });
  const { body } = await stand.app.admin('post', '/v1/webhooks').send({ form: formId }).expect(201);
  return { formId, id: (body as { id: string }).id };
};
/** As if the browser always had something else to do: nothing is loaded ahead. */
const neverIdle = (page: Page) => page.addInitScript('window.requestIdleCallback = () => 0');

describe('a change', () => {
  it('that is confirmed while the service is away fails at once, and is not made later', async () => {
    const { formId, id } = await registered();
    const page = await stand.openSignedIn(`webhooks/${id}`);
    await page.getByRole('button', { name: 'Pause…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Pause' }).waitFor();
    await page.context().setOffline(true);
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByRole('alert').getByText(AWAY).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByRole('alert').getByText(AWAY).waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('The test came through').waitFor();
    expect(stand.sandbox.control.webhooks(formId)[0]).toMatchObject({ enabled: true });
  });

  it('that is under way keeps its dialog until it is known what became of it', async () => {
    const { id } = await registered();
    const page = await stand.openSignedIn(`webhooks/${id}`);
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route(/v1\/webhooks\//, async (route) => {
      if (route.request().method() === 'PATCH') await held;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Pause…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Cancel' }).click({ force: true });
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))');
    expect(await dialog.count()).toBe(1);
    answer();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('The webhook is paused.').waitFor();
  });
});

describe('code that is loaded late', () => {
  it('is there before it is needed: an outage after it changes nothing on the page', async () => {
    const page = await stand.openSignedIn();
    // The last one.
    await eventually(
      () =>
        page.evaluate<boolean>(
          `performance.getEntriesByType('resource').some(({ name }) => name.includes('/session-tab-'))`,
        ),
      'all is loaded',
    );
    await page.context().setOffline(true);
    for (const screen of ['Clients', 'Webhooks', 'Deliveries', 'Settings']) await goTo(page, screen);
    await page.getByRole('link', { name: 'This session' }).click();
    await page.getByRole('heading', { name: 'This session' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Find a screen/ }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('and cannot be loaded leaves the page and the navigation, says so, and is loaded once it can be', async () => {
    await registered();
    const page = await stand.open();
    await neverIdle(page);
    await page.reload();
    await page.getByLabel('API key').waitFor();
    await signIn(page);
    await goTo(page, 'Settings');
    await goTo(page, 'Home');
    await page.getByRole('heading', { name: 'Is anything lost?' }).waitFor();
    const navigation = page.getByRole('navigation', { name: 'Main' });
    await page.context().setOffline(true);

    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByText(AWAY).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Is anything lost?' }).waitFor();

    await page
      .getByRole('button', { name: /^Back-fill/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText(AWAY).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await goTo(page, 'Settings');
    await page.getByRole('link', { name: 'Retention' }).click();
    await page.getByRole('alert').getByText(AWAY).waitFor();
    await heading(page, 'Settings').waitFor();

    await navigation.getByRole('link', { name: 'Clients', exact: true }).click();
    await page.getByRole('alert').getByText(AWAY).waitFor();
    await navigation.waitFor();

    await page.context().setOffline(false);
    await heading(page, 'Clients').waitFor();
  });
});

it('says that signing out has failed', async () => {
  const page = await stand.openSignedIn();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('alert').getByText('You are still signed in').waitFor();
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
});

it('says beside the switch of updates that they do not come', async () => {
  const page = await stand.open();
  await page.route(/v1\/stream/, (route) => route.abort());
  await signIn(page);
  await page.getByText('Not connected').waitFor();
  await page.unroute(/v1\/stream/);
  await page.getByText('Not connected').waitFor({ state: 'detached' });
});
