/** What a dialog keeps, what a change says, and how it is undone: on a form, a client, a submission. */
import type { Page } from 'playwright-core';
import { askEmail, askName, newEvent, tokenOf } from '../support/events';
import { eventually } from '../support/eventually';
import { question } from '../fixtures/typeform-events';
import { confirm, ConsoleStand, goTo, heading } from './support/console-stand';

const stand = ConsoleStand.install();

const bring = async (event: ReturnType<typeof newEvent>): Promise<void> => {
  await stand.app.deliver(event).expect(200);
  await stand.app.settled();
};
const formOf = async (formId: string) =>
  (await stand.app.admin('get', `/v1/forms/${formId}`).expect(200)).body as { retentionDays: number | null };
const openClient = async (page: Page, email: string): Promise<void> => {
  await goTo(page, 'Clients');
  await page.getByRole('searchbox').fill(email);
  await page.locator('tbody tr[tabindex]').filter({ hasText: email }).first().click();
  await page.getByRole('heading', { name: 'Identifiers' }).waitFor();
};

it('what was typed and cancelled in the settings of a form is not saved later', async () => {
  await bring(newEvent({ formId: 'kept', questions: [askEmail('kept@example.com')] }));
  const page = await stand.openSignedIn('forms/kept');
  const change = page.getByRole('button', { name: 'Change…' });
  const days = page.getByLabel('Keep submissions for (days)');
  await change.click();
  await days.fill('1');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await change.click();
  expect(await days.inputValue()).toBe('');
  await page.getByLabel('Default phone country').fill('DE');
  await confirm(page, 'Save');
  expect(await formOf('kept')).toMatchObject({ retentionDays: null, phoneCountry: 'DE' });
});

