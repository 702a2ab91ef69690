/** Search finds everyone: by whatever any response gave, in any notation, case or accent; and responses by their answers. */
import { ResponseSettler } from '../src/onboarding/who-is-it/response-settler';
import { question } from './fixtures/typeform-events';
import { askEmail, askName, askPhone, newEvent, tokenOf } from './support/events';
import { startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const askOrg = (value: string) => question('org', 'Company name', 'short_text', 'text', value);
const askStory = (value: string) => question('story', 'Tell us about your project', 'long_text', 'text', value);

/** The ids that a list answers with, for a query. */
async function found(list: 'clients' | 'responses', query: Record<string, string>): Promise<string[]> {
  const { body } = await app.admin('get', `/v1/${list}?${new URLSearchParams(query).toString()}`).expect(200);
  return (body.items as { id?: string; token?: string }[]).map(({ id, token }) => id ?? String(token));
}

describe('clients', () => {
  let id: string;
  beforeAll(async () => {
    const earlier = [
      askEmail('jose@example.com'),
      askName('José Muñoz'),
      askPhone('+4915123456789'),
      askOrg('Straßenbau Süd'),
    ];
    const later = [askEmail('jose@example.com'), askName('Pepe Muñoz'), askPhone('+12025550123'), askOrg('Acme 100%')];
    await app.deliver(newEvent({ questions: earlier })).expect(200);
    await app.deliver(newEvent({ questions: later })).expect(200);
    await app.deliver(newEvent({ questions: [askEmail('other@example.com'), askName('Somebody Else')] })).expect(200);
    await app.settled();
    [id = ''] = await found('clients', { email: 'jose@example.com' });
    expect(id).not.toBe('');
  });

  it.each<[Record<string, string>]>([
    [{ email: 'JOSE@Example.com' }],
    [{ phone: '+12025550123' }],
    [{ phone: '(202) 555-0123' }],
    [{ phone: '+4915123456789' }],
    [{ phone: '0151 23456789' }],
    [{ phone: '00 49 151 / 234 567 89' }],
    [{ q: 'jose munoz' }],
    [{ q: 'MUÑOZ pepe' }],
    [{ q: 'strassenbau sud' }],
    [{ q: 'acme 100%' }],
    [{ q: 'jose@example' }],
    [{ q: '0151-23456789' }],
    [{ q: '202.555.0123' }],
    [{ q: 'josé', conflict: 'false' }],
    [{ q: 'mu jo' }],
    [{ q: 'jose & mu' }],
    [{ q: '%' }],
  ])('%j finds the client', async (query) => {
    expect(await found('clients', query)).toEqual([id]);
  });

  it.each<[Record<string, string>]>([
    [{ email: 'ose@example.com' }],
    [{ phone: '+12025550199' }],
    [{ phone: '+492025550123' }],
    [{ q: 'jose else' }],
    [{ q: '100_' }],
    [{ q: 'josé', conflict: 'true' }],
    [{ q: 'un oz' }],
  ])('%j does not', async (query) => {
    expect(await found('clients', query)).toEqual([]);
  });

  it('a page of frequent words and the pages after it are those of the whole list', async () => {
    for (const n of [1, 2, 3, 4]) {
      const questions = [askEmail(`frequent${n}@example.com`), askName('Frequent Word')];
      await app.deliver(newEvent({ formId: 'frequent', questions })).expect(200);
    }
    await app.settled();
    for (const list of ['clients', 'responses'] as const) {
      const whole = await found(list, { q: 'frequent word' });
      expect(whole).toHaveLength(4);
      const paged: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body } = await app.admin('get', `/v1/${list}?q=frequent%20word&limit=1${next}`).expect(200);
        const page = body as { items: { id?: string; token?: string }[]; nextCursor: string | null };
        paged.push(...page.items.map(({ id, token }) => id ?? String(token)));
        cursor = page.nextCursor;
      }
      expect(paged).toEqual(whole);
    }
  });

  it('an e-mail that stands for nobody is found, too', async () => {
    const questions = [askEmail('noreply@example.com'), askName('Nora Nobody')];
    await app.deliver(newEvent({ questions })).expect(200);
    await app.settled();
    expect(await found('clients', { email: 'NoReply@example.com' })).toHaveLength(1);
  });

  it('too few digits are no phone', async () => {
    const { body } = await app.admin('get', '/v1/clients?phone=12').expect(422);
    expect(body.errors).toEqual([{ path: 'phone', message: 'must have at least five digits' }]);
  });
});

describe('responses', () => {
  it('are found by words, addresses and numbers of their answers and hidden fields', async () => {
    const event = newEvent({
      formId: 'stories',
      questions: [
        askStory('We are building a Café in Zürich.\nBudget about 125000 francs'),
        question('n', 'How many seats?', 'number', 'number', 48.5),
        question('c', 'Which plan?', 'multiple_choice', 'choice', { label: 'Première' }),
      ],
      hidden: { campaign: 'Frühling-2026' },
    });
    await app.deliver(event).expect(200);
    await app.deliver(newEvent({ formId: 'stories', questions: [askStory('Nothing of the kind')] })).expect(200);
    await app.settled();
    for (const q of ['cafe zurich', 'ZÜRICH building', '125000', '48.5', 'premiere', 'fruhling-2026', 'francs budget'])
      expect(await found('responses', { formId: 'stories', q })).toEqual([tokenOf(event)]);
    expect(await found('responses', { formId: 'stories', q: 'cafe berlin' })).toEqual([]);
  });

  it('that only test the webhook can be left out or asked for', async () => {
    const real = newEvent({ formId: 'testing' });
    const test = newEvent({ formId: 'testing', eventId: 'same-as-token', token: 'same-as-token' });
    await app.deliver(real).expect(200);
    await app.deliver(test).expect(200);
    await app.settled();
    expect(await found('responses', { formId: 'testing', test: 'false' })).toEqual([tokenOf(real)]);
    expect(await found('responses', { formId: 'testing', test: 'true' })).toEqual([tokenOf(test)]);
    expect(await found('responses', { formId: 'testing', test: 'all' })).toHaveLength(2);
  });
});

it('finds what the release before stored, once it was filled in', async () => {
  const event = newEvent({ formId: 'earlier', questions: [askEmail('earlier@example.com'), askName('Émile Zola')] });
  await app.deliver(event).expect(200);
  await app.settled();
  await app.database.pool.query('UPDATE form_response SET search_text = NULL');
  await app.database.pool.query('UPDATE client SET search_text = NULL');
  expect(await found('clients', { q: 'emile' })).toEqual([]);
  await app.app.get(ResponseSettler, { strict: false }).fillSearchTexts();
  expect(await found('clients', { q: 'emile' })).toHaveLength(1);
  expect(await found('responses', { formId: 'earlier', q: 'zola' })).toEqual([tokenOf(event)]);
});
