/** Each job of an admin from its start to its end, as one does it in the browser. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { AllFormsReconciler } from '../../src/webhook-management/all-forms-reconciler';
import { eventually } from '../support/eventually';
import { askEmail, askName, askPhone, minutesAgo, newEvent, tokenOf } from '../support/events';
import { question } from '../fixtures/typeform-events';
import { confirm, ConsoleStand, goTo, heading, signIn } from './support/console-stand';

const stand = ConsoleStand.install();

const bring = async (...events: ReturnType<typeof newEvent>[]): Promise<void> => {
  for (const event of events) await stand.app.deliver(event).expect(200);
  await stand.app.settled();
};
const remote = (formId: string) => stand.sandbox.control.webhooks(formId)[0];
const makeForm = (title: string): string =>
  stand.sandbox.control.createForm({
    definition: {
      title,
      fields: [
        { ref: 'mail', type: 'email', title: 'Your e-mail' },
        { ref: 'extra', type: 'short_text', title: 'Anything else?' },
      ],
    },
  }).id;
const register = async (formId: string): Promise<string> => {
  const { body } = await stand.app.admin('post', '/v1/webhooks').send({ form: formId }).expect(201);
  return (body as { id: string }).id;
};
/** The last column of the completeness table is not cut off. */
const tableFits = async (page: Page): Promise<void> => {
  for (const width of [1024, 1180, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const hidden = await page.evaluate(
      `(() => { const frame = document.querySelector('table[aria-label=Completeness]').parentElement;
        return frame.scrollWidth - frame.clientWidth; })()`,
    );
    expect({ width, hidden }).toEqual({ width, hidden: 0 });
  }
};
const openClient = async (page: Page, search: string): Promise<void> => {
  await goTo(page, 'Clients');
  await page.getByRole('searchbox').fill(search);
  await page.locator('tbody tr[tabindex]').filter({ hasText: search }).first().click();
  await heading(page, 'Clients').waitFor({ state: 'detached' });
};

it('from the first start to the first client', async () => {
  const formId = makeForm('A first form');
  const page = await stand.openSignedIn();
  await page.getByText('Typeform accepts the token').waitFor();
  await page.getByRole('link', { name: 'Register a webhook' }).click();
  await page.getByRole('button', { name: 'Register…' }).click();
  await page.getByRole('dialog').getByRole('searchbox').fill('first form');
  await page.getByRole('radio', { name: /A first form/ }).check();
  await confirm(page, 'Register');
  await heading(page, 'Webhook').waitFor();
  expect(remote(formId)).toMatchObject({ enabled: true });
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('The test came through').waitFor();
  await goTo(page, 'Home');
  stand.sandbox.control.submit(formId, { answerAll: true });
  await stand.sandbox.control.setClock({ advanceSeconds: 0 });
  await stand.app.settled();
  await page.getByText('First steps').waitFor({ state: 'detached' });
  await goTo(page, 'Clients');
  await page.locator('tbody tr[tabindex]').first().waitFor();
});

it('a form that the search hides is not registered', async () => {
  const formId = makeForm('Chosen first');
  makeForm('Found later');
  const page = await stand.openSignedIn('webhooks');
  await page.getByRole('button', { name: 'Register…' }).click();
  const dialog = page.getByRole('dialog');
  const action = dialog.getByRole('button', { name: 'Register', exact: true });
  await dialog.getByRole('radio', { name: /Chosen first/ }).check();
  for (const [text, shown] of [
    ['Found later', dialog.getByRole('radio', { name: /Found later/ })],
    ['no form is called so', dialog.getByText('The account has no such form.')],
  ] as const) {
    await dialog.getByRole('searchbox').fill(text);
    await shown.waitFor();
    await dialog.getByRole('radio', { name: /Chosen first/ }).waitFor({ state: 'detached' });
    expect(await action.isDisabled()).toBe(true);
  }
  expect(remote(formId)).toBeUndefined();
});

it('a test delivery that is erased says so, and an open payload is not asked for again', async () => {
  const formId = makeForm('Tested and erased');
  await stand.app.admin('post', `/v1/webhooks/${await register(formId)}/test`).expect(200);
  await stand.app.settled();
  const page = await stand.openSignedIn(`deliveries?formId=${formId}`);
  await page.locator('tbody tr[tabindex]').first().press('Enter');
  await page.getByText('A test of the webhook.').waitFor();
  await page.getByRole('button', { name: 'Show payload' }).click();
  await page.getByLabel('Payload').waitFor();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.getByRole('button', { name: 'Erase…' }).click();
  await confirm(page, 'Erase', 'erase');
  await page.getByText('The delivery was erased.').waitFor();
  await page.getByText('It was erased on request.').waitFor();
  expect(asked.filter((url) => url.endsWith('/payload'))).toEqual([]);
});

it('a webhook that Typeform disabled is seen, understood and repaired', async () => {
  const formId = makeForm('A disabled form');
  await register(formId);
  const { control } = stand.sandbox;
  // Typeform gets 410 for a delivery and disables the webhook, again and again: after the tenth repair in a row the service waits.
  for (let round = 0; round < 12; round += 1) {
    control.addFault({ kind: 'status', target: 'delivery', status: 410, match: `${formId}/` });
    control.submit(formId);
    await control.setClock({ advanceSeconds: 0 });
    expect(remote(formId)).toMatchObject({ enabled: false, disabledBecause: expect.stringContaining('410') });
    await stand.app.app.get(AllFormsReconciler).pass({ priority: 'interactive' }, { force: false, wait: true });
  }
  expect(remote(formId)).toMatchObject({ enabled: false });
  const page = await stand.openSignedIn();
  await page.locator('svg [data-disabled]').first().waitFor({ state: 'attached' });
  await page.getByText(/disabled at Typeform within the last \d+ (s|min), not enabled yet/).waitFor();
  await page.getByText('As a table').click();
  await page.getByRole('table', { name: 'Submissions over time' }).getByRole('row').nth(48).waitFor();
  await page.getByText('Disabled at Typeform: 1').waitFor();
  await page.getByRole('link', { name: '1 webhook disabled at Typeform' }).click();
  await heading(page, 'Webhooks').waitFor();
  await page.getByRole('row', { name: /A disabled form/ }).press('Enter');
  await page.getByText('as it does after many failed deliveries').waitFor();
  await page.getByRole('row', { name: /Delivery enabled disabled \(differs\)/ }).waitFor();
  await page.getByRole('button', { name: 'Reconcile' }).click();
  await confirm(page, 'Reconcile');
  await page.getByText('repaired', { exact: false }).first().waitFor();
  await page.getByText('In sync').waitFor();
  expect(remote(formId)).toMatchObject({ enabled: true });

  await page.getByRole('button', { name: 'Delete…' }).click();
  await confirm(page, 'Delete', 'delete');
  await heading(page, 'Webhooks').waitFor();
  await page.getByText('The webhook of A disabled form was deleted.').waitFor();
  expect(await page.getByRole('row', { name: /A disabled form/ }).count()).toBe(0);
  await page.getByLabel('Status').selectOption('Deleted');
  const deleted = page.getByRole('row', { name: /A disabled form/ });
  await deleted.waitFor();
  expect(await deleted.getByRole('cell').allTextContents()).not.toContain('Enabled');
  await deleted.press('Enter');
  await page.getByText('Deleted – Late deliveries are accepted').waitFor();
  expect(await page.getByRole('table', { name: 'Wanted and actual' }).count()).toBe(0);
});

it('dead deliveries are found, their cause read and removed, and they are replayed together', async () => {
  const { pool } = stand.app.database;
  await pool.query(`ALTER TABLE form_response ADD CONSTRAINT broken CHECK (form_id <> 'broken')`);
  const events = Array.from({ length: 3 }, () => newEvent({ formId: 'broken' }));
  for (const event of events) await stand.app.deliver(event).expect(200);
  const dead = async (): Promise<number> =>
    (await pool.query(`SELECT FROM webhook_event WHERE form_id = 'broken' AND status = 'dead'`)).rowCount ?? 0;
  await eventually(async () => (await dead()) === 3, 'they are given up');
  const page = await stand.openSignedIn();
  await page.getByRole('link', { name: '3 deliveries dead' }).click();
  await page.locator('tbody tr[tabindex]').first().click();
  await page.getByText('constraint · SQLSTATE 23514 · broken · form_response').first().waitFor();
  expect(await page.getByText('"form_response"').count()).toBe(0);
  await page.getByRole('button', { name: 'Show payload' }).click();
  await page.getByText('"form_response"').first().waitFor();
  await pool.query('ALTER TABLE form_response DROP CONSTRAINT broken');
  await page.goBack();
  await page.getByRole('button', { name: 'Replay matching' }).click();
  await page.getByRole('dialog').getByText('3 deliveries').waitFor();
  await confirm(page, 'Replay');
  await page.getByText('3 of 3').waitFor();
  await stand.app.settled();
  await eventually(async () => (await dead()) === 0, 'all are processed');
  await page.getByText('No delivery matches').waitFor();
});

it('a mapping is previewed, saved and applied to what is there', async () => {
  const formId = makeForm('A mapped form');
  await register(formId);
  const answers = [askEmail('mapped@example.com'), question('extra', 'Anything else?', 'short_text', 'text', 'Acme')];
  await bring(newEvent({ formId, questions: answers }));
  const page = await stand.openSignedIn(`forms/${formId}`);
  await heading(page, 'A mapped form').waitFor();
  await page.getByLabel('What “Anything else?” identifies').selectOption({ label: 'Company' });
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('1 of the last 1 response would change').waitFor();
  await page.locator('tr', { hasText: /Company: none.*Company: Acme/ }).waitFor();
  await page.getByRole('button', { name: 'Save mapping' }).click();
  await confirm(page, 'Save mapping');
  await page.getByRole('row', { name: /Anything else\?.*Company the client/ }).waitFor();
  const saved = page.getByRole('status').filter({ hasText: 'The mapping is saved' });
  await saved.getByRole('button', { name: 'Apply to 1 stored response' }).click();
  await saved.waitFor({ state: 'detached' });
  await confirm(page, 'Apply');
  await page.getByText('1 of 1').waitFor();
  await openClient(page, 'mapped@example.com');
  await page.getByRole('row', { name: /Company Acme/ }).waitFor();
});

it('two clients are compared and merged, corrected, and split again', async () => {
  await bring(
    newEvent({
      formId: 'people',
      submittedAt: minutesAgo(5),
      questions: [askEmail('ann.one@example.com'), askName('Ann Sample')],
    }),
    newEvent({ formId: 'people', questions: [askEmail('ann.two@example.com'), askName('Ann Sample-Doe')] }),
  );
  const page = await stand.openSignedIn();
  await openClient(page, 'ann.one@example.com');
  await page.getByRole('button', { name: 'Merge' }).click();
  await page.getByRole('dialog').getByRole('searchbox').fill('ann.two');
  await page.getByRole('radio', { name: /ann\.two/ }).check();
  await page
    .getByRole('dialog')
    .getByRole('row', { name: /E-mail ann\.one@example\.com ann\.two@example\.com/ })
    .waitFor();
  await page.getByRole('dialog').getByText('The e-mail is this client’s').waitFor();
  await confirm(page, 'Merge');
  await page.getByRole('heading', { name: 'Submissions (2)' }).waitFor();
  await page.getByText('Merged.').waitFor();
  await page
    .getByRole('row', { name: /E-mail ann\.one@example\.com/ })
    .first()
    .waitFor();
  await heading(page, 'Ann Sample-Doe').waitFor();

  await page.getByRole('button', { name: 'Correct Full name' }).click();
  await page.getByText('Merged.').waitFor({ state: 'detached' });
  await page.getByRole('dialog').getByLabel('Full name').fill('Ann Corrected');
  await confirm(page, 'Correct');
  await heading(page, 'Ann Corrected').waitFor();
  await page.getByText('Corrected by hand').waitFor();
  await page.getByText('Full name corrected.').waitFor();
  // To another page and back by keyboard alone: it has been said.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('Home');
  await page.keyboard.press('Enter');
  await heading(page, 'Home').waitFor();
  await page.goBack();
  await heading(page, 'Ann Corrected').waitFor();
  expect(await page.getByText('Full name corrected.').count()).toBe(0);

  await page
    .getByRole('row', { name: /ann\.two@example\.com/ })
    .getByRole('checkbox')
    .check();
  await page.getByRole('button', { name: 'Split' }).click();
  await confirm(page, 'Split');
  await page.getByRole('heading', { name: 'Submissions (1)' }).waitFor();
  await heading(page, 'Ann Sample-Doe').waitFor();
  await page.getByText('Split: this new client has 1 submission.').waitFor();
  await page.getByRole('link', { name: 'Open the one it was split from' }).click();
  await heading(page, 'Ann Corrected').waitFor();
  await page.getByText('Split: this new client').waitFor({ state: 'detached' });
});

it('an e-mail of another client is refused, with a link to that one', async () => {
  await bring(
    newEvent({ formId: 'people', questions: [askEmail('taken@example.com'), askName('Tara Taken')] }),
    newEvent({ formId: 'people', questions: [askEmail('wants@example.com'), askName('Wanda Wants')] }),
  );
  const page = await stand.openSignedIn();
  await openClient(page, 'wants@example.com');
  await page.getByRole('button', { name: 'Correct E-mail' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail').fill('taken@example.com');
  await dialog.getByRole('button', { name: 'Correct', exact: true }).click();
  await dialog.getByText(/^This e-mail belongs to the client/).waitFor();
  await dialog.getByRole('alert').getByRole('link').click();
  await heading(page, 'Tara Taken').waitFor();
  await dialog.waitFor({ state: 'detached' });
});

it('a name put together from two questions names both', async () => {
  const names = [
    question('first', 'First name', 'short_text', 'text', 'Noah'),
    question('last', 'Last name', 'short_text', 'text', 'Lee'),
  ];
  await bring(newEvent({ formId: 'joined', questions: [askEmail('noah@example.com'), ...names] }));
  const page = await stand.openSignedIn();
  await openClient(page, 'noah@example.com');
  await page.getByRole('row', { name: /Full name Noah Lee First name and Last name/ }).waitFor();
  await page.getByRole('link', { name: 'First name and Last name' }).click();
  await page.getByRole('row', { name: /Full name Noah Lee First name and Last name/ }).waitFor();
});

it('a shared phone is a conflict: shown, counted, and on both clients', async () => {
  await bring(
    newEvent({ formId: 'people', questions: [askEmail('c1@example.com'), askPhone('+12025550177')] }),
    newEvent({ formId: 'people', questions: [askEmail('c2@example.com'), askPhone('+12025550177')] }),
  );
  const page = await stand.openSignedIn();
  await page.getByRole('link', { name: /clients in conflict/ }).click();
  await page.waitForURL(/conflict=true/);
  await page.locator('tbody tr[tabindex]').filter({ hasText: 'c1@example.com' }).click();
  await page.getByRole('heading', { name: 'Conflicts' }).waitFor();
});

it('a client is erased after a preview and a typed word', async () => {
  await bring(newEvent({ formId: 'people', questions: [askEmail('gone@example.com'), askName('Gone Person')] }));
  const page = await stand.openSignedIn();
  await openClient(page, 'gone@example.com');
  await page.getByRole('button', { name: 'Erase' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1 submission with all answers').waitFor();
  expect(await dialog.getByRole('button', { name: 'Erase', exact: true }).isDisabled()).toBe(true);
  await confirm(page, 'Erase', 'erase');
  await heading(page, 'Clients').waitFor();
  await page.getByText('Erased: 1 submission').waitFor();
  await page.getByRole('searchbox').fill('gone@example.com');
  await page.getByText('Nobody matches').waitFor();
});

it('a person is found wherever they are held, and erased', async () => {
  await bring(newEvent({ formId: 'people', questions: [askEmail('subject@example.com')] }));
  const page = await stand.openSignedIn('settings?tab=person');
  await page.getByLabel('E-mail').fill('subject@example.com');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('Found: 1 client, ').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'subject@example.com' }).waitFor();
  expect(page.url()).not.toContain('subject');
  await page.getByRole('button', { name: 'Erase all of it' }).click();
  await confirm(page, 'Erase', 'erase');
  await page.getByText('Erased: 1 client, ').waitFor();
});

it('a secret is rotated: both are accepted during the overlap; the webhook is paused and enabled', async () => {
  const formId = makeForm('A rotated form');
  const id = await register(formId);
  const before = remote(formId)?.secret;
  const page = await stand.openSignedIn(`webhooks/${id}`);
  await page.getByText('One is accepted').waitFor();
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await page
    .getByRole('dialog')
    .getByLabel(/Overlap/)
    .fill('2');
  await confirm(page, 'Rotate secret');
  await page.getByText('Two are accepted; the old one ends in 2 hours').waitFor();
  expect(remote(formId)?.secret).not.toBe(before);
  await page.getByRole('button', { name: 'Pause', exact: false }).and(page.locator('main button')).click();
  await page.getByText('The old one is accepted for 2 more hours.').waitFor();
  await confirm(page, 'Pause');
  await eventually(() => remote(formId)?.enabled === false, 'it is paused');
  await page.getByText('The webhook is paused.').waitFor();
  expect(await page.getByText('The secret was rotated').count()).toBe(0);
  await page.getByRole('row', { name: 'Delivery paused paused' }).waitFor();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('The service accepts the webhook (200), but it is paused').waitFor();
  expect(await page.getByText('The webhook is paused.').count()).toBe(0);
  await page.getByRole('button', { name: 'Enable' }).click();
  await confirm(page, 'Enable');
  await eventually(() => remote(formId)?.enabled === true, 'it is enabled');
  await page.getByText('The webhook is enabled.').waitFor();
  expect(await page.getByRole('main').getByRole('alert').count()).toBe(0);
});

it('a form that is registered is marked where one is chosen, and its webhook is opened', async () => {
  const formId = makeForm('A registered form');
  const id = await register(formId);
  const page = await stand.openSignedIn('webhooks');
  await page.getByRole('button', { name: 'Register…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('searchbox').fill('registered form');
  await dialog.getByRole('radio', { name: `A registered form ${formId}, already registered (onboarding)` }).check();
  await dialog.getByText('is already registered. “Open” shows it').waitFor();
  await confirm(page, 'Open');
  await page.waitForURL(new RegExp(`${id}$`));
  await page.getByText(`A registered form · ${formId} · onboarding`).waitFor();
  await page.getByText('No delivery yet').waitFor();
  await bring(newEvent({ formId }));
  await page.reload();
  await page.getByText('No failures since the last success').waitFor();
});

it('an export holds exactly what is filtered', async () => {
  const kept = newEvent({ formId: 'exported', questions: [askEmail('kept@example.com')] });
  await bring(
    kept,
    newEvent({ formId: 'exported', questions: [askEmail('other@example.com')] }),
    newEvent({ formId: 'not-exported', questions: [askEmail('kept@example.org')] }),
  );
  const page = await stand.openSignedIn('submissions?formId=exported');
  const save = async (): Promise<{ token: string }[]> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'NDJSON' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n');
    return lines.map((line) => JSON.parse(line) as { token: string });
  };
  await page.locator('tbody tr[tabindex]').nth(1).waitFor();
  expect(await save()).toHaveLength(2);
  await page.getByRole('searchbox').fill('kept');
  await page.locator('tbody tr[tabindex]').nth(1).waitFor({ state: 'detached' });
  expect((await save()).map(({ token }) => token)).toEqual([tokenOf(kept)]);
});

it('is anything lost? a submission that no webhook brought is reported and fetched', async () => {
  const formId = makeForm('A form with a gap');
  await register(formId);
  stand.sandbox.control.configure({ lagMinutes: 0 });
  stand.sandbox.control.submit(formId, { deliver: false });
  const page = await stand.openSignedIn();
  await page
    .getByRole('row', { name: /A form with a gap/ })
    .getByRole('button', { name: 'Back-fill' })
    .click();
  await confirm(page, 'Back-fill');
  await eventually(async () => {
    const { body } = await stand.app.admin('get', `/v1/deliveries?formId=${formId}&source=backfill`).expect(200);
    return (body as { items: unknown[] }).items.length === 1;
  }, 'it is fetched');
  await page.getByRole('button', { name: 'Check now' }).click();
  const row = page.getByRole('row', { name: /A form with a gap Complete/ });
  // Of its last hour, nothing is known yet.
  await row.getByRole('cell', { name: 'known until 1 hour ago' }).waitFor();
  await tableFits(page);
});

it('a check of part of the period says from when on it looked, and one that runs says so', async () => {
  const formId = makeForm('A form known in part');
  await register(formId);
  const check = { status: 'done', seen: 3, requestedAt: '2026-11-02T08:00:00Z', finishedAt: '2026-11-02T08:01:00Z' };
  const answer = (status: string) => ({
    items: [
      {
        ...{ formId, atTypeform: 3, received: 3, recovered: 0, failed: 0, erased: 0, missing: 0 },
        ...{ verdict: 'not_yet_known', checkedAt: null, knownUntil: null },
        check: { ...check, status, since: '2026-11-01T00:00:00.000Z', error: null },
      },
    ],
  });
  const page = await stand.open();
  await page.route('**/v1/completeness', (route) =>
    route.fulfill({ json: answer(route.request().method() === 'POST' ? 'running' : 'done') }),
  );
  await signIn(page);
  const row = page.getByRole('row', { name: /A form known in part/ });
  await row.getByText('complete only from 2026-11-01 00:00 UTC').waitFor();
  await page.unroute('**/v1/completeness');
  await page.route('**/v1/completeness', (route) => route.fulfill({ json: answer('running') }));
  await page.getByRole('button', { name: 'Check now' }).click();
  await row.getByText('Checking now').waitFor();
  await row.getByText('3 seen so far').waitFor();
  await tableFits(page);
  expect(await row.textContent()).not.toMatch(/never|not checked/);
});

it('Home says that verify has run, once it has', async () => {
  const page = await stand.openSignedIn();
  await page.getByText('As a table').waitFor();
  expect(await page.getByText('verify', { exact: true }).count()).toBe(0);
  const formId = 'onboarding-verify-0123456789abcdef';
  await bring(newEvent({ formId }));
  await stand.app.admin('delete', `/v1/forms/${formId}`).expect(200);
  await page.reload();
  await page.getByText(/^verify ran .* sent on purpose to reach the rate limit/).waitFor();
});
