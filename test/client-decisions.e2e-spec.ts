/** What admins decide about who is who, and that the next submission follows it. */
import { ClientDecisions } from '../src/onboarding/client-decisions';
import type { EventOverrides } from './fixtures/typeform-events';
import { askEmail, askName, askPhone, minutesAgo, newEvent, newId, tokenOf } from './support/events';
import { startTestApp, type TestApp } from './support/test-app';

let app: TestApp;
let decisions: ClientDecisions;
beforeAll(async () => {
  app = await startTestApp();
  decisions = app.app.get(ClientDecisions, { strict: false });
});
afterAll(() => app.stop());
beforeEach(() => app.database.pool.query('TRUNCATE webhook_event, form_response, client CASCADE'));

interface ClientView {
  id: string;
  email: string | null;
  phone: string | null;
  identifiers: Record<string, { value: string; source: string }>;
  conflicts: unknown[];
  responses: { token: string }[];
}

const by = { actor: { id: 'tester', name: 'tester' }, requestId: null };
const PHONES = ['+12025550101', '+12025550102'] as const;
const clients = async (): Promise<ClientView[]> =>
  ((await app.admin('get', '/v1/clients').expect(200)).body as { items: ClientView[] }).items;
const client = async (id: string): Promise<ClientView> =>
  (await app.admin('get', `/v1/clients/${id}`).expect(200)).body as ClientView;

async function answer(overrides: EventOverrides): Promise<{ token: string; clientId: string }> {
  const event = newEvent({ formId: 'decided', ...overrides });
  await app.deliver(event).expect(200);
  await app.settled();
  const { body } = await app.admin('get', `/v1/responses/decided/${tokenOf(event)}`).expect(200);
  return { token: tokenOf(event), clientId: String(body.clientId) };
}

async function replayAll(): Promise<void> {
  await app.admin('post', '/v1/deliveries/replay').send({ formId: 'decided' }).expect(200);
  await app.settled();
}

describe('a correction', () => {
  it('is shown with its source, stays when everything is processed again, and can be taken back', async () => {
    const { clientId } = await answer({ questions: [askEmail('ana@example.com'), askName('Ana Gracia')] });
    await decisions.correct(clientId, { fullName: { value: 'Ana Garcia' }, company: { value: null } }, by);
    await replayAll();
    await answer({ questions: [askEmail('ana@example.com'), askName('Ana Gracia')] });
    expect(await clients()).toMatchObject([
      { id: clientId, identifiers: { fullName: { value: 'Ana Garcia', source: 'admin', confidence: 1, from: null } } },
    ]);
    await decisions.correct(clientId, { fullName: { reset: true } }, by);
    expect((await client(clientId)).identifiers.fullName).toMatchObject({
      value: 'Ana Gracia',
      source: 'field:id_name',
    });
  });

  it('of the e-mail finds the client by the new one and by the one before', async () => {
    const { clientId } = await answer({ questions: [askEmail('typo@example.com')] });
    await decisions.correct(clientId, { email: { value: 'right@example.com' } }, by);
    expect(await client(clientId)).toMatchObject({
      email: 'right@example.com',
      identifiers: { email: { value: 'right@example.com', source: 'admin' } },
    });
    const right = { questions: [askEmail('right@example.com')], submittedAt: minutesAgo(9) };
    expect((await answer(right)).clientId).toBe(clientId);
    expect((await answer({ questions: [askEmail('typo@example.com')] })).clientId).toBe(clientId);
    expect(await clients()).toMatchObject([{ email: 'right@example.com' }]);
    await decisions.correct(clientId, { email: { value: null } }, by);
    expect((await answer({ questions: [askEmail('typo@example.com')] })).clientId).toBe(clientId);
    expect(await client(clientId)).toMatchObject({ email: null });
    await decisions.correct(clientId, { email: { reset: true } }, by);
    expect((await client(clientId)).email).toBe('typo@example.com');
  });

  it('of the e-mail to that of another client is refused', async () => {
    const one = await answer({ questions: [askEmail('one@example.com')] });
    await answer({ questions: [askEmail('two@example.com')] });
    await expect(decisions.correct(one.clientId, { email: { value: 'two@example.com' } }, by)).rejects.toThrow('merge');
    expect((await client(one.clientId)).email).toBe('one@example.com');
  });

  it.each([
    ['a phone alone', [askPhone(PHONES[0])]],
    ['a name alone', [askName('Ada')]],
  ])('of the e-mail of a client that gave %s keeps its responses', async (_what, questions) => {
    const { clientId } = await answer({ questions });
    await decisions.correct(clientId, { email: { value: 'ada@example.com' } }, by);
    await replayAll();
    expect((await answer({ questions: [askEmail('ada@example.com')] })).clientId).toBe(clientId);
    expect(await clients()).toMatchObject([{ id: clientId, email: 'ada@example.com' }]);
  });

  it('of the phone finds the client by it', async () => {
    const { clientId } = await answer({ questions: [askEmail('ana@example.com'), askPhone(PHONES[0])] });
    await answer({ questions: [askPhone(PHONES[1]), askName('Ana')] });
    await decisions.correct(clientId, { phone: { value: PHONES[1] } }, by);
    expect(await clients()).toMatchObject([{ id: clientId, phone: PHONES[1] }]);
    expect((await answer({ questions: [askPhone(PHONES[1])] })).clientId).toBe(clientId);
  });
});

