/** Forms from their registration on: what their questions mean, corrected, previewed, applied to what is there. */
import type { TypeformSandbox } from '../sandbox/sandbox';
import type { Identifiers } from '../src/core/identifiers';
import type { FormView, MappingPreview } from '../src/onboarding/forms/forms.dto';
import type { ResponseView } from '../src/onboarding/search-and-export/responses.dto';
import { askEmail, newEvent } from './support/events';
import { question } from './fixtures/typeform-events';
import { API_KEY, startSandbox } from './support/sandbox-harness';
import { startTestApp, TestApp } from './support/test-app';

let sandbox: TypeformSandbox;
let app: TestApp;
beforeAll(async () => {
  sandbox = await startSandbox();
  app = await startTestApp({
    TYPEFORM_API_KEY: API_KEY,
    TYPEFORM_API_BASE_URL: sandbox.url,
    RECONCILE_INTERVAL_SECONDS: '0',
  });
});
afterAll(async () => {
  await app.stop();
  await sandbox.stop();
});

const FIELDS = [
  { ref: 'hello', type: 'statement', title: 'Welcome!' },
  { ref: 'mail', type: 'email', title: '*Where* do we write to?' },
  { ref: 'extra', type: 'short_text', title: 'Anything else?' },
  {
    ref: 'about',
    type: 'group',
    title: 'About you',
    properties: {
      fields: [
        {
          ref: 'contact',
          type: 'contact_info',
          title: 'Contact',
          properties: {
            fields: [
              { ref: 'first', type: 'short_text', title: 'First name' },
              { ref: 'tel', type: 'phone_number', title: 'Phone number' },
            ],
          },
        },
        { ref: 'friend', type: 'email', title: "Your friend's e-mail" },
      ],
    },
  },
];

const makeForm = (fields: object[] = FIELDS, hidden = ['account', 'utm_source']): string =>
  sandbox.control.createForm({ definition: { title: 'New clients', fields, hidden } as never }).id;