it('the settings of a form say what is wrong in the words of the dialog', async () => {
  await bring(newEvent({ formId: 'country', questions: [askEmail('country@example.com')] }));
  const page = await stand.openSignedIn('forms/country');
  await page.getByText('forever, the default').waitFor();
  await page.getByRole('button', { name: 'Change…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Default phone country').fill('XX');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const problem = await dialog.getByRole('alert').textContent();
  expect(problem).toContain('Default phone country: must be the ISO code of a country, such as DE or US');
  expect(problem).not.toMatch(/phoneCountry|null|body/);
});

it('an identifier that was removed is put back as the responses say it', async () => {
  const first = question('first', 'First name', 'short_text', 'text', 'Nora');
  await bring(newEvent({ formId: 'removed', questions: [askEmail('nora@example.com'), first] }));
  const page = await stand.openSignedIn();
  await openClient(page, 'nora@example.com');
  await page.getByRole('button', { name: 'Correct First name' }).click();
  await page.getByRole('radio', { name: 'Remove it' }).check();
  await confirm(page, 'Correct');
  await page.getByText('First name removed. “Add…” can put it back.').waitFor();
  await page.getByRole('button', { name: 'Add…' }).click();
  const dialog = page.getByRole('dialog');
  // What no response says is only typed.
  await dialog.getByLabel('Identifier').selectOption('City');
  await dialog.getByLabel('City').waitFor();
  expect(await dialog.getByRole('radio').count()).toBe(0);
  await dialog.getByLabel('Identifier').selectOption('First name');
  await dialog.getByRole('radio', { name: 'What the responses say' }).check();
  await confirm(page, 'Add');
  await page.getByRole('row', { name: /First name Nora First name/ }).waitFor();
  await page.getByText('First name follows the responses again.').waitFor();
});

it('a value that is refused is called as the dialog calls it', async () => {
  await bring(newEvent({ formId: 'refused', questions: [askEmail('refused@example.com'), askName('Ron Refused')] }));
  const page = await stand.openSignedIn();
  await openClient(page, 'refused@example.com');
  await page.getByRole('button', { name: 'Correct E-mail' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail').fill('no address');
  await dialog.getByRole('button', { name: 'Correct', exact: true }).click();
  await dialog.getByText('E-mail: must be an e-mail address').waitFor();
  // What was refused is no longer what is asked.
  await dialog.getByRole('radio', { name: 'Remove it' }).check();
  await dialog.getByRole('alert').waitFor({ state: 'detached' });
});

it('a form says that it was paused and activated, and leads to what it ignored', async () => {
  await bring(newEvent({ formId: 'paused', questions: [askEmail('paused@example.com')] }));
  const page = await stand.openSignedIn('forms/paused');
  await page.getByRole('button', { name: 'Pause…' }).click();
  await confirm(page, 'Pause');
  await page.getByText('The form is paused.').waitFor();
  const event = newEvent({ formId: 'paused', questions: [askEmail('later@example.com')] });
  await bring(event);
  await page.getByRole('button', { name: 'Activate…' }).click();
  await confirm(page, 'Activate');
  await page.getByText('The form is active.').waitFor();
  await page.getByRole('link', { name: 'What was ignored while it was paused' }).click();
  await heading(page, 'Deliveries').waitFor();
  await page.getByRole('row', { name: tokenOf(event) }).waitFor();
  expect(await page.locator('tbody tr[tabindex]').count()).toBe(1);
});

it('an erased submission is told of, and back does not lead to it', async () => {
  const event = newEvent({ formId: 'erased', questions: [askEmail('erased@example.com')] });
  await bring(event);
  const page = await stand.openSignedIn('submissions?formId=erased');
  await page.locator('tbody tr[tabindex]').first().click();
  await page.getByRole('button', { name: 'Erase…' }).click();
  await confirm(page, 'Erase', 'erase');
  await heading(page, 'Submissions').waitFor();
  await page.getByText('The submission is erased.').waitFor();
  await page.goBack();
  await page.waitForURL(/formId=erased/);
  await page.getByText('No submission matches these filters.').waitFor();
  await page.goto(`${stand.url}/console/submissions/erased/${tokenOf(event)}`);
  await page.getByText('There is no such submission').waitFor();
});

it('back from the erasure of a client leads to the list', async () => {
  await bring(newEvent({ formId: 'forgotten', questions: [askEmail('forgotten@example.com')] }));
  const page = await stand.openSignedIn();
  await openClient(page, 'forgotten@example.com');
  await page.getByRole('button', { name: 'Erase…' }).click();
  await page.getByRole('dialog').getByText('1 submission with all answers').waitFor();
  await page.getByLabel('Also delete the responses at Typeform').check();
  await confirm(page, 'Erase', 'erase');
  await page.getByText('Erased: 1 submission and 1 delivery.').waitFor();
  await page.goBack();
  await heading(page, 'Clients').waitFor();
  await page.getByText('Nobody matches').waitFor();
});

it('a mapping is why a question means something, without a percentage', async () => {
  const extra = question('extra', 'Anything else?', 'short_text', 'text', 'Acme');
  await bring(newEvent({ formId: 'why', questions: [askEmail('why@example.com'), extra] }));
  await stand.app
    .admin('patch', '/v1/forms/why')
    .send({ identifierMapping: { email: 'extra' } })
    .expect(200);
  const page = await stand.openSignedIn('forms/why');
  const rows = page.getByRole('table', { name: 'Questions' });
  await rows.getByRole('row', { name: /an admin mapped it/ }).waitFor();
  await rows.getByRole('row', { name: /the email is mapped to another question/ }).waitFor();
  expect(await rows.textContent()).not.toContain('% sure');
});

it('a mapping can be applied again once it has been applied, also after a reload', async () => {
  await bring(newEvent({ formId: 'again', questions: [askEmail('again@example.com')] }));
  const page = await stand.openSignedIn('forms/again');
  const apply = page.getByRole('button', { name: 'Apply to 1 stored response…' });
  await apply.click();
  await confirm(page, 'Apply');
  await page.getByText('1 of 1').waitFor();
  await apply.waitFor();
  await page.reload();
  await apply.waitFor();
  expect(page.url()).toContain('job=');
});

it('what a person has is as wide as a narrow window', async () => {
  const event = newEvent({
    formId: 'ofAnIdThatIsLongerThanAnyOfTypeform',
    questions: [askEmail('narrow@example.com')],
  });
  await bring(event);
  const page = await stand.openSignedIn('settings?tab=person', { viewport: { width: 390, height: 844 } });
  await page.getByLabel('E-mail').fill('narrow@example.com');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: tokenOf(event) }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await page.getByLabel('E-mail').fill('nobody@example.com');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('Nothing found.').waitFor();
});

it('a row of a form with long answers has two lines', async () => {
  const long = question(
    'long',
    'Why?',
    'long_text',
    'text',
    'One word after the other, and then a few more. '.repeat(9),
  );
  const questions = [askEmail('long@example.com'), askName('Lena Long'), long];
  await bring(newEvent({ formId: 'long', questions }));
  const page = await stand.openSignedIn('submissions?formId=long', { viewport: { width: 1280, height: 800 } });
  const box = await page.locator('tbody tr[tabindex]').first().boundingBox();
  expect(box?.height).toBeLessThan(75);
});

it('the times of a timeline stand below each other', async () => {
  const event = newEvent({ formId: 'steps', questions: [askEmail('steps@example.com')] });
  await bring(event);
  const page = await stand.openSignedIn(`submissions/steps/${tokenOf(event)}`, {
    viewport: { width: 1280, height: 800 },
  });
  const times = page.locator('.timeline time');
  await times.nth(3).waitFor();
  const boxes = await Promise.all((await times.all()).map((time) => time.boundingBox()));
  expect(new Set(boxes.map((box) => box?.x)).size).toBe(1);
});

it('each tab of the settings has a title of its own', async () => {
  const page = await stand.openSignedIn('settings?tab=audit');
  await eventually(async () => (await page.title()) === 'Audit · Settings · Typeform onboarding', 'it names the tab');
});