describe('a merge', () => {
  it('is remembered for both e-mails, ends the conflict, and survives a replay', async () => {
    const one = await answer({ questions: [askEmail('work@example.com'), askPhone(PHONES[0])] });
    const two = await answer({ questions: [askEmail('home@example.com'), askPhone(PHONES[0])] });
    const alone = await answer({ questions: [askPhone(PHONES[0])] });
    expect(new Set([one.clientId, two.clientId, alone.clientId]).size).toBe(3);
    await decisions.merge(one.clientId, two.clientId, by);
    expect(await clients()).toMatchObject([{ id: one.clientId, email: 'work@example.com', conflicts: [] }]);
    await replayAll();
    expect((await answer({ questions: [askEmail('home@example.com')] })).clientId).toBe(one.clientId);
    expect((await answer({ questions: [askPhone(PHONES[0])] })).clientId).toBe(one.clientId);
    expect((await client(one.clientId)).responses).toHaveLength(5);
  });

  it('of clients without keys is remembered too', async () => {
    const one = await answer({ questions: [askName('Ada')] });
    const two = await answer({ questions: [askName('Ada L.')] });
    await decisions.merge(one.clientId, two.clientId, by);
    await replayAll();
    expect(await clients()).toMatchObject([{ id: one.clientId }]);
  });

  it('of a client that only gave a phone with one that gave an e-mail is remembered, whichever stays', async () => {
    for (const [index, phone] of PHONES.entries()) {
      const alone = await answer({ questions: [askPhone(phone)] });
      const known = await answer({ questions: [askEmail(`known${index}@example.com`)] });
      const [kept, gone] = index === 0 ? [alone, known] : [known, alone];
      await decisions.merge(kept.clientId, gone.clientId, by);
      await replayAll();
      expect((await answer({ questions: [askPhone(phone)] })).clientId).toBe(kept.clientId);
      expect((await answer({ questions: [askEmail(`known${index}@example.com`)] })).clientId).toBe(kept.clientId);
    }
    expect(await clients()).toHaveLength(2);
  });

  it('with itself or with nobody is refused', async () => {
    const { clientId } = await answer({ questions: [askEmail('one@example.com')] });
    await expect(decisions.merge(clientId, clientId, by)).rejects.toThrow('itself');
    await expect(decisions.merge(clientId, '00000000-0000-4000-8000-000000000000', by)).rejects.toThrow(
      'no such client',
    );
  });
});

describe('a split', () => {
  it('of a couple with one e-mail sends what comes next to whom its name says', async () => {
    const shared = (name: string) => ({ questions: [askEmail('both@example.com'), askName(name)] });
    const his = await answer(shared('Marc Smith'));
    const hers = await answer(shared('Zoë Jones'));
    expect(hers.clientId).toBe(his.clientId);
    const newId = await decisions.split(his.clientId, [{ formId: 'decided', token: hers.token }], by);
    expect(await client(newId)).toMatchObject({ email: null, identifiers: { fullName: { value: 'Zoë Jones' } } });
    expect(await client(his.clientId)).toMatchObject({
      email: 'both@example.com',
      identifiers: { fullName: { value: 'Marc Smith' } },
    });
    await replayAll();
    expect((await answer(shared('ZOE  JONES'))).clientId).toBe(newId);
    expect((await answer(shared('Marc Smith'))).clientId).toBe(his.clientId);
    expect((await answer(shared('Somebody Else'))).clientId).toBe(his.clientId);
    expect((await client(newId)).responses).toHaveLength(2);
  });

  it('undoes a merge: each e-mail goes with its responses', async () => {
    const one = await answer({ questions: [askEmail('one@example.com')] });
    const two = await answer({ questions: [askEmail('two@example.com'), askPhone(PHONES[0])] });
    await decisions.merge(one.clientId, two.clientId, by);
    const newId = await decisions.split(one.clientId, [{ formId: 'decided', token: two.token }], by);
    expect(await client(newId)).toMatchObject({ email: 'two@example.com', phone: PHONES[0] });
    expect(await client(one.clientId)).toMatchObject({ email: 'one@example.com', phone: null });
    expect((await answer({ questions: [askEmail('two@example.com')] })).clientId).toBe(newId);
    expect((await answer({ questions: [askPhone(PHONES[0])] })).clientId).toBe(newId);
    expect((await answer({ questions: [askEmail('one@example.com')] })).clientId).toBe(one.clientId);
  });

  it('of all responses, of none, or of another client is refused', async () => {
    const one = await answer({ questions: [askEmail('one@example.com')] });
    const other = await answer({ questions: [askEmail('other@example.com')] });
    const split = (tokens: string[]) =>
      decisions.split(
        one.clientId,
        tokens.map((token) => ({ formId: 'decided', token })),
        by,
      );
    await expect(split([one.token])).rejects.toThrow('leave at least one out');
    await expect(split([])).rejects.toThrow('belong to the client');
    await expect(split([newId()])).rejects.toThrow('belong to the client');
    await expect(split([other.token])).rejects.toThrow('belong to the client');
  });
});

it('each decision is in the audit log, without what it says of a person', async () => {
  const { body } = await app.admin('get', '/v1/audit?actor=tester&limit=200').expect(200);
  const actions = (body.items as { action: string }[]).map(({ action }) => action);
  expect(new Set(actions)).toEqual(new Set(['client.corrected', 'client.merged', 'client.split']));
  expect(JSON.stringify(body)).not.toMatch(/example\.com|\+1202|Garcia|Jones/);
});
