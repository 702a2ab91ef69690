/** Single sign-on against a real OpenID provider: who gets in, as what, and who does not. */
import { freePort } from './support/free-port';
import { CLIENT_SECRET, TestIdentityProvider } from './support/identity-provider';
import { ADMIN_KEY, startTestApp, TestApp } from './support/test-app';

const ROLES = 'admin=ops,leads; operator=desk; viewer=staff';

let providerPort: number;
let provider: TestIdentityProvider;
let app: TestApp;
beforeAll(async () => {
  const port = await freePort();
  providerPort = await freePort();
  provider = await TestIdentityProvider.start(providerPort, `http://127.0.0.1:${port}`);
  app = await startTestApp({
    PORT: String(port),
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: 'console',
    OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OIDC_ROLES: ROLES,
  });
});
afterAll(async () => {
  await app.stop();
  await provider.stop();
});

/** A browser: keeps cookies by host and path, and follows redirects one at a time. */
class Browser {
  private readonly cookies = new Map<string, { path: string; pair: string; port: string }>();

  async open(
    url: string,
    form?: Record<string, string>,
    accept = '*/*',
  ): Promise<{ status: number; next: string | null; text: string }> {
    const { port, pathname } = new URL(url);
    const cookie = [...this.cookies.values()]
      .filter((held) => held.port === port && pathname.startsWith(held.path))
      .map(({ pair }) => pair)
      .join('; ');
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie, accept },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/);
      const path = attributes.find((text) => /^path=/i.test(text))?.slice(5) ?? '/';
      const key = `${port} ${path} ${pair.split('=')[0]}`;
      if (/=$/.test(pair)) this.cookies.delete(key);
      else this.cookies.set(key, { path, pair, port });
    }
    const location = answer.headers.get('location');
    return { status: answer.status, next: location && new URL(location, url).href, text: await answer.text() };
  }

  /** Signs in at the provider, up to the address that leads back to the service. */
  async signInAs(login: string): Promise<string> {
    let url = `${app.url}/auth/oidc/login`;
    for (let step = 0; step < 12; step += 1) {
      if (url.startsWith(`${app.url}/auth/oidc/callback`)) return url;
      const page = await this.open(url);
      const action = /<form[^>]*action="([^"]+)"/.exec(page.text)?.[1];
      const prompt = /name="prompt" value="([^"]+)"/.exec(page.text)?.[1];
      const answered =
        page.next === null && action !== undefined && prompt !== undefined
          ? await this.open(new URL(action, url).href, { prompt, login, password: 'any' })
          : page;
      if (answered.next === null) throw new Error(`the provider stopped with ${answered.status}: ${answered.text}`);
      url = answered.next;
    }
    throw new Error('the provider sends the browser in circles');
  }

  async session(): Promise<{ status: number; body: Record<string, unknown> }> {
    const { status, text } = await this.open(`${app.url}/v1/session`);
    return { status, body: JSON.parse(text) as Record<string, unknown> };
  }
}

it.each([
  ['staff', 'viewer'],
  ['staff,desk', 'operator'],
  ['desk,leads', 'admin'],
])('who is in %s gets in as %s, and the log that is kept for ever names nobody', async (groups, role) => {
  const browser = new Browser();
  const callback = await browser.signInAs(groups);
  expect(await browser.open(callback)).toMatchObject({ status: 303, next: `${app.url}/console/` });
  const { status, body } = await browser.session();
  expect({ status, body }).toEqual({
    status: 200,
    body: { name: 'Alex Example', role, via: 'oidc', expiresAt: expect.any(String) },
  });
  const { text } = await app.admin('get', '/v1/audit?action=session.started&limit=1').expect(200);
  expect(JSON.parse(text)).toMatchObject({
    items: [
      {
        actorId: expect.stringMatching(/^oidc:[0-9a-f]{32}$/),
        actorName: 'single sign-on',
        details: { via: 'oidc', role },
      },
    ],
  });
  expect(text + app.logs.join()).not.toContain('Alex Example');
  // Once used, neither the address nor the cookie is good for anything.
  expect(await browser.open(callback)).toMatchObject({ status: 401 });
});

it('who is in no group with a role gets in nowhere', async () => {
  const browser = new Browser();
  const { status, text } = await browser.open(await browser.signInAs('visitors'));
  expect({ status, body: JSON.parse(text) as unknown }).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect(await browser.session()).toMatchObject({ status: 401 });
});

