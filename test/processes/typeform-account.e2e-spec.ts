/** A Typeform account as operators have it: can it deliver to us, will the key do, which forms are there, and what is none of them. */
import type { TypeformSandbox } from '../../sandbox/sandbox';
import { TypeformKeyCheck } from '../../src/typeform/typeform-key-check';
import { HttpProxy } from '../support/http-proxy';
import { preflight } from '../support/preflight';
import { API_KEY, startSandbox } from '../support/sandbox-harness';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, TestDatabase } from '../support/database';
import { eventually, startTestApp, TestApp } from '../support/test-app';

/** Nothing is sent with it: what these tests ask for is refused before. */
const REAL_ACCOUNT = { TYPEFORM_API_KEY: 'tfp_0123456789_example', TYPEFORM_API_BASE_URL: 'https://api.typeform.com' };

describe('a real account, while Typeform cannot reach the service', () => {
  it.each<[string, Record<string, string>, object, RegExp]>([
    ['PUBLIC_URL is not set', {}, {}, /PUBLIC_URL is not set.*: set PUBLIC_URL/],
    ['PUBLIC_URL is loopback', { PUBLIC_URL: 'http://localhost:3000' }, {}, /\(localhost:3000\): set PUBLIC_URL/],
    ['PUBLIC_URL is private', { PUBLIC_URL: 'https://192.168.1.5' }, {}, /\(192\.168\.1\.5\): set PUBLIC_URL/],
    [
      'the url asked for is private',
      { PUBLIC_URL: 'https://hooks.example.com' },
      { url: 'https://10.0.0.1/x', allowForeignUrl: true },
      /cannot reach 10\.0\.0\.1/,
    ],
  ])('registering is 422 with the remedy: %s', async (_, environment, body, message) => {
    const app = await startTestApp({ ...REAL_ACCOUNT, RECONCILE_INTERVAL_SECONDS: '0', ...environment });
    try {
      const answer = await app
        .admin('post', '/v1/webhooks')
        .send({ form: 'abcdefgh', ...body })
        .expect(422);
      expect(answer.body.errors).toEqual([{ path: 'url', message: expect.stringMatching(message) }]);
      const { rows } = await app.database.pool.query('SELECT FROM typeform_call');
      expect(rows).toEqual([]);
    } finally {
      await app.stop();
    }
  });

  it('`config` and `preflight` say so too', async () => {
    const environment = { ...REAL_ACCOUNT, NODE_ENV: 'test' };
    const config = ServiceProcess.command(environment, 'config');
    const run = await preflight(environment, '--only', 'config.recommendations', 'public-url.dns');
    expect((await config.exited).code).toBe(0);
    expect(config.stdout).toMatch(/warnings: \n.*PUBLIC_URL is not set, so Typeform cannot deliver/);
    expect(run.line('config.recommendations').evidence).toContain('PUBLIC_URL is not set');
    expect(run.line('public-url.dns')).toMatchObject({
      result: 'fail',
      severity: 'block',
      remedy: expect.stringContaining('set PUBLIC_URL to the https address'),
    });
  });
});

