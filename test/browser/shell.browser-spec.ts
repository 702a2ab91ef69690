/** Who is let in, what they see, and what happens while they look. */
import { newEvent, tokenOf } from '../support/events';
import { confirm, ConsoleStand, goTo, heading, signIn } from './support/console-stand';

const stand = ConsoleStand.install();

const SCREENS = ['Home', 'Submissions', 'Clients', 'Deliveries', 'Webhooks', 'Forms', 'Destinations', 'Settings'];

describe('signing in', () => {
  it('refuses a wrong key in words, and lets a right one in', async () => {
    const page = await stand.open();
    await page.getByLabel('API key').fill('wrong-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('not valid').waitFor();
    await signIn(page);
    const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
    expect(await links.allTextContents()).toEqual(SCREENS);
  });

  it('every screen has one first-level heading, and its link is marked', async () => {
    const page = await stand.openSignedIn();
    for (const screen of SCREENS) {
      await goTo(page, screen);
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: screen, exact: true });
      expect(await link.getAttribute('aria-current')).toBe('page');
    }
  });

  it('an ended session leads to the sign-in, and from there back to where one was', async () => {
    const page = await stand.openSignedIn('deliveries?status=dead,retrying');
    await heading(page, 'Deliveries').waitFor();
    // Longer than SESSION_HOURS.
    await stand.later(13, async () => {
      const asked = page.getByLabel('API key');
      // The page may have asked the service by itself before.
      await page.getByRole('searchbox').or(asked).fill('abcdef');
      await asked.waitFor();
    });
    await signIn(page);
    await heading(page, 'Deliveries').waitFor();
    expect(page.url()).toContain('status=dead,retrying');
  });

  it('a viewer sees no button that changes anything', async () => {
    await stand.app.deliver(newEvent({ formId: 'viewed' })).expect(200);
    await stand.app.settled();
    const page = await stand.openSignedIn('', { key: await stand.keyOf('viewer') });
    const none = async (): Promise<void> =>
      expect(
        await page
          .getByRole('main')
          .getByRole('button', {
            name: /Replay|Erase|Merge|Split|Correct|Register|Reconcile|Pause|Rotate|Delete|Apply|Save|Create|Check now|Back-fill|Show payload/,
          })
          .count(),
      ).toBe(0);
    for (const screen of SCREENS) {
      await goTo(page, screen);
      await none();
    }
    for (const screen of ['Deliveries', 'Clients', 'Forms', 'Submissions']) {
      await goTo(page, screen);
      await page.locator('tbody tr[tabindex]').first().press('Enter');
      await heading(page, screen).waitFor({ state: 'detached' });
      await page.getByRole('main').getByRole('region').or(page.locator('main section')).first().waitFor();
      await none();
    }
    await page.goto(`${stand.url}/console/settings?tab=keys`);
    await page.getByRole('alert').getByText('Not allowed').waitFor();
  });

  it('signs out', async () => {
    const page = await stand.openSignedIn();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByLabel('API key').waitFor();
    await page.reload();
    await page.getByLabel('API key').waitFor();
  });
});

it('the first load is at most 150 KB of scripts and styles, compressed', async () => {
  const page = await stand.open();
  // What is loaded ahead, once the browser has nothing else to do, is no part of it.
  await page.addInitScript('window.requestIdleCallback = () => 0');
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Network.enable');
  await protocol.send('Network.setCacheDisabled', { cacheDisabled: true });
  const wanted = new Set<string>();
  let bytes = 0;
  protocol.on('Network.responseReceived', ({ requestId, response }) => {
    if (/\.(js|css)$/.test(response.url)) wanted.add(requestId);
  });
  protocol.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (wanted.has(requestId)) bytes += encodedDataLength;
  });
  await page.reload();
  await signIn(page);
  await page.getByRole('heading', { name: 'Is anything lost?' }).waitFor();
  await page.waitForLoadState('networkidle').catch(() => undefined);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(150_000);
});

it('Home says that nothing needs anybody only once everything is known', async () => {
  const page = await stand.openSignedIn('deliveries');
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route(/conflict=true/, async (route) => {
    await held;
    await route.continue();
  });
  await goTo(page, 'Home');
  await page.getByText('Success rate').waitFor();
  expect(await page.getByText('Nothing at the moment').count()).toBe(0);
  answer();
  await page.getByText('Nothing at the moment').waitFor();
});

