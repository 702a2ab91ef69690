/** Every list: searched, opened with Enter, exported and replayed as it is filtered. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { parse } from 'csv-parse/sync';
import { question } from '../fixtures/typeform-events';
import { eventually } from '../support/eventually';
import { askEmail, newEvent, tokenOf } from '../support/events';
import { confirm, ConsoleStand, heading } from './support/console-stand';

const stand = ConsoleStand.install();
const rows = (page: Page) => page.locator('main tbody tr');

const FILE = 'https://api.typeform.com/responses/files/0f8b/a%20contract.pdf';
const withFile = newEvent({
  formId: 'listed',
  formTitle: 'A listed form',
  questions: [askEmail('ann@example.com'), question('file', 'Your contract', 'file_upload', 'file_url', FILE)],
});
const events = [
  withFile,
  newEvent({ formId: 'listed', formTitle: 'A listed form' }),
  newEvent({ formId: 'other-form' }),
];

beforeAll(async () => {
  for (const event of events) await stand.app.deliver(event).expect(200);
  await stand.app.settled();
  for (const name of ['nightly export', 'Deployment']) {
    await stand.app.admin('post', '/v1/api-keys').send({ name, role: 'viewer' }).expect(201);
  }
  const { body } = await stand.app.admin('post', '/v1/deliveries/replay').send({ formId: 'listed', async: true });
  const { jobId } = body as { jobId: string };
  await eventually(async () => {
    const { body: job } = await stand.app.admin('get', `/v1/jobs/${jobId}`).expect(200);
    return (job as { status: string }).status === 'done';
  }, 'a job has ended');
  await stand.app.settled();
  await stand.app.admin('delete', `/v1/responses/other-form/${tokenOf(events[2]!)}`).expect(200);
});

it('every list has one search box', async () => {
  const page = await stand.openSignedIn();
  for (const address of [
    ...['submissions', 'clients', 'deliveries', 'webhooks', 'forms'],
    ...['keys', 'erasures', 'retention', 'audit', 'jobs'].map((tab) => `settings?tab=${tab}`),
  ]) {
    await page.goto(`${stand.url}/console/${address}`);
    await page.getByRole('searchbox').waitFor();
    expect({ address, boxes: await page.getByRole('searchbox').count() }).toEqual({ address, boxes: 1 });
  }
});

it.each([
  ['keys', 'NIGHT', 'nightly export', 'Audit log'],
  ['erasures', 'submission', 'submission', 'Audit log'],
  ['retention', 'LISTED form', 'A listed form', 'What the questions mean'],
  ['jobs', 'done', 'Replay', 'Replay'],
  ['audit', 'key created', 'api_key.created', 'Audit log'],
])('settings, %s: "%s" finds a row, which Enter opens', async (tab, words, text, opens) => {
  const page = await stand.openSignedIn(`settings?tab=${tab}`);
  await rows(page).first().waitFor();
  await page.getByRole('searchbox').fill('nothing of the kind');
  await page.getByText('Nothing here').first().waitFor();
  await page.getByRole('searchbox').fill(words);
  const found = rows(page).filter({ hasText: text });
  await found.first().waitFor();
  await eventually(async () => (await rows(page).count()) === (await found.count()), 'only what matches is there');
  expect(await page.evaluate('location.search')).not.toMatch(/night/i);
  const before = page.url();
  await found.first().press('Enter');
  await page.waitForURL((url) => url.href !== before);
  await page.getByText(opens).first().waitFor();
});

it('the audit log is exported whole as it is filtered, not as it is loaded', async () => {
  for (let n = 0; n < 60; n += 1) {
    await stand.app
      .admin('post', '/v1/session')
      .send({ apiKey: await viewerKey() })
      .expect(201);
  }
  const page = await stand.openSignedIn('settings?tab=audit');
  await page.getByRole('searchbox').fill('session started');
  await page.getByRole('button', { name: 'Show more' }).waitFor();
  const save = async (format: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: format, exact: true }).click(),
    ]);
    return readFileSync(await download.path(), 'utf8');
  };
  const actions = (await save('NDJSON'))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { action: string }).action);
  expect(actions.length).toBeGreaterThan(60);
  expect(new Set(actions)).toEqual(new Set(['session.started']));
  expect(parse(await save('CSV'), { bom: true, columns: true })).toHaveLength(actions.length);
});

let madeViewerKey = '';
const viewerKey = async (): Promise<string> => (madeViewerKey ||= await stand.keyOf('viewer'));

it('what is filtered by token and source is replayed, exactly as many as were counted', async () => {
  const token = tokenOf(withFile);
  const page = await stand.openSignedIn(`deliveries?source=webhook&token=${token}`);
  await rows(page).first().waitFor();
  await page.getByRole('button', { name: 'Replay matching' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1 delivery').waitFor();
  await dialog.getByText(`source webhook, token ${token}`).waitFor();
  await confirm(page, 'Replay');
  await page.getByText('1 of 1').waitFor();
  const { body } = await stand.app.admin('get', '/v1/deliveries?limit=200').expect(200);
  const { items } = body as { items: { token: string; replays: number }[] };
  const replays = new Map(items.map((item) => [item.token, item.replays]));
  expect(events.map((event) => replays.get(tokenOf(event)))).toEqual([2, 1, 0]);

  await page.goto(`${stand.url}/console/deliveries`);
  await page.getByText('To replay several, filter the list first').waitFor();
  expect(await page.getByRole('button', { name: 'Replay matching' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Processed' }).click();
  await page.getByText('To replay several, filter the list first').waitFor({ state: 'detached' });
  expect(await page.getByRole('button', { name: 'Replay matching' }).isEnabled()).toBe(true);
});

it('a submission tells its way in steps, and a file is a link that nobody follows', async () => {
  const asked: string[] = [];
  const page = await stand.openSignedIn(`submissions/listed/${tokenOf(withFile)}`);
  page.on('request', (request) => asked.push(new URL(request.url()).host));
  await page.reload();
  await heading(page, 'Submission').waitFor();
  const steps = page.getByRole('region', { name: 'Timeline' }).or(page.locator('section', { hasText: 'Timeline' }));
  await steps.getByText('Committed').waitFor();
  await eventually(async () => !(await steps.textContent())?.includes('not yet'), 'it is processed');
  const names = await steps.locator('ol strong').allTextContents();
  expect(names).toEqual(['Form opened', 'Sent', 'Received', 'Committed', 'Processed']);
  const file = page.getByRole('link', { name: 'a contract.pdf' });
  expect(await file.getAttribute('href')).toBe(FILE);
  await page.getByText('A file, kept at api.typeform.com').waitFor();
  expect(new Set(asked)).toEqual(new Set([new URL(stand.url).host]));
});
