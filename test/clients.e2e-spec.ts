/** Which client a response belongs to (design section 5). */
import { EventOverrides, question } from './fixtures/typeform-events';
import { forgetRecords } from './support/database';
import { askEmail, askName, askPhone, minutesAgo, newEvent, newId, newPartial, tokenOf } from './support/events';
import { startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => forgetRecords(app.database));

interface ClientView {
  id: string;
  email: string | null;
  phone: string | null;
  identifiers: Record<string, { value: string; from: string; source: string }>;
  conflicts: { kind: string; phone: string; clientIds: string[] }[];
}

const PHONES = ['+12025550101', '+12025550102', '+12025550103'] as const;

const clients = async (query = ''): Promise<ClientView[]> =>
  ((await app.admin('get', `/v1/clients${query}`).expect(200)).body as { items: ClientView[] }).items;

/** Delivers a response and returns it once processed. */
async function answer(overrides: EventOverrides, make = newEvent): Promise<{ clientId: string | null; test: boolean }> {
  const event = make({ formId: 'clients', ...overrides });
  await app.deliver(event).expect(200);
  await app.settled();
  const { body } = await app.admin('get', `/v1/responses/clients/${tokenOf(event)}`).expect(200);
  return body as { clientId: string | null; test: boolean };
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

describe('two people', () => {
  const NAMES = { his: 'Marc Smith', hers: 'Paula Jones' } as const;
  const office = PHONES[0];
  const his = { questions: [askEmail('marc@example.com'), askName(NAMES.his), askPhone(office)] };
  const hers = { questions: [askEmail('paula@example.com'), askName(NAMES.hers), askPhone(office)] };

  it('with one office phone are two clients, each found by its e-mail, with the phone as a conflict of both', async () => {
    const [one, two] = [await answer(his), await answer(hers)];
    expect(two.clientId).not.toBe(one.clientId);
    for (const [email, name, other] of [
      ['marc@example.com', NAMES.his, two],
      ['paula@example.com', NAMES.hers, one],
    ] as const) {
      expect(await clients(`?email=${email}`)).toMatchObject([
        {
          email,
          phone: office,
          identifiers: { email: { value: email }, fullName: { value: name } },
          conflicts: [{ kind: 'shared_phone', phone: office, clientIds: [other.clientId] }],
        },
      ]);
    }
    expect(await clients(`?phone=${office}`)).toHaveLength(2);
  });

  it('stay so when one of them is erased, and the conflict ends', async () => {
    const [one, two] = [await answer(his), await answer(hers)];
    await app.admin('delete', `/v1/clients/${one.clientId}`).expect(200);
    expect(await clients()).toMatchObject([{ id: two.clientId, email: 'paula@example.com' }]);
    const { body } = await app.admin('get', `/v1/clients/${two.clientId}`).expect(200);
    expect(body).toMatchObject({ identifiers: { fullName: { value: NAMES.hers } }, conflicts: [] });
    expect(body.responses).toHaveLength(1);
    expect(await clients('?conflict=true')).toEqual([]);
    expect(await clients('?conflict=false')).toHaveLength(1);
  });

  it('when one is erased, what was sent with their phone alone stays with whom it was', async () => {
    const [one, two] = [await answer(his), await answer(hers)];
    const alone = await answer({ questions: [askPhone(office)] });
    expect(new Set([one, two, alone].map(({ clientId }) => clientId)).size).toBe(3);
    await app.admin('delete', `/v1/clients/${one.clientId}`).expect(200);
    const left = [two.clientId, alone.clientId];
    expect((await clients()).map(({ id }) => id).sort()).toEqual(left.sort());
    for (const id of left) {
      expect((await app.admin('get', `/v1/clients/${id}`)).body.responses).toHaveLength(1);
    }
  });

  it('one of whom gave the phone of the other before she signed up herself', async () => {
    await answer({ questions: [askEmail('marc@example.com'), askName(NAMES.his), askPhone(office)] });
    const alone = await answer({ questions: [askName('Somebody'), askPhone(office)] });
    const signedUp = await answer(hers);
    const answeredAlone = await app.admin('get', `/v1/clients?q=Somebody`).expect(200);
    expect(answeredAlone.body.items).toMatchObject([{ email: null, phone: office }]);
    expect(answeredAlone.body.items[0].id).not.toBe(signedUp.clientId);
    expect(await clients('?email=marc@example.com')).toMatchObject([
      { identifiers: { fullName: { value: NAMES.his } } },
    ]);
    expect(await clients('?email=paula@example.com')).toMatchObject([
      { id: signedUp.clientId, identifiers: { fullName: { value: NAMES.hers } } },
    ]);
    // The response with the phone alone was his while nobody else had the phone.
    expect(alone.clientId).toBe((await clients('?email=marc@example.com'))[0]?.id);
    expect(await clients('?conflict=true')).toHaveLength(3);
  });

  it.each(['none@none.com', 'test@test.com', 'noreply@example.com'])('who typed %s are two clients', async (email) => {
    const one = await answer({ questions: [askEmail(email), askName(NAMES.his)] });
    const two = await answer({ questions: [askEmail(email), askName(NAMES.hers)] });
    expect(one.clientId).not.toBeNull();
    expect(two.clientId).not.toBeNull();
    expect(two.clientId).not.toBe(one.clientId);
    expect(await clients()).toMatchObject([{ email: null }, { email: null }]);
  });

  it('who typed none@none.com and different phones are found by these', async () => {
    const one = await answer({ questions: [askEmail('none@none.com'), askPhone(PHONES[0])] });
    const again = await answer({ questions: [askEmail('none@none.com'), askPhone(PHONES[0])] });
    const two = await answer({ questions: [askEmail('none@none.com'), askPhone(PHONES[1])] });
    expect(again.clientId).toBe(one.clientId);
    expect(two.clientId).not.toBe(one.clientId);
  });
});

describe('a phone', () => {
  const withEmail = (email: string, token?: string) => ({
    ...(token ? { token } : {}),
    questions: [askEmail(email), askPhone(PHONES[0])],
  });
  const alone = (token?: string) => ({ ...(token ? { token } : {}), questions: [askPhone(PHONES[0])] });

  it('finds a client that had no e-mail yet, and the client keeps its id', async () => {
    const first = await answer(alone());
    const second = await answer(withEmail('late@example.com'));
    expect(second.clientId).toBe(first.clientId);
    expect(await clients()).toMatchObject([{ email: 'late@example.com', phone: PHONES[0], conflicts: [] }]);
  });

  it('brings a client without e-mail to one that was there before', async () => {
    const known = await answer({ questions: [askEmail('known@example.com')] });
    await answer(alone());
    expect(await clients()).toHaveLength(2);
    await answer(withEmail('known@example.com'));
    expect(await clients()).toMatchObject([{ id: known.clientId, email: 'known@example.com', phone: PHONES[0] }]);
    expect((await app.admin('get', `/v1/clients/${known.clientId}`)).body.responses).toHaveLength(3);
  });

  it('of several clients finds none of them, until only one of them has it', async () => {
    const token = newId();
    const [one] = [await answer(withEmail('one@example.com')), await answer(withEmail('two@example.com', token))];
    const third = await answer(alone());
    const fourth = await answer(alone());
    expect(fourth.clientId).toBe(third.clientId);
    const all = await clients('?conflict=true');
    expect(all.map(({ email }) => email).sort()).toEqual(['one@example.com', 'two@example.com', null].sort());
    for (const { id, conflicts } of all) {
      const others = all.flatMap((other) => (other.id === id ? [] : [other.id])).sort();
      expect(conflicts).toEqual([{ kind: 'shared_phone', phone: PHONES[0], clientIds: others }]);
    }
    // The second owner takes the phone back: what was sent with the phone alone belongs to the first again.
    await answer({ token, questions: [askEmail('two@example.com')] });
    expect(await clients('?conflict=true')).toEqual([]);
    expect(await clients()).toHaveLength(2);
    expect((await app.admin('get', `/v1/clients/${one.clientId}`)).body.responses).toHaveLength(3);
  });
});

describe('no client is made of', () => {
  const responseOf = async (event: { form_response: object }): Promise<Record<string, unknown>> => {
    await app.deliver(event).expect(200);
    await app.settled();
    const { token } = event.form_response as { token: string };
    return (await app.admin('get', `/v1/responses/clients/${token}`).expect(200)).body as Record<string, unknown>;
  };
  const mine = [askEmail('me@example.com'), askName('Me Myself'), askPhone(PHONES[0])];
  afterEach(async () => expect(await clients()).toEqual([]));

  it("Typeform's test request", async () => {
    const id = newId();
    const event = newEvent({ formId: 'clients', eventId: id, token: id, questions: mine });
    expect(await responseOf(event)).toMatchObject({ test: true, clientId: null });
  });

  it.each([
    ['"oops"', 'oops'],
    ['an object', { email: 'me@example.com' }],
    ['a list of texts', ['oops']],
  ])('answers that cannot be read: %s', async (_what, answers) => {
    const event = newEvent({ formId: 'clients', questions: mine, hidden: { email: 'hidden@example.com' } });
    Object.assign(event.form_response, { answers });
    expect(await responseOf(event)).toMatchObject({ test: false, clientId: null, answers: [] });
  });

  it('a submission without any identifier', async () => {
    const questions = [question('q', 'How did you hear about us?', 'short_text', 'text', 'A friend')];
    expect(await responseOf(newEvent({ formId: 'clients', questions }))).toMatchObject({ clientId: null });
  });

  it('an address that stands for nobody and nothing else', async () => {
    const questions = [askEmail('none@none.com')];
    expect(await responseOf(newEvent({ formId: 'clients', questions }))).toMatchObject({ clientId: null });
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
      await forgetRecords(app.database);
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