describe('with the sandbox', () => {
  let sandbox: TypeformSandbox;
  let database: TestDatabase;
  beforeEach(async () => {
    sandbox = await startSandbox({ lagMinutes: 0 });
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await sandbox.stop();
    await database.drop();
  });

  const account = (baseUrl = sandbox.url) => ({ TYPEFORM_API_KEY: API_KEY, TYPEFORM_API_BASE_URL: baseUrl });

  describe('the key is checked when the service starts', () => {
    const startSays = async (environment: Record<string, string>, what: RegExp): Promise<void> => {
      const service = await ServiceProcess.start({ DATABASE_URL: database.url, ...environment });
      try {
        await service.comesTrue(() => what.test(service.output), String(what));
      } finally {
        await service.kill();
      }
    };

    it('a good one', async () => {
      await startSays(account(), /LOG \[Typeform\].*accepts TYPEFORM_API_KEY \(\d+ forms?\); it has every scope/);
      expect(sandbox.control.webhooks()).toEqual([]);
    });

    it('while Typeform is away: the service is ready all the same', () =>
      startSays(
        account('http://127.0.0.1:9'),
        /WARN \[Typeform\] TYPEFORM_API_KEY could not be checked: Typeform could not be reached/,
      ));
  });

  describe('what the check at the start finds', () => {
    const checkSays = async (environment: Record<string, string>, what: RegExp): Promise<void> => {
      const app = await startTestApp(environment, { database, typeformCallsPerSecond: 50 });
      try {
        const said = await app.app.get(TypeformKeyCheck, { strict: false }).run();
        expect(said).toEqual({ ok: false, text: expect.stringMatching(what) });
      } finally {
        await app.stop();
      }
    };

    it('one without every scope: they are named', async () => {
      sandbox.control.configure({ scopes: ['forms:read', 'webhooks:read', 'responses:write'] });
      await checkSays(
        account(),
        /TYPEFORM_API_KEY lacks webhooks:write, responses:read: create .* scopes webhooks:write, responses:read/,
      );
    });

    it('one that Typeform refuses', () =>
      checkSays({ ...account(), TYPEFORM_API_KEY: 'tfp_not_the_key' }, /refused TYPEFORM_API_KEY \(401/));

    it('one for another region', async () => {
      sandbox.control.createForm({ responsesBaseUrl: 'https://api.typeform.eu' });
      for (const form of sandbox.control.forms())
        if (form.responsesBaseUrl !== 'https://api.typeform.eu') await removeForm(form.id);
      await checkSays(account(), /set TYPEFORM_API_BASE_URL=https:\/\/api\.typeform\.eu/);
    });
  });

  describe('over REST', () => {
    let app: TestApp;
    let proxy: HttpProxy | undefined;
    const startApp = async (baseUrl?: string): Promise<void> => {
      app = await startTestApp(
        { ...account(baseUrl), RECONCILE_INTERVAL_SECONDS: '0' },
        { database, typeformCallsPerSecond: 50 },
      );
    };
    afterEach(async () => {
      await app.stop();
      await proxy?.close();
      proxy = undefined;
    });

    it('the forms of the account are listed, in pages, and found by words of their title', async () => {
      await startApp();
      const all = sandbox.control.forms().map(({ id }) => id);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const { body } = await app
          .admin('get', `/v1/typeform/forms?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
          .expect(200);
        expect(body.items.length).toBeLessThanOrEqual(2);
        seen.push(...(body.items as { formId: string }[]).map(({ formId }) => formId));
        cursor = body.nextCursor as string | null;
      } while (cursor !== null);
      expect(seen.sort()).toEqual([...all].sort());
      expect(seen.length).toBeGreaterThan(2);

      const { id, title } = sandbox.control.createForm({ definition: { title: 'Boat owners & friends' } });
      const { body } = await app.admin('get', '/v1/typeform/forms?q=boat%20owners%20%26').expect(200);
      expect(body).toEqual({
        items: [
          { formId: id, title, displayUrl: expect.stringContaining(id), lastUpdatedAt: expect.stringMatching(/Z$/) },
        ],
        nextCursor: null,
      });
      for (const wrong of ['cursor=x', 'limit=0', 'limit=201'])
        await app.admin('get', `/v1/typeform/forms?${wrong}`).expect(422);
    });

    it('a form that Typeform does not know is a mistake in the request', async () => {
      await startApp();
      const { body } = await app.admin('post', '/v1/webhooks').send({ form: 'nosuch99' }).expect(422);
      expect(body.errors).toEqual([{ path: 'form', message: expect.stringContaining('check the form id') }]);
      await app.admin('post', '/v1/backfills').send({ formId: 'nosuch99' }).expect(404);
      await app.admin('patch', '/v1/forms/nosuch99').send({ identifierMapping: {} }).expect(404);

      // Known here, gone there: a run could only fail.
      const formId = sandbox.control.forms()[0]!.id;
      await app.admin('post', '/v1/webhooks').send({ form: formId }).expect(201);
      await removeForm(formId);
      await app.admin('post', '/v1/backfills').send({ formId }).expect(404);
      const { body: runs } = await app.admin('get', '/v1/backfills').expect(200);
      expect(runs.items).toEqual([]);
    });

    it('a test of a webhook that Typeform does not deliver to says so', async () => {
      await startApp();
      const formId = sandbox.control.forms()[0]!.id;
      const { body: webhook } = await app.admin('post', '/v1/webhooks').send({ form: formId }).expect(201);
      const test = async () => (await app.admin('post', `/v1/webhooks/${webhook.id}/test`).expect(200)).body as unknown;
      expect(await test()).toMatchObject({ status: 200, stored: true, problem: null });
      await app.admin('patch', `/v1/webhooks/${webhook.id}`).send({ enabled: false }).expect(200);
      expect(await test()).toMatchObject({
        status: 200,
        stored: true,
        problem: expect.stringMatching(/^Typeform would not deliver: this webhook is off; turn it on/),
      });
      await app.admin('delete', `/v1/webhooks/${webhook.id}`).expect(204);
      expect(await test()).toMatchObject({ problem: expect.stringContaining('was deleted') });
    });

    it('the url of a webhook is stored and sent as it was checked', async () => {
      await startApp();
      const formId = sandbox.control.forms()[0]!.id;
      const url = `${app.url}/webhooks\\@evil.example/a`;
      const { body } = await app.admin('post', '/v1/webhooks').send({ form: formId, url }).expect(201);
      expect(body.url).toBe(`${app.url}/webhooks/@evil.example/a`);
      expect(sandbox.control.webhooks()).toMatchObject([{ url: body.url }]);
    });

    it('what cannot be read among webhooks and responses does not stop the rest, and is said', async () => {
      let spoiled = false;
      const spoil = (path: string, answer: { status: number; text: string }): { status: number; text: string } => {
        if (!spoiled || !/\/(webhooks|responses)(\?|$)/.test(path)) return answer;
        const body = JSON.parse(answer.text) as { items: unknown[] };
        return { ...answer, text: JSON.stringify({ ...body, items: [null, { url: 'private' }, ...body.items] }) };
      };
      proxy = await HttpProxy.start(sandbox.url, { rewrite: spoil });
      await startApp(proxy.url);
      const formId = sandbox.control.forms()[0]!.id;
      const { body: webhook } = await app.admin('post', '/v1/webhooks').send({ form: formId }).expect(201);
      const submitted = sandbox.control.submit(formId, { count: 3, deliver: false });
      spoiled = true;

      const { body: reconciled } = await app.admin('post', `/v1/webhooks/${webhook.id}/reconcile`).expect(200);
      expect(reconciled).toMatchObject({ checked: 1, differed: [], unreadable: 2 });
      const { body: pass } = await app.admin('post', '/v1/webhooks/reconcile').expect(200);
      expect(pass).toMatchObject({ checked: 1, differed: [], unreadable: 2 });

      const { body: run } = await app.admin('post', '/v1/backfills').send({ formId }).expect(202);
      const now = async () =>
        (await app.admin('get', `/v1/backfills/${run.id}`).expect(200)).body as { status: string };
      await eventually(async () => !['queued', 'running'].includes((await now()).status), 'the back-fill ends');
      expect(await now()).toMatchObject({ status: 'done', recovered: submitted.length, failed: 2 });
      const { text: metrics } = await app.http.get('/metrics').expect(200);
      expect(metrics).toContain('onboarding_typeform_unreadable_items_total{operation="list_webhooks"} 4');
      expect(app.logs.join('\n')).toContain('Typeform sent items that cannot be read');
      expect(app.logs.join('\n')).not.toContain('private');
    });
  });

  async function removeForm(id: string): Promise<void> {
    const headers = { authorization: `Bearer ${API_KEY}` };
    expect((await fetch(`${sandbox.url}/forms/${id}`, { method: 'DELETE', headers })).status).toBe(204);
  }
});
