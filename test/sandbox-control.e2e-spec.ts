import { itemsOf, MINUTE, SECRET, SandboxHarness } from './support/sandbox-harness';

const at = SandboxHarness.install();

describe('control routes', () => {
  const control = (method: string, path: string, body?: unknown, headers = {}) =>
    at.call(method, `/sandbox${path}`, body, { Authorization: '', ...headers });

  it.each(['', '/'])('show a page at /sandbox%s with the forms and how to submit more', async (path) => {
    const reply = await control('GET', path);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(reply.body).toContain(at.formId);
    expect(reply.body).toContain(`${at.sandbox.url}/sandbox/forms/${at.formId}/submissions`);
  });

  it('create a form, submit it, list the deliveries and let time pass', async () => {
    const form = await control('POST', '/forms', { template: 'every_type', language: 'de', seed: 3 });
    expect(form).toMatchObject({ status: 201, body: { title: 'Every question type' } });
    await at.putWebhook('x', { url: at.receiver.url, enabled: true }, form.body.id);
    at.receiver.answer = (_, index) => (index === 0 ? 503 : 200);
    const submitted = await control('POST', `/forms/${form.body.id}/submissions`, { count: 1, seed: 'a' });
    expect(submitted.status).toBe(201);
    const clock = await control('POST', '/clock', { advanceSeconds: 3 * MINUTE });
    expect(clock.body).toEqual({ now: expect.any(String), speed: 0 });
    const { body } = await control('GET', `/deliveries?formId=${form.body.id}`);
    expect(body.items).toEqual([
      expect.objectContaining({ token: submitted.body.items[0].token, state: 'delivered', nextAttemptAt: null }),
    ]);
    expect(body.items[0].attempts).toMatchObject([{ status: 503 }, { status: 200 }]);
    expect((await control('GET', '/stats')).body.deliveries).toMatchObject({ delivered: 1, pending: 0 });
  });

  it('create a form from a definition of the Create API', async () => {
    const definition = { title: 'Mine', fields: [{ type: 'email', title: 'E-mail', ref: 'mail' }] };
    const form = await control('POST', '/forms', { definition });
    expect((await at.call('GET', `/forms/${form.body.id}`)).body.fields).toMatchObject([
      { ref: 'mail', type: 'email' },
    ]);
    at.sandbox.control.configure({ lagMinutes: 0 });
    await control('POST', `/forms/${form.body.id}/submissions`, { answerAll: true });
    const [item] = itemsOf(await at.call('GET', `/forms/${form.body.id}/responses`));
    expect(item!.answers.map(({ field }) => field.ref)).toEqual(['mail']);
  });

  it('set and clear faults, change settings, hide secrets, start again', async () => {
    await at.enableWebhook();
    await control('POST', '/faults', { kind: 'status', target: 'api', times: 9 });
    expect((await control('GET', '/faults')).body.items).toEqual([
      expect.objectContaining({ kind: 'status', times: 9 }),
    ]);
    expect((await control('DELETE', '/faults')).status).toBe(204);
    expect((await at.call('GET', '/forms')).status).toBe(200);
    expect((await control('POST', '/settings', { lagMinutes: 5 })).body).toMatchObject({ lagMinutes: 5 });
    const hooks = await control('GET', '/webhooks');
    expect(hooks.body.items).toEqual([expect.objectContaining({ tag: 'onboarding', hasSecret: true })]);
    expect(JSON.stringify(hooks.body)).not.toContain(SECRET);
    expect((await control('POST', '/reset')).status).toBe(204);
    expect((await control('GET', '/webhooks')).body.items).toEqual([]);
    expect((await control('POST', '/settings', {})).body).toMatchObject({ lagMinutes: 30 });
    expect(at.sandbox.control.forms()[0]!.id).toBe(at.formId);
  });

  it('start again with the same people and the same ids', async () => {
    const round = async () => {
      await control('POST', '/reset');
      const form = await control('POST', '/forms', { template: 'legacy' });
      const submitted = await control('POST', `/forms/${form.body.id}/submissions`, { count: 2 });
      return JSON.stringify([form.body.id, submitted.body.items]);
    };
    expect(await round()).toBe(await round());
  });

  it.each([
    ['/faults', { kind: 'duplicate', target: 'api' }, 400],
    ['/clock', { advanceSeconds: -1 }, 400],
    ['/settings', { lagMinute: 5 }, 400],
    ['/forms/{form}/submissions', { count: 0 }, 400],
    ['/forms/{form}/submissions', { partial: true, test: true }, 400],
    ['/forms/{form}/submissions', { token: 'nobody' }, 404],
    ['/forms/nothing/submissions', {}, 404],
  ])('refuse POST %s %j', async (path, body, status) => {
    expect((await control('POST', path.replace('{form}', at.formId), body)).status).toBe(status);
  });

  it('are closed to pages of other origins and to deliveries', async () => {
    const submissions = () => at.sandbox.control.stats().deliveries.pending;
    const stranger = await control('POST', '/reset', undefined, { Origin: 'https://example.com' });
    const delivery = await control('POST', '/reset', {}, { 'User-Agent': 'Typeform Webhooks' });
    expect([stranger.status, delivery.status]).toEqual([403, 403]);
    await at.enableWebhook('loop', { url: `${at.sandbox.url}/sandbox/reset` });
    at.submit();
    await at.settle();
    expect(at.sandbox.control.webhooks(at.formId)).toHaveLength(1);
    expect(submissions()).toBe(1);
  });

  it('need no token and do not count against the rate limit', async () => {
    at.sandbox.control.configure({ rateLimitPerSecond: 1 });
    for (let i = 0; i < 5; i++) expect((await control('GET', '/stats')).status).toBe(200);
  });
});
