/** What admins decide about clients: corrected, merged and split by hand, and remembered when the next submission comes. */
import { question, type FixtureEvent } from './fixtures/typeform-events';
import { forgetRecords } from './support/database';
import { askEmail, askName, askPhone, minutesAgo, newEvent, tokenOf } from './support/events';
import { MANY_CONNECTIONS, startTestApp, TestApp } from './support/test-app';

let app: TestApp;
let viewer: string;
beforeAll(async () => {
  app = await startTestApp(MANY_CONNECTIONS);
  const { body } = await app.admin('post', '/v1/api-keys').send({ name: 'reads', role: 'viewer' }).expect(201);
  viewer = (body as { key: string }).key;
});
afterAll(() => app.stop());
beforeEach(() => forgetRecords(app.database));

interface ClientBody {
  id: string;
  email: string | null;
  phone: string | null;
  identifiers: Record<string, { value: string; source: string; confidence: number; from: string | null }>;
}

const FORM = 'decisions';
const askOrg = (value: string) => question('org', 'Company name', 'short_text', 'text', value);
type Question = ReturnType<typeof askName>;

/** Each submission is newer than the one before. */
let minute = 1000;

/** Sends a submission and returns its event and the client it belongs to. */
async function submit(...questions: Question[]): Promise<{ event: FixtureEvent; token: string; client: ClientBody }> {
  const event = newEvent({ formId: FORM, questions, submittedAt: minutesAgo((minute -= 1)) });
  await app.deliver(event).expect(200);
  await app.settled();
  return { event, token: tokenOf(event), client: await clientOf(tokenOf(event)) };
}

async function clientOf(token: string): Promise<ClientBody> {
  const { body } = await app.admin('get', `/v1/responses/${FORM}/${token}`).expect(200);
  return client((body as { clientId: string }).clientId);
}

async function client(id: string): Promise<ClientBody> {
  return (await app.admin('get', `/v1/clients/${id}`).expect(200)).body as ClientBody;
}

const valuesOf = ({ identifiers }: ClientBody): Record<string, string> =>
  Object.fromEntries(Object.entries(identifiers).map(([key, { value }]) => [key, value]));

async function lastAudit(): Promise<{ action: string; subject: string; details: unknown }> {
  const { body } = await app.admin('get', '/v1/audit?limit=1').expect(200);
  return (
    (body.items as { action: string; subject: string; details: unknown }[])[0] ?? {
      action: '',
      subject: '',
      details: null,
    }
  );
}

const correct = (id: string, identifiers: object) => app.admin('patch', `/v1/clients/${id}`).send({ identifiers });
const merge = (id: string, otherId: string) => app.admin('post', `/v1/clients/${id}/merge`).send({ otherId });
const split = (id: string, ...tokens: string[]) =>
  app.admin('post', `/v1/clients/${id}/split`).send({ responses: tokens.map((token) => ({ formId: FORM, token })) });

/** Splits responses off and returns the id of the new client. */
async function splitOff(id: string, ...tokens: string[]): Promise<string> {
  return ((await split(id, ...tokens).expect(201)).body as ClientBody).id;
}

async function replayAll(): Promise<void> {
  await app.admin('post', '/v1/deliveries/replay').send({ formId: FORM }).expect(200);
  await app.settled();
}

/** The ids of the clients that a list query finds. */
async function idsOf(query: string): Promise<string[]> {
  const { body } = await app.admin('get', `/v1/clients${query}`).expect(200);
  return (body as { items: ClientBody[] }).items.map(({ id }) => id).sort();
}

