/** No violation of axe's rules on any screen in either theme; changes by the keyboard alone; what strangers wrote is text. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { askEmail, askName, newEvent, tokenOf } from '../support/events';
import { question } from '../fixtures/typeform-events';
import { ConsoleStand, goTo, heading, violations } from './support/console-stand';

const stand = ConsoleStand.install();

const HOSTILE = [
  '<script>window.hacked = true</script><img src=x onerror="window.hacked = true">',
  'x'.repeat(100_000),
  '\u202egnp.exe \u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd',
  '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  'javascript:window.hacked=true',
];
const FORM = 'accessible';
const event = newEvent({
  formId: FORM,
  formTitle: '<b>A form</b>',
  questions: [
    askEmail('hostile@example.com'),
    askName('<i>Mallory</i> Example'),
    ...HOSTILE.map((text, at) => question(`q${at}`, `<u>Question ${at}</u>`, 'long_text', 'text', text)),
  ],
});
let clientId: string;
let webhookId: string;

beforeAll(async () => {
  await stand.app.deliver(event).expect(200);
  await stand.app.settled();
  const { body } = await stand.app.admin('get', `/v1/responses/${FORM}/${tokenOf(event)}`).expect(200);
  clientId = (body as { clientId: string }).clientId;
  const { id: form } = stand.sandbox.control.createForm({ seed: 'axe' });
  // Repeating it changes nothing; on a busy machine the first answer may be that Typeform takes long.
  await eventually(async () => {
    const { status, body: webhook } = await stand.app.admin('post', '/v1/webhooks').send({ form });
    webhookId = (webhook as { id: string }).id;
    return status < 300;
  }, 'the webhook is registered');
});

const addresses = (): string[] => [
  '',
  'submissions',
  `submissions?formId=${FORM}`,
  `submissions/${FORM}/${tokenOf(event)}`,
  'clients',
  `clients/${clientId}`,
  'deliveries',
  'deliveries?status=dead',
  `deliveries/${event.event_id}`,
  'deliveries/unknown',
  'webhooks',
  `webhooks/${webhookId}`,
  'forms',
  `forms/${FORM}`,
  'destinations',
  ...['session', 'checklist', 'configuration', 'version', 'sso'].map((tab) => `settings?tab=${tab}`),
  ...['keys', 'person', 'erasures', 'retention', 'audit', 'jobs'].map((tab) => `settings?tab=${tab}`),
];

/** Opens an address without loading the program anew. */
async function visit(page: Page, address: string): Promise<void> {
  await page.goto(`${stand.url}/console/${address}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle').catch(() => undefined);
}

for (const colorScheme of ['light', 'dark'] as const) {
  it(`no screen breaks a rule of accessibility, ${colorScheme}`, async () => {
    const page = await stand.open('', { colorScheme });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
    const inside = await stand.openSignedIn('', { colorScheme });
    await inside.getByRole('button', { name: 'Pause updates' }).click();
    for (const address of addresses()) {
      await visit(inside, address);
      expect({ address, found: await violations(inside) }).toEqual({ address, found: [] });
    }
  });
}

it('dialogs break no rule either', async () => {
  const page = await stand.openSignedIn(`deliveries/${event.event_id}`);
  for (const [address, button] of [
    [`deliveries/${event.event_id}`, 'Replay'],
    ['deliveries?status=processed', 'Replay matching'],
    [`clients/${clientId}`, 'Merge'],
    [`clients/${clientId}`, 'Correct E-mail'],
    [`clients/${clientId}`, 'Erase'],
    ['webhooks', 'Register'],
    ['settings?tab=keys', 'Create key'],
    ['settings?tab=checklist', 'Sign code.review'],
    ['settings?tab=checklist', 'Fill in date'],
  ] as const) {
    await visit(page, address);
    await page.getByRole('main').getByRole('button', { name: button }).first().click();
    await page.getByRole('dialog').waitFor();
    expect({ address, found: await violations(page) }).toEqual({ address, found: [] });
  }
});

it.each([
  [1280, 700],
  [390, 844],
])('the buttons of a long dialog stay on the screen at %i by %i', async (width, height) => {
  const words = Array.from({ length: 8 }, (_, at) =>
    newEvent({ formId: 'long', questions: [askName(`Long Dialog ${at}`)] }),
  );
  for (const each of words) await stand.app.deliver(each).expect(200);
  await stand.app.settled();
  const page = await stand.openSignedIn(`clients/${clientId}`, { viewport: { width, height } });
  await page.getByRole('button', { name: 'Merge' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('searchbox').fill('Long Dialog');
  await dialog.getByRole('radio').first().check();
  await dialog.getByText('After the merge').waitFor();
  const [whole, shown] = await page.evaluate<[number, number]>(
    '(({ scrollHeight, clientHeight }) => [scrollHeight, clientHeight])(document.querySelector("[role=dialog]"))',
  );
  expect(whole).toBeGreaterThan(shown);
  for (const name of ['Cancel', 'Merge']) {
    const box = await dialog.getByRole('button', { name, exact: true }).boundingBox();
    expect(box && box.y > 0 && box.y + box.height < height).toBe(true);
  }
});

it.each([390, 1024])('is readable at %i pixels: no screen is wider than the window', async (width) => {
  const page = await stand.openSignedIn('', { viewport: { width, height: 844 } });
  for (const address of addresses()) {
    await visit(page, address);
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect({ address, fits: Number(wide) <= width }).toEqual({ address, fits: true });
  }
});

it('what strangers wrote shows as text everywhere', async () => {
  const page = await stand.openSignedIn();
  for (const address of addresses()) {
    await visit(page, address);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('main :is(i, u, b, script, img)').count()).toBe(0);
    expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
  }
  await visit(page, `submissions/${FORM}/${tokenOf(event)}`);
  for (const text of HOSTILE) await page.getByText(text, { exact: true }).first().waitFor();
});

/** Tabs until an element has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  await eventually(
    async () => {
      await page.keyboard.press('Tab');
      const text = await page.evaluate(
        'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent ?? ""',
      );
      return name.test(String(text).trim());
    },
    `${String(name)} has the focus`,
  );
}

describe('by the keyboard alone', () => {
  it('a delivery is replayed from the list', async () => {
    const page = await stand.openSignedIn(`deliveries?token=${tokenOf(event)}`);
    await page.locator('tbody tr[tabindex]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /^Replay$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await eventually(async () => {
      const { body } = await stand.app.admin('get', `/v1/deliveries/${event.event_id}`).expect(200);
      return (body as { replays: number }).replays === 1;
    }, 'it is replayed');
  });

  it('a mapping is changed and saved', async () => {
    const page = await stand.openSignedIn(`forms/${FORM}`);
    await page.getByRole('heading', { name: 'What the questions mean' }).waitFor();
    await tabTo(page, /^What “<u>Question 2<\/u>” identifies/);
    await page.keyboard.type('City');
    await tabTo(page, /^Save mapping/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /^Save mapping$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { body } = await stand.app.admin('get', `/v1/forms/${FORM}`).expect(200);
    expect((body as { identifierMapping: object }).identifierMapping).toEqual({ city: 'q2' });
  });

  it('a client is erased', async () => {
    const page = await stand.openSignedIn();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await goTo(page, 'Clients');
    await page.locator('tbody tr[tabindex]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Identifiers' }).waitFor();
    await tabTo(page, /^Erase/);
    await page.keyboard.press('Enter');
    await page.getByText('1 submission with all answers').waitFor();
    await page.getByLabel('Type erase to confirm').focus();
    await page.keyboard.type('erase');
    await page.keyboard.press('Enter');
    await heading(page, 'Clients').waitFor();
    await page.getByText('Erased: 1 submission').waitFor();
  });
});