it('a person whom single sign-on refuses is led back to the console, which is told why and not who', async () => {
  const page = 'text/html,application/xhtml+xml';
  const refused = async (browser: Browser, url: string) => {
    const { status, next } = await browser.open(url, undefined, page);
    expect(await browser.session()).toMatchObject({ status: 401 });
    return { status, next: next?.replace(app.url, '') };
  };
  const visitor = new Browser();
  const callback = await visitor.signInAs('visitors');
  expect(await refused(visitor, callback)).toEqual({ status: 303, next: '/console/?refused=no_role' });
  // The cookie of the attempt is gone with it.
  expect(await refused(visitor, callback)).toEqual({ status: 303, next: '/console/?refused=not_begun' });
  const own = new URL(await visitor.signInAs('ops'));
  own.searchParams.set('code', 'made-up');
  expect(await refused(visitor, own.href)).toEqual({ status: 303, next: '/console/?refused=not_confirmed' });
  const cancelled = new URL(await visitor.signInAs('ops'));
  cancelled.searchParams.delete('code');
  cancelled.searchParams.set('error', 'access_denied');
  cancelled.searchParams.set('error_description', 'Alex Example is not allowed');
  expect(await refused(visitor, cancelled.href)).toEqual({ status: 303, next: '/console/?refused=provider_refused' });
  expect(app.logs.filter((line) => line.includes('auth/oidc/callback') && line.includes('refused'))).not.toEqual([]);
  expect(app.logs.join()).not.toContain('Alex Example');
});

it('a sign-in that another browser began, or somebody made up, is refused', async () => {
  const victim = new Browser();
  const callback = await new Browser().signInAs('ops');
  expect(await victim.open(callback)).toMatchObject({ status: 401 });
  await victim.open(`${app.url}/auth/oidc/login`);
  expect(await victim.open(callback)).toMatchObject({ status: 401 });
  const browser = new Browser();
  const own = new URL(await browser.signInAs('ops'));
  own.searchParams.set('code', 'made-up');
  expect(await browser.open(own.href)).toMatchObject({ status: 401 });
  for (const one of [victim, browser]) expect(await one.session()).toMatchObject({ status: 401 });
});

it('shows an admin how it is set up, and whether the provider answers now; no secret', async () => {
  const { body, text } = await app.admin('get', '/v1/single-sign-on').expect(200);
  expect(body).toEqual({
    settings: {
      issuer: `http://127.0.0.1:${providerPort}`,
      clientId: 'console',
      redirectUri: `${app.url}/auth/oidc/callback`,
      rolesClaim: 'groups',
      roles: { admin: ['ops', 'leads'], operator: ['desk'], viewer: ['staff'] },
      provider: { answers: true, problem: null },
    },
    lastSignInAt: expect.any(String),
  });
  expect(text).not.toContain(CLIENT_SECRET);
  // Keys sign in too, and are none of its sign-ins.
  await app.http.post('/v1/session').send({ apiKey: ADMIN_KEY }).expect(201);
  const again = await app.admin('get', '/v1/single-sign-on').expect(200);
  expect((again.body as { lastSignInAt: string }).lastSignInAt).toBe((body as { lastSignInAt: string }).lastSignInAt);
  await provider.stop();
  try {
    const { body: away } = await app.admin('get', '/v1/single-sign-on').expect(200);
    expect(away).toMatchObject({
      settings: {
        provider: { answers: false, problem: expect.stringMatching(/does not answer .*: check OIDC_ISSUER/) },
      },
    });
  } finally {
    provider = await TestIdentityProvider.start(providerPort, app.url);
  }
});

it('goes on after the provider was restarted with new keys', async () => {
  await provider.stop();
  provider = await TestIdentityProvider.start(providerPort, app.url);
  const browser = new Browser();
  expect(await browser.open(await browser.signInAs('desk'))).toMatchObject({ status: 303 });
  expect(await browser.session()).toMatchObject({ status: 200, body: { role: 'operator' } });
});

it('says so when the provider does not answer, and keys work without it', async () => {
  const lonely = await startTestApp(
    {
      OIDC_ISSUER: `http://127.0.0.1:${await freePort()}`,
      OIDC_CLIENT_ID: 'console',
      OIDC_CLIENT_SECRET: CLIENT_SECRET,
    },
    { database: app.database },
  );
  try {
    const { body } = await lonely.http.get('/auth/oidc/login').expect(502);
    expect(body).toMatchObject({ code: 'identity_provider_unavailable' });
    const led = await lonely.http.get('/auth/oidc/login').set('accept', 'text/html').expect(303);
    expect(led.headers.location).toBe(`${lonely.url}/console/?refused=provider_unavailable`);
    await lonely.http.post('/v1/session').send({ apiKey: ADMIN_KEY }).expect(201);
  } finally {
    await lonely.stop();
  }
});