describe('a correction', () => {
  it('stays when its responses are processed again and when another one comes; what is left out stays as it is', async () => {
    const { client: before, event } = await submit(
      askEmail('maria@example.com'),
      askName('Maria Garica'),
      askOrg('Acme'),
    );
    const { body } = await correct(before.id, { fullName: 'Maria Garcia', company: null }).expect(200);
    const shown = body as ClientBody;
    expect(shown.identifiers.fullName).toEqual({ value: 'Maria Garcia', source: 'admin', confidence: 1, from: null });
    expect(valuesOf(shown)).toEqual({ email: 'maria@example.com', fullName: 'Maria Garcia' });
    await app.admin('post', `/v1/deliveries/${String(event.event_id)}/replay`).expect(200);
    await submit(askEmail('maria@example.com'), askName('M. Garica'), askOrg('Acme Ltd'));
    expect(valuesOf(await client(before.id))).toEqual({ email: 'maria@example.com', fullName: 'Maria Garcia' });
  });

  it('can be given back to the responses', async () => {
    const { client: before } = await submit(askEmail('reset@example.com'), askName('Grace Hopper'));
    await correct(before.id, { fullName: 'Somebody Else', city: 'Lisbon' }).expect(200);
    const { body } = await correct(before.id, { fullName: { reset: true } }).expect(200);
    expect(valuesOf(body as ClientBody)).toEqual({
      email: 'reset@example.com',
      fullName: 'Grace Hopper',
      city: 'Lisbon',
    });
    expect((body as ClientBody).identifiers.fullName?.source).toBe('field:id_name');
  });

  it('of an e-mail finds the client from now on, as does the one it had', async () => {
    const { client: before } = await submit(askEmail('typo@exmaple.example.com'), askName('Alan Turing'));
    await correct(before.id, { email: 'Alan@Example.com ' }).expect(200);
    expect(await client(before.id)).toMatchObject({ email: 'alan@example.com' });
    expect((await submit(askEmail('alan@example.com'))).client.id).toBe(before.id);
    expect((await submit(askEmail('typo@exmaple.example.com'))).client.id).toBe(before.id);
    const { body } = await app.admin('get', '/v1/clients?email=typo@exmaple.example.com').expect(200);
    expect(body.items).toHaveLength(1);
  });

  it('to another client’s e-mail is refused and says whose it is', async () => {
    const { client: first } = await submit(askEmail('first@example.com'));
    const { client: second } = await submit(askEmail('second@example.com'));
    const { body } = await correct(second.id, { email: 'first@example.com' }).expect(409);
    expect(body).toMatchObject({ code: 'conflict', detail: expect.stringContaining(first.id) });
    expect(await client(second.id)).toMatchObject({ email: 'second@example.com' });
  });

  it.each<[string, unknown, string]>([
    ['identifiers.email', { email: 'nobody' }, 'must be an e-mail address'],
    ['identifiers.phone', { phone: '0151 234' }, 'must be a phone number with its country code, such as +12025550123'],
    ['identifiers.birthday', { birthday: 'yesterday' }, 'must be a date, YYYY-MM-DD'],
    ['identifiers.city', { city: ' ' }, 'must not be empty; null removes the identifier'],
    ['identifiers.city', { city: 7 }, 'must be text, null, or {"reset": true}'],
    ['identifiers', {}, 'must name an identifier to correct'],
  ])('%s of %j is refused', async (path, identifiers, message) => {
    const { client: before } = await submit(askEmail('checked@example.com'));
    const { body } = await correct(before.id, identifiers as object).expect(422);
    expect(body.errors).toEqual([{ path, message }]);
  });

  it('of what is no identifier is refused; of nobody is 404; by a viewer is 403', async () => {
    const { client: before } = await submit(askEmail('checked@example.com'));
    const { body } = await correct(before.id, { shoeSize: '42' }).expect(422);
    expect(body.errors[0].path).toBe('identifiers.shoeSize');
    await correct('00000000-0000-4000-8000-000000000000', { city: 'Rome' }).expect(404);
    await app
      .admin('patch', `/v1/clients/${before.id}`, viewer)
      .send({ identifiers: { city: 'Rome' } })
      .expect(403);
  });

  it('leaves an audit entry that names the identifiers and no value', async () => {
    const { client: before } = await submit(askEmail('audited@example.com'));
    await correct(before.id, { lastName: 'Secret', city: null }).expect(200);
    const entry = await lastAudit();
    expect(entry).toMatchObject({
      action: 'client.corrected',
      subject: before.id,
      details: { identifiers: ['city', 'lastName'] },
    });
    expect(JSON.stringify(entry)).not.toContain('Secret');
  });
});

