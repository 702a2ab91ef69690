/** Which client a response belongs to (design section 5). */
import { EventOverrides, question } from './fixtures/typeform-events';
import { askEmail, askName, askPhone, minutesAgo, newEvent, newId, newPartial, tokenOf } from './support/events';
import { startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.database.pool.query('TRUNCATE webhook_event, form_response, client'));

interface ClientView {
  id: string;
  email: string | null;
  phone: string | null;
  identifiers: Record<string, { value: string; from: string; source: string }>;
}

const PHONES = ['+12025550101', '+12025550102', '+12025550103'] as const;

const clients = async (query = ''): Promise<ClientView[]> =>
  ((await app.admin('get', `/v1/clients${query}`).expect(200)).body as { items: ClientView[] }).items;

/** Delivers a complete response and returns it once processed. */
async function answer(
  overrides: EventOverrides,
  make = newEvent,
): Promise<{ clientId: string | null; conflicts: unknown[] }> {
  const event = make({ formId: 'clients', ...overrides });
  await app.deliver(event).expect(200);
  await app.settled();
  const { body } = await app.admin('get', `/v1/responses/clients/${tokenOf(event)}`).expect(200);
  return body as { clientId: string | null; conflicts: unknown[] };
}

describe('a client is found', () => {
  it('by e-mail, however it is written', async () => {
    const first = await answer({ questions: [askEmail('Grace@Example.com')] });
    const second = await answer({ questions: [askEmail(' grace@example.com ')] });
    expect(second.clientId).toBe(first.clientId);
    expect(await clients('?email=GRACE@example.com')).toMatchObject([
      { id: first.clientId, email: 'grace@example.com' },
    ]);
  });

  it('else by phone', async () => {
    const first = await answer({ questions: [askEmail('grace@example.com'), askPhone(PHONES[0])] });
    const second = await answer({ questions: [askPhone(PHONES[0])] });
    expect(second.clientId).toBe(first.clientId);
    expect(await clients(`?phone=${encodeURIComponent(PHONES[0])}`)).toHaveLength(1);
    expect(await clients(`?phone=${PHONES[0]}`)).toHaveLength(1);
  });

  it('and is a new one otherwise, also without e-mail and phone', async () => {
    const [first, second] = [
      await answer({ questions: [askName('Ada')] }),
      await answer({ questions: [askName('Ada')] }),
    ];
    expect(first.clientId).not.toBeNull();
    expect(second.clientId).not.toBe(first.clientId);
  });

  it('by the phone of a partial response once the complete one adds the e-mail', async () => {
    const token = newId();
    const partial = await answer({ token, questions: [askPhone(PHONES[0])], submittedAt: minutesAgo(5) }, newPartial);
    const complete = await answer({ token, questions: [askPhone(PHONES[0]), askEmail('late@example.com')] });
    expect(complete.clientId).toBe(partial.clientId);
    expect(await clients()).toMatchObject([{ email: 'late@example.com', phone: PHONES[0] }]);
  });

  it('not yet for a partial response that says nothing of who it is', async () => {
    expect((await answer({ questions: [] }, newPartial)).clientId).toBeNull();
    expect(await clients()).toEqual([]);
  });

  it('once, when twenty responses of one new client arrive together', async () => {
    const events = Array.from({ length: 20 }, (_, index) =>
      newEvent({ formId: 'rush', questions: [askEmail('rush@example.com'), askName(`Visit ${index}`)] }),
    );
    await Promise.all(events.map((event) => app.deliver(event).expect(200)));
    await app.settled();
    const [client, ...others] = await clients();
    expect(others).toEqual([]);
    const { body } = await app.admin('get', `/v1/clients/${client?.id ?? ''}`).expect(200);
    expect(body.responses).toHaveLength(20);
  });
});

describe('contradictions are recorded and never merged', () => {
  it('e-mail of one client, phone of another: the e-mail decides', async () => {
    const one = await answer({ questions: [askEmail('one@example.com'), askPhone(PHONES[0])] });
    const two = await answer({ questions: [askEmail('two@example.com'), askPhone(PHONES[1])] });
    const mixed = await answer({ questions: [askEmail('one@example.com'), askPhone(PHONES[1])] });
    expect(mixed.clientId).toBe(one.clientId);
    expect(mixed.conflicts).toEqual([{ kind: 'phone_of_another_client', clientId: two.clientId }]);
    expect(await clients('?email=one@example.com')).toMatchObject([{ phone: PHONES[0] }]);
    expect(await clients('?email=two@example.com')).toMatchObject([{ phone: PHONES[1] }]);
  });

  it('a new e-mail with a known phone: the phone decides, the client keeps its e-mail', async () => {
    const one = await answer({ questions: [askEmail('one@example.com'), askPhone(PHONES[0])] });
    const other = await answer({ questions: [askEmail('other@example.com'), askPhone(PHONES[0])] });
    expect(other.clientId).toBe(one.clientId);
    expect(other.conflicts).toEqual([{ kind: 'email_differs', clientId: one.clientId }]);
    expect(await clients()).toMatchObject([
      { email: 'one@example.com', identifiers: { email: { value: 'one@example.com' } } },
    ]);
  });
});