describe('a list', () => {
  it('keeps its filters in the address, and back returns to the ones before', async () => {
    const page = await stand.openSignedIn('deliveries');
    await page.getByRole('button', { name: 'Dead' }).click();
    await page.getByRole('button', { name: 'Retrying' }).click();
    await page.waitForURL(/status=dead,retrying/);
    await page.goBack();
    await page.waitForURL((url) => url.search === '?status=dead');
    await page.getByRole('button', { name: 'Dead', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'Retrying', pressed: false }).waitFor();
  });

  it('what is searched for among people never stands in the address', async () => {
    await stand.app.deliver(newEvent({ formId: 'search' })).expect(200);
    await stand.app.settled();
    for (const screen of ['Clients', 'Submissions']) {
      const page = await stand.openSignedIn();
      await goTo(page, screen);
      await page.getByRole('searchbox').fill('alice@example.com');
      await page.locator('tbody tr[tabindex]').first().waitFor();
      await page.locator('tbody tr[tabindex]').first().click();
      await heading(page, screen).waitFor({ state: 'detached' });
      await page.goBack();
      await heading(page, screen).waitFor();
      expect(await page.getByRole('searchbox').inputValue()).toBe('alice@example.com');
      expect(page.url()).not.toContain('alice');
      expect(await page.title()).not.toContain('lice');
      expect(await page.evaluate('JSON.stringify(localStorage)')).toBe('{}');
    }
    const page = await stand.openSignedIn('deliveries');
    await page.getByRole('searchbox').fill('alice@example.com');
    await page.getByText('Deliveries are found by the token').waitFor();
    expect(page.url()).not.toContain('alice');
  });

  it('does not move while one reads: 1,000 new deliveries are counted, and shown when asked for', async () => {
    const first = newEvent({ formId: 'steady' });
    await stand.app.deliver(first).expect(200);
    await stand.app.settled();
    const page = await stand.openSignedIn('deliveries?formId=steady');
    const rows = page.locator('tbody tr[tabindex]');
    await rows.first().waitFor();
    const more = Array.from({ length: 1_000 }, () => newEvent({ formId: 'steady' }));
    for (let at = 0; at < more.length; at += 100) {
      await Promise.all(more.slice(at, at + 100).map((event) => stand.app.deliver(event).expect(200)));
    }
    const fresh = page.getByRole('button', { name: /^200\+ new$/ });
    await fresh.waitFor();
    expect(await rows.count()).toBe(1);
    expect(await rows.first().textContent()).toContain(tokenOf(first));
    await fresh.click();
    await rows.nth(49).waitFor();
    expect(await rows.first().textContent()).not.toContain(tokenOf(first));
  });

  it('renews itself only while updates are not paused', async () => {
    const page = await stand.openSignedIn('deliveries?formId=paused-updates');
    await page.getByText('No delivery matches').waitFor();
    await page.getByRole('button', { name: 'Pause updates' }).click();
    await stand.app.deliver(newEvent({ formId: 'paused-updates' })).expect(200);
    await stand.app.settled();
    await page.getByRole('button', { name: 'Resume updates' }).click();
    await page.getByRole('button', { name: '1 new', exact: true }).click();
    await page.locator('tbody tr[tabindex]').first().waitFor();
  });
});

it('Ctrl-K finds screens, tabs of Settings and clients', async () => {
  await stand.app.deliver(newEvent({ formId: 'found' })).expect(200);
  await stand.app.settled();
  const page = await stand.openSignedIn();
  await page.keyboard.press('Control+k');
  await page.locator('[role=combobox]:focus').waitFor();
  await page.keyboard.type('Webh');
  await page.getByRole('option', { name: 'Webhooks' }).waitFor();
  await page.keyboard.press('Enter');
  await heading(page, 'Webhooks').waitFor();
  await page.keyboard.press('Control+k');
  await page.locator('[role=combobox]:focus').waitFor();
  await page.keyboard.type('audit');
  await page.getByRole('option', { name: 'Audit Settings' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/settings\?tab=audit/);
  await page.keyboard.press('Control+k');
  await page.locator('[role=combobox]:focus').waitFor();
  await page.keyboard.type('alice@example.com');
  await page
    .getByRole('option', { name: /alice@example\.com Client$/ })
    .first()
    .click();
  await heading(page, /Alice|Example/).waitFor();
});

it('a key for a viewer is made, shown once, and revoked: its session ends', async () => {
  const page = await stand.openSignedIn('settings?tab=keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('colleague');
  await confirm(page, 'Create key');
  const key = (await page.getByText('shown this once').locator('xpath=..').locator('code').textContent()) ?? '';
  const other = await stand.openSignedIn('', { key });
  await heading(other, 'Home').waitFor();
  await page.getByRole('button', { name: 'Revoke colleague' }).click();
  await confirm(page, 'Revoke');
  await page
    .getByRole('row', { name: /colleague/ })
    .getByText('Revoked')
    .waitFor();
  await page.reload();
  expect(await page.getByText(key).count()).toBe(0);
  await other.getByLabel('API key').waitFor();
});