describe('a merge', () => {
  it('makes two clients one, for good', async () => {
    const work = await submit(askEmail('ann@work.example.com'), askName('Ann Smith'), askOrg('Acme'));
    const home = await submit(askEmail('ann@home.example.com'), askPhone('+12025550111'));
    const nameless = await submit(askPhone('+12025550112'));
    const { body } = await merge(work.client.id, home.client.id).expect(200);
    expect(body).toMatchObject({ id: work.client.id, email: 'ann@work.example.com' });
    await merge(work.client.id, nameless.client.id).expect(200);
    expect(await lastAudit()).toMatchObject({
      action: 'client.merged',
      subject: work.client.id,
      details: { otherId: nameless.client.id, responses: 1 },
    });
    await app.admin('get', `/v1/clients/${home.client.id}`).expect(404);
    for (const token of [work.token, home.token, nameless.token])
      expect((await clientOf(token)).id).toBe(work.client.id);
    for (const asked of [
      [askEmail('ann@home.example.com')],
      [askEmail('ann@work.example.com')],
      [askPhone('+12025550112')],
    ])
      expect((await submit(...asked)).client.id).toBe(work.client.id);
    const { body: list } = await app.admin('get', '/v1/clients?email=ann@home.example.com').expect(200);
    expect((list.items as ClientBody[]).map(({ id }) => id)).toEqual([work.client.id]);
  });

  it('with itself is a conflict, with nobody 404, without an id 422', async () => {
    const { client: alone } = await submit(askEmail('alone@example.com'));
    await merge(alone.id, alone.id).expect(409);
    await merge(alone.id, '00000000-0000-4000-8000-000000000000').expect(404);
    await merge(alone.id, 'x').expect(422);
  });
});

describe('a split', () => {
  it('takes a person out of another, and later submissions go to whom they belong', async () => {
    const his = await submit(askEmail('tom@example.com'), askName('Tom Cole'), askPhone('+12025550121'));
    const hers = await submit(askEmail('tina@example.com'), askName('Tina Cole'), askPhone('+12025550122'));
    await app.admin('post', `/v1/clients/${his.client.id}/merge`).send({ otherId: hers.client.id }).expect(200);
    const { body } = await split(his.client.id, hers.token).expect(201);
    const tina = body as ClientBody;
    expect(tina).toMatchObject({ email: 'tina@example.com', phone: '+12025550122' });
    expect(valuesOf(tina).fullName).toBe('Tina Cole');
    const tom = await client(his.client.id);
    expect(valuesOf(tom)).toEqual({ email: 'tom@example.com', fullName: 'Tom Cole', phone: '+12025550121' });
    expect((await submit(askEmail('tina@example.com'))).client.id).toBe(tina.id);
    expect((await submit(askPhone('+12025550122'))).client.id).toBe(tina.id);
    expect((await submit(askEmail('tom@example.com'))).client.id).toBe(tom.id);
    expect(await lastAudit()).toMatchObject({
      action: 'client.split',
      subject: tom.id,
      details: { newId: tina.id, responses: 1 },
    });
  });

  it('of two people with one e-mail tells them apart by name from then on', async () => {
    const hers = await submit(askEmail('family@example.com'), askName('Eva Braun-Meier'));
    const his = await submit(askEmail('family@example.com'), askName('Max Meier'));
    expect(his.client.id).toBe(hers.client.id);
    const { body } = await split(hers.client.id, his.token).expect(201);
    const max = body as ClientBody;
    expect((await clientOf(hers.token)).id).toBe(hers.client.id);
    expect((await submit(askEmail('family@example.com'), askName('MAX MEIER'))).client.id).toBe(max.id);
    expect((await submit(askEmail('family@example.com'), askName('Eva Braun-Meier'))).client.id).toBe(hers.client.id);
  });

  it('survives that its responses are processed again', async () => {
    const one = await submit(askEmail('both@example.com'), askName('One Person'));
    const two = await submit(askEmail('both@example.com'), askName('Two Person'));
    const { body } = await split(one.client.id, two.token).expect(201);
    await app.admin('post', `/v1/deliveries/${String(two.event.event_id)}/replay`).expect(200);
    await app.settled();
    expect((await clientOf(two.token)).id).toBe((body as ClientBody).id);
  });

  it('of all responses, of foreign ones or of none is refused', async () => {
    const one = await submit(askEmail('whole@example.com'));
    const foreign = await submit(askEmail('foreign@example.com'));
    await split(one.client.id, one.token).expect(409);
    await split(one.client.id, foreign.token).expect(409);
    await split(one.client.id).expect(422);
  });
});