describe("a client's record", () => {
  it('takes the newest value of each identifier and says where it came from, in any order of arrival', async () => {
    const older = {
      submittedAt: minutesAgo(9),
      questions: [askEmail('x@example.com'), askName('Old Name'), askPhone(PHONES[0])],
    };
    const newer = {
      submittedAt: minutesAgo(2),
      questions: [askEmail('x@example.com'), askName('New Name'), askPhone(PHONES[1])],
    };
    for (const order of [
      [older, newer],
      [newer, older],
    ]) {
      await app.database.pool.query('TRUNCATE webhook_event, form_response, client');
      for (const overrides of order) await answer(overrides);
      const [client] = await clients();
      expect(client).toMatchObject({
        phone: PHONES[1],
        identifiers: { fullName: { value: 'New Name', source: 'field:id_name' } },
      });
      expect(client?.identifiers.fullName?.from).toMatch(/^clients\//);
    }
  });

  it('follows a correction of the same response, and leaves no empty client behind', async () => {
    const token = newId();
    await answer({ token, questions: [askEmail('typo@example.com')], submittedAt: minutesAgo(9) }, newPartial);
    await answer({ questions: [askEmail('right@example.com')] });
    await answer({ token, questions: [askEmail('right@example.com')] });
    expect(await clients()).toMatchObject([{ email: 'right@example.com' }]);
  });

  it('gives up a phone that only a moved response named', async () => {
    const token = newId();
    await answer({ questions: [askEmail('a@example.com')], submittedAt: minutesAgo(20) });
    await answer({ token, questions: [askEmail('a@example.com'), askPhone(PHONES[2])], submittedAt: minutesAgo(9) });
    await answer({ token, questions: [askEmail('b@example.com')] });
    expect(await clients('?email=a@example.com')).toMatchObject([{ phone: null }]);
  });
});

describe('the mapping of a form', () => {
  it('wins over everything found by itself, for events processed from then on', async () => {
    const questions = [
      askEmail('general@example.com'),
      question('deep', 'Something else', 'short_text', 'text', 'mapped@example.com'),
    ];
    await answer({ questions, hidden: { account: 'Hidden Ltd' } });
    await app
      .admin('patch', '/v1/forms/clients')
      .send({ identifierMapping: { email: 'deep', company: 'hidden:account' } })
      .expect(200);
    const { clientId } = await answer({ questions, hidden: { account: 'Hidden Ltd' } });
    const { body } = await app.admin('get', `/v1/clients/${clientId ?? ''}`).expect(200);
    expect(body).toMatchObject({
      email: 'mapped@example.com',
      identifiers: {
        email: { source: 'field:id_deep', confidence: 1 },
        company: { source: 'hidden:account', confidence: 1 },
      },
    });
    await app.admin('post', '/v1/deliveries/replay').send({ formId: 'clients' }).expect(200, { matched: 2, queued: 2 });
    await app.settled();
    expect(await clients()).toMatchObject([{ email: 'mapped@example.com' }]);
    await app.admin('patch', '/v1/forms/clients').send({ identifierMapping: {} }).expect(200);
  });

  it.each([{ email: 3 }, { nickname: 'x' }, [], 'email', { email: '' }])(
    'is refused when it is %j',
    async (identifierMapping) => {
      await answer({});
      const { body } = await app.admin('patch', '/v1/forms/clients').send({ identifierMapping }).expect(422);
      expect(body.errors).toMatchObject([{ path: 'identifierMapping' }]);
    },
  );
});

describe('searching', () => {
  it('finds by part of name, company, e-mail or phone, and takes wildcards literally', async () => {
    await answer({ questions: [askEmail('ada@example.com'), askName('Ada Lovelace'), askPhone(PHONES[0])] });
    await answer({
      questions: [askEmail('grace@example.com'), question('org', 'Company name', 'short_text', 'text', '100% Navy')],
    });
    for (const [q, found] of [
      ['LOVE', 'ada@example.com'],
      ['navy', 'grace@example.com'],
      ['grace@', 'grace@example.com'],
      ['5550101', 'ada@example.com'],
      ['0%25', 'grace@example.com'],
    ]) {
      expect(await clients(`?q=${q}`)).toMatchObject([{ email: found }]);
    }
    expect(await clients('?q=%25')).toHaveLength(1);
    expect(await clients('?q=_')).toEqual([]);
  });
});