const changeForm = async (formId: string, fields: object[], hidden: string[] = []): Promise<void> => {
  const { status } = await fetch(`${sandbox.url}/forms/${formId}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'New clients', fields, hidden }),
  });
  expect(status).toBe(200);
};
const register = async (formId: string): Promise<string> => {
  const { body } = await app.admin('post', '/v1/webhooks').send({ form: formId }).expect(201);
  return (body as { id: string }).id;
};
const registered = async (fields?: object[], hidden?: string[]): Promise<string> => {
  const formId = makeForm(fields, hidden);
  await register(formId);
  return formId;
};
const getForm = async (formId: string): Promise<FormView> =>
  (await app.admin('get', `/v1/forms/${formId}`).expect(200)).body as FormView;
const patch = (formId: string, body: object) => app.admin('patch', `/v1/forms/${formId}`).send(body);
const meanings = ({ fields }: FormView): Record<string, string | null> =>
  Object.fromEntries(
    fields.map(({ ref, identifies }) => [ref, identifies && `${identifies.key} ${identifies.whose}`]),
  ) as Record<string, string | null>;
const deliver = async (formId: string, overrides: Parameters<typeof newEvent>[0] = {}): Promise<string> => {
  const event = newEvent({ formId, ...overrides });
  await app.deliver(event).expect(200);
  await app.settled();
  return String(event.form_response.token);
};
const response = async (formId: string, token: string): Promise<ResponseView> =>
  (await app.admin('get', `/v1/responses/${formId}/${token}`).expect(200)).body as ResponseView;
const values = ({ identifiers }: ResponseView): Record<string, string> =>
  Object.fromEntries(Object.entries(identifiers).map(([key, { value }]) => [key, value]));
/** What was wrong with a request: path and message of each finding. */
const errorsOf = async (request: ReturnType<typeof patch>): Promise<{ path: string; message: string }[]> => {
  const { body } = await request.expect(422);
  expect(body.code).toBe('validation_failed');
  return body.errors as { path: string; message: string }[];
};

describe('before its first submission', () => {
  it('a form shows the questions of its definition and what each means', async () => {
    const formId = await registered();
    const form = await getForm(formId);
    expect(form).toMatchObject({ title: 'New clients', status: 'active', phoneCountry: null, responseCount: 0 });
    expect(form).toMatchObject({ lastResponseAt: null, identifierMapping: {}, mappingProblems: [] });
    expect(form.definitionCheckedAt).toEqual(expect.any(String));
    expect(meanings(form)).toEqual({
      mail: 'email client',
      extra: null,
      first: 'firstName client',
      tel: 'phone client',
      friend: 'email other',
    });
    expect(form.fields[0]).toEqual({
      id: expect.any(String),
      ref: 'mail',
      title: 'Where do we write to?',
      type: 'email',
      identifies: {
        key: 'email',
        whose: 'client',
        confidence: expect.any(Number),
        decidedBy: 'type',
        reason: expect.stringContaining('type is e-mail'),
      },
    });
    expect(form.hidden.map(({ name }) => name)).toEqual(['account', 'utm_source']);
    const { body: list } = await app.admin('get', '/v1/forms').expect(200);
    expect(list.items).toContainEqual(form);
  });

  it('can be mapped, which leaves one audit entry', async () => {
    const formId = await registered();
    const identifierMapping = { city: 'extra', company: 'hidden:account', phone: null };
    const { body } = await patch(formId, { identifierMapping, phoneCountry: 'pt', status: 'paused' }).expect(200);
    expect(body).toMatchObject({ identifierMapping, phoneCountry: 'PT', status: 'paused' });
    expect(body).toEqual(await getForm(formId));
    const shown = meanings(body);
    expect(shown).toMatchObject({ extra: 'city client', mail: 'email client', tel: 'null client' });
    expect(body.hidden[0].identifies).toMatchObject({ key: 'company', decidedBy: 'mapping', confidence: 1 });
    await patch(formId, { identifierMapping, phoneCountry: 'PT' }).expect(200);
    const { body: audit } = await app.admin('get', '/v1/audit?action=form.updated').expect(200);
    expect((audit.items as { subject: string }[]).filter(({ subject }) => subject === formId)).toMatchObject([
      {
        details: {
          identifierMapping: { from: {}, to: identifierMapping },
          phoneCountry: { from: null, to: 'PT' },
          status: { from: 'active', to: 'paused' },
        },
      },
    ]);
  });

  it('that was registered by the release before is read by the reconciler', async () => {
    const formId = makeForm();
    const webhookId = await register(formId);
    await app.database.pool.query('DELETE FROM onboarding_form WHERE form_id = $1', [formId]);
    await app.admin('get', `/v1/forms/${formId}`).expect(404);
    await app.admin('post', `/v1/webhooks/${webhookId}/reconcile`).expect(200);
    expect(meanings(await getForm(formId))).toMatchObject({ mail: 'email client' });
  });

  it('is read again a day later, and not at every reconciliation', async () => {
    const formId = makeForm();
    const webhookId = await register(formId);
    await changeForm(formId, [{ ref: 'other', type: 'email', title: 'E-mail' }]);
    await app.admin('post', `/v1/webhooks/${webhookId}/reconcile`).expect(200);
    expect(meanings(await getForm(formId))).toHaveProperty('mail');
    await app.database.pool.query(
      `UPDATE onboarding_form SET definition_checked_at = definition_checked_at - interval '25 hours' WHERE form_id = $1`,
      [formId],
    );
    await app.admin('post', `/v1/webhooks/${webhookId}/reconcile`).expect(200);
    expect(meanings(await getForm(formId))).toEqual({ other: 'email client' });
  });
});

describe('a mapping is refused', () => {
  let formId: string;
  beforeAll(async () => {
    formId = await registered();
  });

  it.each<[string, object, string, RegExp]>([
    ['to a question the form does not have', { city: 'nowhere' }, 'city', /no question .*"nowhere"/],
    ['to a hidden field it does not have', { email: 'hidden:nope' }, 'email', /no hidden field "nope"/],
    ['to a question that cannot hold it', { city: 'mail' }, 'city', /type email cannot hold the city/],
    ['to a statement', { email: 'hello' }, 'email', /no question .*"hello"/],
    ['to a group', { fullName: 'about' }, 'fullName', /no question .*"about"/],
  ])('%s', async (_what, identifierMapping, key, message) => {
    const before = await getForm(formId);
    const expected = [{ path: `identifierMapping.${key}`, message: expect.stringMatching(message) }];
    expect(await errorsOf(patch(formId, { identifierMapping, status: 'paused' }))).toEqual(expected);
    const preview = app.admin('post', `/v1/forms/${formId}/mapping-preview`).send({ identifierMapping });
    expect(await errorsOf(preview)).toEqual(expected);
    expect(await getForm(formId)).toEqual(before);
  });

  it('every problem at once', async () => {
    const errors = await errorsOf(
      patch(formId, { identifierMapping: { city: 'mail', email: 'nowhere', phone: 'tel' } }),
    );
    expect(errors.map(({ path }) => path)).toEqual(['identifierMapping.email', 'identifierMapping.city']);
  });

  it.each(['XX', 'Germany', '', 49, {}])('with the country %j', async (phoneCountry) => {
    const expected = [{ path: 'phoneCountry', message: expect.stringContaining('must be the ISO code') }];
    expect(await errorsOf(patch(formId, { phoneCountry }))).toEqual(expected);
    const preview = { identifierMapping: {}, phoneCountry };
    expect(await errorsOf(app.admin('post', `/v1/forms/${formId}/mapping-preview`).send(preview))).toEqual(expected);
  });

  it('of a form nobody knows with 404', async () => {
    await patch('nosuchform', { identifierMapping: {} }).expect(404);
    await app.admin('post', '/v1/forms/nosuchform/mapping-preview').send({ identifierMapping: {} }).expect(404);
    await app.admin('post', '/v1/forms/nosuchform/reprocess').expect(404);
  });

  it('but a question that was added at Typeform just now is known at once', async () => {
    const id = await registered();
    await changeForm(id, [...FIELDS, { ref: 'brand_new', type: 'short_text', title: 'Something' }], ['fresh']);
    await patch(id, { identifierMapping: { company: 'brand_new', city: 'hidden:fresh' } }).expect(200);
    expect(meanings(await getForm(id))).toMatchObject({ brand_new: 'company client' });
  });

  it('and of a form that Typeform does not tell us of, judged by what its submissions brought', async () => {
    const questions = [askEmail('a@example.com'), question('org', 'Something', 'short_text', 'text', 'Example Ltd')];
    await deliver('unregistered', { questions, hidden: { account: 'x' } });
    await patch('unregistered', { identifierMapping: { company: 'org', city: 'hidden:account' } }).expect(200);
    const errors = await errorsOf(patch('unregistered', { identifierMapping: { city: 'mail', state: 'hidden:x' } }));
    expect(errors.map(({ path }) => path)).toEqual(['identifierMapping.city', 'identifierMapping.state']);
  });
});

describe('processing', () => {
  it('goes by the mapping, null for never, and the country of the form', async () => {
    const formId = await registered();
    const identifierMapping = { city: 'extra', birthday: null, company: 'hidden:account', email: null };
    await patch(formId, { identifierMapping, phoneCountry: 'DE' }).expect(200);
    const token = await deliver(formId, {
      questions: [
        question('mail', 'Your e-mail', 'email', 'email', 'ada@example.com'),
        question('extra', 'Anything else?', 'short_text', 'text', 'Lisboa'),
        question('birth', 'Date of birth', 'date', 'date', '1990-05-17'),
        question('number', 'Phone', 'short_text', 'text', '030 123456'),
      ],
      hidden: { account: 'Example Ltd' },
    });
    expect(values(await response(formId, token))).toEqual({
      city: 'Lisboa',
      company: 'Example Ltd',
      phone: '+4930123456',
    });
  });

  it('reads national numbers in the country of the installation where the form says none', async () => {
    const other = await startTestApp({ DEFAULT_PHONE_COUNTRY: 'de' });
    try {
      const questions = [
        question('q', '12', 'short_text', 'text', 'x'),
        question('n', 'Phone', 'short_text', 'text', '030 123456'),
      ];
      const event = newEvent({ formId: 'national', questions });
      await other.deliver(event).expect(200);
      await other.settled();
      const { body } = await other.admin('get', '/v1/responses?formId=national').expect(200);
      expect(values(body.items[0])).toMatchObject({ phone: '+4930123456' });
    } finally {
      await other.stop();
    }
  });

  it('knows the questions of the form that a submission left out', async () => {
    const partner = { id: 'partner', ref: 'theirs', type: 'email', title: 'Partner: e-mail' };
    const formId = await registered([{ id: 'own', ref: 'own', type: 'email', title: 'Your e-mail' }, partner]);
    const answered = {
      ...question('theirs', 'Partner: e-mail', 'email', 'email', 'partner@example.com'),
      id: 'partner',
    };
    const token = await deliver(formId, { questions: [answered] });
    expect(values(await response(formId, token))).toEqual({});
    // The only e-mail question of a form would be the client's.
    const only = await deliver('onlyone', { questions: [answered] });
    expect(values(await response('onlyone', only))).toEqual({ email: 'partner@example.com' });
  });

  it('does not depend on what other submissions asked: in either order, each is read the same', async () => {
    const events = (formId: string) => [
      newEvent({ formId, questions: [question('a', 'E-mail of the participant', 'email', 'email', 'a@example.com')] }),
      newEvent({ formId, questions: [question('b', 'E-mail', 'email', 'email', 'b@example.com')] }),
    ];
    const seen: Identifiers[][] = [];
    for (const reversed of [false, true]) {
      const formId = `order${String(reversed)}`;
      const all = events(formId);
      const tokens = all.map(({ form_response }) => String(form_response.token));
      for (const event of reversed ? [...all].reverse() : all) {
        await app.deliver(event).expect(200);
        await app.settled();
      }
      seen.push(await Promise.all(tokens.map(async (token) => (await response(formId, token)).identifiers)));
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.[1]).toMatchObject({ email: { value: 'b@example.com' } });
  });
});

describe('the preview', () => {
  it('shows the newest 20 responses now and then, and changes nothing', async () => {
    const formId = await registered();
    const tokens: string[] = [];
    for (let n = 0; n < 22; n += 1) {
      const event = newEvent({
        formId,
        submittedAt: new Date(Date.now() - (60 - n) * 60_000).toISOString(),
        questions: [
          askEmail(`p${n}@example.com`),
          question('extra', 'Anything else?', 'short_text', 'text', `Town ${n}`),
          question('number', 'Phone', 'short_text', 'text', '030 123456'),
        ],
      });
      tokens.push(String(event.form_response.token));
      await app.deliver(event).expect(200);
    }
    await app.settled();
    const everything = async () => {
      const tables = ['onboarding_form', 'form_response', 'client', 'webhook_event', 'audit_entry', 'job'];
      const dumps = tables.map((table) =>
        app.database.pool.query<{ digest: string }>(
          `SELECT md5(string_agg(row::text, '' ORDER BY row::text)) AS digest FROM ${table} AS row`,
        ),
      );
      return (await Promise.all(dumps)).flatMap(({ rows }) => rows.map(({ digest }) => digest));
    };
    const before = await everything();
    const preview = async (body: object): Promise<MappingPreview['items']> => {
      const answer = await app.admin('post', `/v1/forms/${formId}/mapping-preview`).send(body).expect(200);
      return (answer.body as MappingPreview).items;
    };
    const items = await preview({ identifierMapping: { city: 'extra', email: null }, phoneCountry: 'DE' });
    expect(items.map(({ token }: { token: string }) => token)).toEqual(tokens.slice(2).reverse());
    const [newest] = items as [MappingPreview['items'][number]];
    expect(newest.now).toEqual((await response(formId, newest.token)).identifiers);
    expect(newest.now).toMatchObject({ email: { value: 'p21@example.com' } });
    expect(newest.then).toMatchObject({ city: { value: 'Town 21', confidence: 1 }, phone: { value: '+4930123456' } });
    expect(newest.then).not.toHaveProperty('email');
    expect(newest.changed).toEqual(expect.arrayContaining(['email', 'city']));
    expect(await everything()).toEqual(before);

    await patch(formId, { identifierMapping: { city: 'extra', email: null }, phoneCountry: 'DE' }).expect(200);
    const [kept] = await preview({ identifierMapping: {} });
    expect(kept?.then).toMatchObject({ phone: { value: '+4930123456' } });
  });
});