describe('a phone that more than one client gives', () => {
  const phone = askPhone('+12025550131');

  it('is a conflict of both after a split', async () => {
    const one = await submit(askEmail('office@example.com'), phone, askName('Ann One'));
    const two = await submit(askEmail('office@example.com'), phone, askName('Bob Two'));
    const newId = await splitOff(one.client.id, two.token);
    expect(await idsOf('?conflict=true')).toEqual([one.client.id, newId].sort());
  });

  it('is a conflict of both after a split that undoes a merge', async () => {
    const one = await submit(askEmail('one@example.com'), phone);
    const two = await submit(askEmail('two@example.com'), phone);
    await merge(one.client.id, two.client.id).expect(200);
    expect(await idsOf('?conflict=true')).toEqual([]);
    const newId = await splitOff(one.client.id, two.token);
    expect(await idsOf('?conflict=true')).toEqual([one.client.id, newId].sort());
  });

  it('is a conflict of the client that got it by a merge', async () => {
    const one = await submit(askEmail('one@example.com'));
    const two = await submit(askEmail('two@example.com'), phone);
    const third = await submit(askEmail('third@example.com'), phone);
    await merge(one.client.id, two.client.id).expect(200);
    expect(await idsOf('?conflict=true')).toEqual([one.client.id, third.client.id].sort());
  });

  it('is no conflict any more of the client it was split off from', async () => {
    const one = await submit(askEmail('one@example.com'));
    const two = await submit(askEmail('two@example.com'), phone);
    const third = await submit(askEmail('third@example.com'), phone);
    await merge(one.client.id, two.client.id).expect(200);
    const newId = await splitOff(one.client.id, two.token);
    expect(await idsOf('?conflict=true')).toEqual([newId, third.client.id].sort());
  });
});

describe('what was decided stays', () => {
  const family = (name: string) => submit(askEmail('family@example.com'), askName(name));

  it('of a split: those that were left behind stay where they were left', async () => {
    const first = await family('Ben Bell');
    const left = await family('Ben Bell');
    await family('Ana Bell');
    const newId = await splitOff(first.client.id, first.token);
    await replayAll();
    expect((await clientOf(first.token)).id).toBe(newId);
    expect((await clientOf(left.token)).id).toBe(first.client.id);
    expect((await family('Ben Bell')).client.id).toBe(newId);
  });

  it('of a split: who was split off is found by the shared e-mail when the other one is erased', async () => {
    const eva = await family('Eva Bell');
    const max = await family('Max Bell');
    const mia = await family('Mia Bell');
    const newId = await splitOff(eva.client.id, max.token);
    const last = await splitOff(eva.client.id, mia.token);
    await app.admin('delete', `/v1/clients/${eva.client.id}`).expect(200);
    expect((await family('Max Bell')).client).toMatchObject({ id: newId, email: 'family@example.com' });
    expect((await family('Mia Bell')).client.id).toBe(last);
    expect(await idsOf('')).toEqual([newId, last].sort());
    await replayAll();
    expect((await clientOf(max.token)).id).toBe(newId);
  });

  it('of a split of a split: each is found by name', async () => {
    const ann = await family('Ann Bell');
    const bob = await family('Bob Bell');
    const cid = await family('Cid Bell');
    const bobId = await splitOff(ann.client.id, bob.token, cid.token);
    const cidId = await splitOff(bobId, cid.token);
    expect((await family('Cid Bell')).client.id).toBe(cidId);
    expect((await family('Bob Bell')).client.id).toBe(bobId);
    expect((await family('Ann Bell')).client.id).toBe(ann.client.id);
  });

  it('of a split of a split with an e-mail of their own: each is found by name', async () => {
    const own = (name: string) => submit(askEmail('own@example.com'), askName(name));
    const ann = await submit(askEmail('ann@example.com'), askName('Ann Bell'));
    const [bob, cid] = [await own('Bob Bell'), await own('Cid Bell')];
    await merge(ann.client.id, bob.client.id).expect(200);
    const bobId = await splitOff(ann.client.id, bob.token, cid.token);
    const cidId = await splitOff(bobId, cid.token);
    expect((await own('Cid Bell')).client.id).toBe(cidId);
    expect((await own('Bob Bell')).client.id).toBe(bobId);
    expect((await own('Dan Bell')).client.id).toBe(bobId);
  });

  it('but a mistyped e-mail that was corrected again catches nobody', async () => {
    const { client: typed } = await submit(askEmail('typed@example.com'));
    await correct(typed.id, { email: 'stranger@example.com' }).expect(200);
    await correct(typed.id, { email: 'right@example.com' }).expect(200);
    expect((await submit(askEmail('stranger@example.com'))).client.id).not.toBe(typed.id);
    expect((await submit(askEmail('right@example.com'))).client.id).toBe(typed.id);
    expect((await submit(askEmail('typed@example.com'))).client.id).toBe(typed.id);
  });

  it('but a mistyped e-mail that was taken away catches nobody', async () => {
    const { client: typed } = await submit(askEmail('typed@example.com'));
    await correct(typed.id, { email: 'stranger@example.com' }).expect(200);
    await correct(typed.id, { email: null }).expect(200);
    expect((await submit(askEmail('stranger@example.com'))).client.id).not.toBe(typed.id);
    expect((await submit(askEmail('typed@example.com'))).client.id).toBe(typed.id);
  });

  it.each([[[] as Question[]], [[askPhone('+12025550132')]]])(
    'of a merge: a phone correction that is taken back keeps the phone (then gave %j)',
    async (later) => {
      const known = await submit(askEmail('known@example.com'));
      const alone = await submit(askPhone('+12025550132'));
      await merge(known.client.id, alone.client.id).expect(200);
      await submit(askEmail('known@example.com'), ...later);
      await submit(askEmail('third@example.com'), askPhone('+12025550132'));
      await correct(known.client.id, { phone: '+12025550132' }).expect(200);
      await correct(known.client.id, { phone: { reset: true } }).expect(200);
      expect((await clientOf(alone.token)).id).toBe(known.client.id);
      await replayAll();
      expect((await clientOf(alone.token)).id).toBe(known.client.id);
    },
  );

  it('of a merge: also when it brought the phone that had been corrected before', async () => {
    const known = await submit(askEmail('known@example.com'));
    await correct(known.client.id, { phone: '+12025550132' }).expect(200);
    const other = await submit(askEmail('other@example.com'), askPhone('+12025550132'));
    const alone = await submit(askPhone('+12025550132'));
    await merge(known.client.id, other.client.id).expect(200);
    await correct(known.client.id, { phone: { reset: true } }).expect(200);
    await submit(askEmail('third@example.com'), askPhone('+12025550132'));
    expect((await clientOf(alone.token)).id).toBe(known.client.id);
  });

  it('but a phone correction that is taken back gives back what it caught', async () => {
    const known = await submit(askEmail('known@example.com'));
    const alone = await submit(askPhone('+12025550132'));
    await correct(known.client.id, { phone: '+12025550132' }).expect(200);
    expect((await clientOf(alone.token)).id).toBe(known.client.id);
    await correct(known.client.id, { phone: { reset: true } }).expect(200);
    expect((await clientOf(alone.token)).id).not.toBe(known.client.id);
  });
});

describe('a decision about a client without an e-mail of its own', () => {
  const PHONES = ['+12025550141', '+12025550142'] as const;

  it.each([
    ['a phone alone', [askPhone(PHONES[0])]],
    ['a name alone', [askName('Ada')]],
  ])('the e-mail of one that gave %s is corrected: it keeps its responses', async (_what, questions) => {
    const { client: ada } = await submit(...questions);
    await correct(ada.id, { email: 'ada@example.com' }).expect(200);
    await replayAll();
    expect((await submit(askEmail('ada@example.com'))).client).toMatchObject({ id: ada.id, email: 'ada@example.com' });
    expect(await idsOf('')).toEqual([ada.id]);
  });

  it('a corrected phone finds its client', async () => {
    const { client: ana } = await submit(askEmail('ana@example.com'), askPhone(PHONES[0]));
    await submit(askPhone(PHONES[1]), askName('Ana'));
    await correct(ana.id, { phone: PHONES[1] }).expect(200);
    expect(await idsOf('')).toEqual([ana.id]);
    expect((await submit(askPhone(PHONES[1]))).client).toMatchObject({ id: ana.id, phone: PHONES[1] });
  });

  it('an e-mail that was taken away still finds its client, and comes back', async () => {
    const { client: ana } = await submit(askEmail('ana@example.com'));
    await correct(ana.id, { email: null }).expect(200);
    expect((await submit(askEmail('ana@example.com'))).client).toMatchObject({ id: ana.id, email: null });
    const { body } = await correct(ana.id, { email: { reset: true } }).expect(200);
    expect(body).toMatchObject({ email: 'ana@example.com' });
  });

  it('a merge of two with one phone ends the conflict and survives a replay', async () => {
    const one = await submit(askEmail('work@example.com'), askPhone(PHONES[0]));
    const two = await submit(askEmail('home@example.com'), askPhone(PHONES[0]));
    const alone = await submit(askPhone(PHONES[0]));
    expect(new Set([one.client.id, two.client.id, alone.client.id]).size).toBe(3);
    await merge(one.client.id, two.client.id).expect(200);
    await replayAll();
    expect(await idsOf('?conflict=true')).toEqual([]);
    expect(await idsOf('')).toEqual([one.client.id]);
    expect((await submit(askPhone(PHONES[0]))).client.id).toBe(one.client.id);
  });

  it('a merge of two without keys survives a replay', async () => {
    const one = await submit(askName('Ada'));
    const two = await submit(askName('Ada L.'));
    await merge(one.client.id, two.client.id).expect(200);
    await replayAll();
    expect(await idsOf('')).toEqual([one.client.id]);
  });

  it.each([0, 1])('a merge of a phone alone with an e-mail is remembered, whichever stays (%d)', async (kept) => {
    const alone = await submit(askPhone(PHONES[0]));
    const known = await submit(askEmail('known@example.com'));
    const [stays, goes] = kept === 0 ? [alone, known] : [known, alone];
    await merge(stays.client.id, goes.client.id).expect(200);
    await replayAll();
    expect((await submit(askPhone(PHONES[0]))).client.id).toBe(stays.client.id);
    expect((await submit(askEmail('known@example.com'))).client.id).toBe(stays.client.id);
    expect(await idsOf('')).toEqual([stays.client.id]);
  });
});

it('a couple with one e-mail: after a replay too, each is found by name, and a stranger is the old client', async () => {
  const shared = (name: string) => submit(askEmail('both@example.com'), askName(name));
  const his = await shared('Marc Smith');
  const hers = await shared('Zoë Jones');
  const newId = await splitOff(his.client.id, hers.token);
  await replayAll();
  expect((await shared('ZOE  JONES')).client.id).toBe(newId);
  expect((await shared('Marc Smith')).client.id).toBe(his.client.id);
  expect((await shared('Somebody Else')).client.id).toBe(his.client.id);
});

it('each decision is in the audit log, without what it says of a person', async () => {
  const one = await submit(askEmail('logged1@example.com'), askName('Zoë Jones'));
  const two = await submit(askEmail('logged2@example.com'), askPhone('+12025550151'));
  await correct(one.client.id, { fullName: 'Ana Garcia', phone: '+12025550152' }).expect(200);
  await merge(one.client.id, two.client.id).expect(200);
  await split(one.client.id, two.token).expect(201);
  const { body } = await app.admin('get', '/v1/audit?limit=3').expect(200);
  const actions = (body.items as { action: string }[]).map(({ action }) => action);
  expect(actions).toEqual(['client.split', 'client.merged', 'client.corrected']);
  expect(JSON.stringify(body)).not.toMatch(/example\.com|\+1202|Garcia|Jones/);
});

describe('nothing of one person stays with or goes to another', () => {
  it('a correction that a merge brought goes when somebody is split off again', async () => {
    const ada = await submit(askEmail('ada@example.com'), askName('Ada Byron'));
    const bob = await submit(askEmail('bob@example.com'), askName('Bob Stone'));
    await correct(bob.client.id, { company: 'Secret Ltd', city: 'Bobville' }).expect(200);
    await correct(ada.client.id, { city: 'London' }).expect(200);
    await merge(ada.client.id, bob.client.id).expect(200);
    expect(valuesOf(await client(ada.client.id))).toMatchObject({ company: 'Secret Ltd', city: 'London' });
    await splitOff(ada.client.id, bob.token);
    expect(await lastAudit()).toMatchObject({ action: 'client.split', details: { correctionsRemoved: ['company'] } });
    expect(valuesOf(await client(ada.client.id))).toEqual({
      email: 'ada@example.com',
      fullName: 'Ada Byron',
      city: 'London',
    });
    expect(await idsOf('?q=secret')).toEqual([]);
  });

  it('erasing one of two who share a phone moves nobody else’s submission to the other', async () => {
    const phone = '+12025550161';
    const ada = await submit(askEmail('ada@example.com'), askPhone(phone));
    const bob = await submit(askEmail('bob@example.com'), askPhone(phone));
    const third = await submit(askName('Carla Third'), askPhone(phone));
    await app.admin('delete', `/v1/clients/${ada.client.id}`).expect(200);
    await replayAll();
    expect((await clientOf(third.token)).id).toBe(third.client.id);
    expect(valuesOf(await client(bob.client.id)).fullName).toBeUndefined();
  });

  it('a correction outlasts that its responses belong to somebody else for a while', async () => {
    const ada = await submit(askEmail('ada@example.com'), askName('Ada Byron'));
    const bob = await submit(askEmail('bob@example.com'), askName('Bob Stone'));
    await correct(bob.client.id, { city: 'Bobville' }).expect(200);
    const again = { ...bob.event, event_id: `${String(bob.event.event_id)}x` };
    const moved = structuredClone(again);
    for (const answer of moved.form_response.answers as { type: string; email?: string }[])
      if (answer.type === 'email') answer.email = 'ada@example.com';
    moved.form_response.submitted_at = minutesAgo((minute -= 1));
    await app.deliver(moved).expect(200);
    await app.settled();
    expect((await clientOf(bob.token)).id).toBe(ada.client.id);
    expect(valuesOf(await client(ada.client.id)).city).toBeUndefined();
    const back = { ...structuredClone(again), event_id: `${String(bob.event.event_id)}y` };
    back.form_response.submitted_at = minutesAgo((minute -= 1));
    await app.deliver(back).expect(200);
    await app.settled();
    expect((await clientOf(bob.token)).id).toBe(bob.client.id);
    expect(valuesOf(await client(bob.client.id)).city).toBe('Bobville');
  });
});
