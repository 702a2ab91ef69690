import { createHmac } from 'node:crypto';
import { HOUR, MINUTE, SECRET, SandboxHarness } from './support/sandbox-harness';

const at = SandboxHarness.install();

describe('deliveries', () => {
  it('carry the headers of Typeform and a signature over the exact bytes', async () => {
    await at.enableWebhook();
    at.submit();
    await at.settle();
    const [{ headers, body }] = at.receiver.received as [(typeof at.receiver.received)[0]];
    expect(headers).toMatchObject({
      ...{ 'user-agent': 'Typeform Webhooks', 'content-type': 'application/json', 'accept-encoding': 'gzip' },
      ...{
        'content-length': String(body.length),
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      },
      'typeform-signature': `sha256=${createHmac('sha256', SECRET).update(body).digest('base64')}`,
    });
    expect(body.at(-1)).toBe(0x0a);
    expect(at.receiver.events[0]).toMatchObject({ event_type: 'form_response', form_response: { form_id: at.formId } });
  });

  it('carry no signature when the webhook has no secret', async () => {
    await at.putWebhook('plain', { url: at.receiver.url, enabled: true });
    at.submit();
    await at.settle();
    expect(at.receiver.received[0]!.headers).not.toHaveProperty('typeform-signature');
  });

  it('go to every enabled webhook of the form, each signed with its own secret', async () => {
    await at.enableWebhook('a', { url: `${at.receiver.url}/a`, secret: 'secret a' });
    await at.enableWebhook('b', { url: `${at.receiver.url}/b`, secret: 'secret b' });
    await at.enableWebhook('off', { url: `${at.receiver.url}/off`, enabled: false });
    const token = at.submitOne();
    await at.settle();
    expect(at.receiver.received.map(({ url }) => url)).toEqual(['/hook/a', '/hook/b']);
    expect(at.receiver.events.map(({ form_response }) => form_response.token)).toEqual([token, token]);
    at.receiver.received.forEach(({ headers, body }, index) => {
      const hmac = createHmac('sha256', ['secret a', 'secret b'][index]!).update(body).digest('base64');
      expect(headers['typeform-signature']).toBe(`sha256=${hmac}`);
    });
  });

  it('of partials go only to webhooks that want them; the same token follows as completed', async () => {
    await at.enableWebhook('all', { event_types: { form_response: true, form_response_partial: true } });
    await at.enableWebhook('completed-only', { url: `${at.receiver.url}/completed` });
    const token = at.submitOne({ partial: true });
    await at.advance(MINUTE);
    at.submit({ token });
    await at.settle();
    const seen = at.receiver.events.map(({ event_type, form_response }, index) => [
      ...[at.receiver.received[index]!.url, event_type, form_response.token],
    ]);
    expect(seen).toEqual([
      ['/hook', 'form_response_partial', token],
      ['/hook', 'form_response', token],
      ['/hook/completed', 'form_response', token],
    ]);
    const [partial, completed] = at.receiver.events.map(({ form_response }) => form_response);
    expect(partial!.landed_at).toBe(completed!.landed_at);
    expect((partial!.answers as unknown[]).length).toBeLessThan((completed!.answers as unknown[]).length);
  });

  it('of a late partial do not undo a completed response', async () => {
    at.sandbox.control.configure({ lagMinutes: 0 });
    const token = at.submitOne();
    at.submit({ token, partial: true });
    expect((await at.responses()).body.items).toEqual([expect.objectContaining({ token, response_type: 'completed' })]);
  });

  it('of a test press the button of one webhook: canned, not stored, not repeated', async () => {
    at.sandbox.control.configure({ lagMinutes: 0 });
    await at.enableWebhook('a', { enabled: false });
    await at.enableWebhook('b', { url: `${at.receiver.url}/b` });
    at.receiver.answer = () => 500;
    at.submit({ test: true, tag: 'a' });
    await at.advance(HOUR);
    const [event] = at.receiver.events;
    expect(at.receiver.received.map(({ url }) => url)).toEqual(['/hook']);
    expect(event!.event_id).toBe(event!.form_response.token);
    expect(event!.form_response.landed_at).toBe(event!.form_response.submitted_at);
    expect(JSON.stringify(event)).toContain('Lorem ipsum dolor');
    expect((await at.responses()).body.total_items).toBe(0);
  });

  it('do not happen for a form that was only opened, nor for a delivery that gets lost', async () => {
    await at.enableWebhook();
    at.submit({ started: true });
    at.submit({ deliver: false });
    await at.settle();
    expect(at.receiver.received).toHaveLength(0);
    await at.advance(31 * MINUTE);
    expect((await at.responses('?response_type=started,completed')).body.total_items).toBe(2);
  });

  it('are the same bytes again for the same seed and time', async () => {
    await at.enableWebhook();
    at.submit({ seed: 7, at: '2024-01-01T00:00:00Z' });
    at.submit({ seed: 7, at: '2024-01-01T00:00:00Z' });
    at.submit({ seed: 8, at: '2024-01-01T00:00:00Z' });
    await at.settle();
    const [first, again, other] = at.receiver.received.map(({ body }) => body);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('go to loopback addresses only, unless allowed', async () => {
    const elsewhere = at.receiver.url.replace('127.0.0.1', '0.0.0.0');
    await at.enableWebhook('elsewhere', { url: elsewhere });
    at.submit();
    await at.settle();
    expect(at.receiver.received).toHaveLength(0);
    expect(at.sandbox.control.deliveries()[0]!.attempts).toEqual([expect.objectContaining({ error: 'connection' })]);
    at.sandbox.control.configure({ allowRemoteDeliveries: true });
    await at.advance(5 * MINUTE);
    expect(at.receiver.received).toHaveLength(1);
  });

  it('succeed with any 2xx, whatever becomes of the body of the answer', async () => {
    await at.enableWebhook();
    at.receiver.answer = () => (response) => {
      response.writeHead(201, { 'Content-Length': 100 });
      response.write('{', () => response.destroy());
    };
    at.submit();
    await at.settle();
    expect(at.sandbox.control.deliveries()[0]).toMatchObject({ state: 'delivered', attempts: [{ status: 201 }] });
  });
});

describe('retries', () => {
  it('follow the back-off schedule after a 500, with the same bytes, then give up', async () => {
    await at.enableWebhook();
    at.receiver.answer = () => 500;
    at.submit();
    await at.advance(24 * HOUR);
    expect(at.attemptMinutes()).toEqual([0, 5, 15, 35, 95, 215, 395, 635]);
    expect(new Set(at.receiver.received.map(({ body }) => body.toString())).size).toBe(1);
    expect(at.sandbox.control.deliveries()).toEqual([
      expect.objectContaining({ state: 'failed', nextAttemptAt: null }),
    ]);
  });

  it('follow the other published schedule when set', async () => {
    at.sandbox.control.configure({ backoffSchedule: 'five' });
    await at.enableWebhook();
    at.receiver.answer = () => 400;
    at.submit();
    await at.advance(24 * HOUR);
    expect(at.attemptMinutes()).toEqual([0, 5, 15, 35, 95, 215]);
  });

  it.each([408, 423, 429, 503])('come every 2 to 3 minutes for 10 hours after a %i', async (status) => {
    await at.enableWebhook();
    at.receiver.answer = () => status;
    at.submit();
    await at.advance(11 * HOUR);
    const minutes = at.attemptMinutes();
    const pauses = minutes.slice(1).map((minute, index) => minute - minutes[index]!);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(3);
    expect(minutes.at(-1)).toBeGreaterThan(597);
    expect(minutes.at(-1)).toBeLessThanOrEqual(600);
  });

  it('end with the first success', async () => {
    await at.enableWebhook();
    at.receiver.answer = (_, index) => (index < 2 ? 503 : 202);
    at.submit();
    await at.advance(HOUR);
    expect(at.receiver.received).toHaveLength(3);
    expect(at.sandbox.control.deliveries()[0]).toMatchObject({ state: 'delivered', nextAttemptAt: null });
  });

  it('tell when the next attempt is due', async () => {
    await at.enableWebhook();
    at.receiver.answer = () => 500;
    at.submit();
    await at.settle();
    const [delivery] = at.sandbox.control.deliveries({ state: 'pending' });
    const pauseMs = Date.parse(delivery!.nextAttemptAt!) - Date.parse(delivery!.attempts[0]!.at);
    expect(pauseMs).toBe(5 * MINUTE * 1000);
  });

  it('carry a new event id when set: whether Typeform does so is unknown', async () => {
    at.sandbox.control.configure({ newEventIdOnRetry: true });
    await at.enableWebhook();
    at.receiver.answer = (_, index) => (index === 0 ? 500 : 200);
    at.submit();
    await at.advance(5 * MINUTE);
    const [first, second] = at.receiver.events;
    expect(first!.event_id).not.toBe(second!.event_id);
    expect(first!.form_response.token).toBe(second!.form_response.token);
  });

  it('use the secret and the URL that the webhook has by then', async () => {
    await at.enableWebhook();
    at.receiver.answer = (_, index) => (index === 0 ? 500 : 200);
    at.submit();
    await at.settle();
    await at.putWebhook('onboarding', { secret: 'rotated', url: `${at.receiver.url}/new` });
    await at.advance(5 * MINUTE);
    const { url, headers, body } = at.receiver.received[1]!;
    expect(url).toBe('/hook/new');
    expect(headers['typeform-signature']).toBe(
      `sha256=${createHmac('sha256', 'rotated').update(body).digest('base64')}`,
    );
  });

  it('count a redirect as a failure and do not follow it', async () => {
    await at.enableWebhook();
    at.receiver.answer = () => (response) =>
      response.writeHead(302, { Location: `${at.receiver.url}/elsewhere` }).end();
    at.submit();
    await at.settle();
    expect(at.receiver.received.map(({ url }) => url)).toEqual(['/hook']);
    expect(at.sandbox.control.deliveries()[0]).toMatchObject({ state: 'pending', attempts: [{ status: 302 }] });
  });

  it('follow a time-out: an answer that does not come is a failure', async () => {
    at.sandbox.control.configure({ deliveryTimeoutMs: 50 });
    await at.enableWebhook();
    at.receiver.answer = () => 'hang';
    at.submit();
    await at.settle();
    expect(at.sandbox.control.deliveries()[0]!.attempts).toEqual([expect.objectContaining({ error: 'timeout' })]);
    at.sandbox.control.configure({ deliveryTimeoutMs: 30_000 });
    at.receiver.answer = () => 200;
    await at.advance(5 * MINUTE);
    expect(at.sandbox.control.deliveries()[0]!.state).toBe('delivered');
  });

  it('follow a broken connection', async () => {
    await at.enableWebhook();
    at.receiver.answer = (_, index) => (index === 0 ? (response) => response.destroy() : 200);
    at.submit();
    await at.advance(5 * MINUTE);
    const attempts = at.sandbox.control.deliveries()[0]!.attempts.map(({ status, error }) => status ?? error);
    expect(attempts).toEqual(['connection', 200]);
  });
});

describe('disabling', () => {
  const webhook = () => at.sandbox.control.webhooks(at.formId)[0]!;

  it.each([404, 410])('happens at once after a %i, and drops what waits', async (status) => {
    await at.enableWebhook();
    at.receiver.answer = (_, index) => (index === 0 ? 500 : status);
    at.submit();
    await at.settle();
    at.submit();
    await at.settle();
    expect((await at.call('GET', `/forms/${at.formId}/webhooks/onboarding`)).body.enabled).toBe(false);
    expect(webhook().disabledBecause).toBe(`answered ${status}`);
    at.submit();
    await at.advance(12 * HOUR);
    expect(at.receiver.received).toHaveLength(2);
    expect(at.sandbox.control.deliveries().map(({ state }) => state)).toEqual(['cancelled', 'failed']);
  });

  it('happens when more than 100 attempts within 5 minutes all failed', async () => {
    await at.enableWebhook();
    at.receiver.answer = () => 500;
    at.submit({ count: 100 });
    await at.settle();
    expect(webhook().enabled).toBe(true);
    at.submit({ count: 10 });
    await at.settle();
    expect(webhook()).toMatchObject({
      enabled: false,
      disabledBecause: expect.stringContaining('100 attempts in 5 min'),
    });
    expect(at.receiver.received).toHaveLength(101);
  });

  it('happens when more than 300 attempts within 24 hours all failed', async () => {
    await at.enableWebhook();
    at.receiver.answer = () => 503;
    at.submit({ count: 2 });
    await at.advance(10 * HOUR);
    expect(webhook()).toMatchObject({
      enabled: false,
      disabledBecause: expect.stringContaining('300 attempts in 24 h'),
    });
    expect(at.receiver.received).toHaveLength(301);
  });

  it('does not happen while anything succeeds', async () => {
    await at.enableWebhook();
    at.receiver.answer = (_, index) => (index === 50 ? 200 : 500);
    at.submit({ count: 200 });
    await at.settle();
    expect(webhook().enabled).toBe(true);
  });

  it('is undone by PUT enabled: true; nothing is replayed', async () => {
    await at.enableWebhook();
    at.receiver.answer = () => 404;
    at.submit();
    await at.settle();
    at.receiver.answer = () => 200;
    await at.putWebhook('onboarding', { enabled: true });
    await at.advance(12 * HOUR);
    expect(at.receiver.received).toHaveLength(1);
    at.submit();
    await at.settle();
    expect(at.receiver.received).toHaveLength(2);
    expect(webhook()).toMatchObject({ enabled: true, disabledBecause: undefined });
  });

  it('starts counting anew when the webhook is enabled again', async () => {
    await at.enableWebhook();
    at.receiver.answer = () => 500;
    at.submit({ count: 101 });
    await at.settle();
    expect(webhook().enabled).toBe(false);
    await at.putWebhook('onboarding', { enabled: true });
    at.submit();
    await at.settle();
    expect(webhook().enabled).toBe(true);
  });

  it('drops what waits when the form is deleted', async () => {
    await at.enableWebhook();
    at.receiver.answer = () => 500;
    at.submit();
    await at.settle();
    await at.call('DELETE', `/forms/${at.formId}`);
    await at.advance(12 * HOUR);
    expect(at.receiver.received).toHaveLength(1);
    expect(at.sandbox.control.deliveries()[0]).toMatchObject({ state: 'cancelled', nextAttemptAt: null });
  });

  it('by the account itself, or deleting the webhook, stops the retries too', async () => {
    at.receiver.answer = () => 500;
    await at.enableWebhook('a');
    await at.enableWebhook('b');
    at.submit();
    await at.settle();
    await at.putWebhook('a', { enabled: false });
    await at.call('DELETE', `/forms/${at.formId}/webhooks/b`);
    await at.advance(12 * HOUR);
    expect(at.receiver.received).toHaveLength(2);
    expect(at.sandbox.control.deliveries().map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });
});

describe('faults of deliveries', () => {
  beforeEach(() => at.enableWebhook());

  it('status: the answer is lost and taken for a failure, so the event comes again', async () => {
    at.sandbox.control.addFault({ kind: 'status', target: 'delivery', status: 504 });
    at.submit();
    await at.advance(5 * MINUTE);
    expect(at.receiver.events[0]).toEqual(at.receiver.events[1]);
    expect(at.sandbox.control.deliveries()[0]!.attempts.map(({ status }) => status)).toEqual([504, 200]);
  });

  it('redirect: the same with a 302', async () => {
    at.sandbox.control.addFault({ kind: 'redirect', target: 'delivery' });
    at.submit();
    await at.settle();
    expect(at.sandbox.control.deliveries()[0]!.attempts.map(({ status }) => status)).toEqual([302]);
  });

  it('drop in the body: the receiver sees a broken request, and the event again later', async () => {
    at.sandbox.control.addFault({ kind: 'drop', target: 'delivery', phase: 'in_body' });
    at.submit();
    await at.advance(5 * MINUTE);
    expect([at.receiver.broken, at.receiver.received.length]).toEqual([1, 1]);
    expect(at.sandbox.control.deliveries()[0]!.attempts.map(({ error }) => error)).toEqual(['connection', null]);
  });

  it('drop before the answer: the attempt failed, whatever the receiver made of it', async () => {
    at.sandbox.control.addFault({ kind: 'drop', target: 'delivery', phase: 'before_answer' });
    at.submit();
    await at.settle();
    expect(at.sandbox.control.deliveries()[0]!.attempts.map(({ error }) => error)).toEqual(['connection']);
  });

  it('duplicate: the same event several times at once', async () => {
    at.sandbox.control.addFault({ kind: 'duplicate', target: 'delivery', copies: 3 });
    at.submit();
    await at.settle();
    expect(at.receiver.received).toHaveLength(4);
    expect(new Set(at.receiver.received.map(({ body }) => body.toString())).size).toBe(1);
    expect(at.sandbox.control.deliveries()[0]!.attempts.map(({ copy }) => copy)).toEqual([true, true, true, false]);
  });

  it('duplicate: the extra copies do not count for the retries', async () => {
    at.sandbox.control.addFault({ kind: 'duplicate', target: 'delivery', copies: 2 });
    at.receiver.answer = () => 500;
    at.submit();
    await at.advance(24 * HOUR);
    expect(at.attemptMinutes()).toEqual([0, 0, 0, 5, 15, 35, 95, 215, 395, 635]);
  });

  it('out of order: a later submission overtakes', async () => {
    at.sandbox.control.addFault({ kind: 'out_of_order', target: 'delivery', holdSeconds: 90 });
    const [first] = at.submit();
    await at.advance(10);
    const [second] = at.submit();
    await at.advance(120);
    expect(at.receiver.events.map(({ form_response }) => form_response.token)).toEqual([second!.token, first!.token]);
  });

  it('garbage: bytes that are no JSON, signed all the same', async () => {
    at.sandbox.control.addFault({ kind: 'garbage', target: 'delivery' });
    at.submit();
    await at.settle();
    const { body, headers } = at.receiver.received[0]!;
    expect(() => at.receiver.events).toThrow(SyntaxError);
    expect(headers['typeform-signature']).toBe(`sha256=${createHmac('sha256', SECRET).update(body).digest('base64')}`);
  });

  it('slow: half of the body, a pause, the rest', async () => {
    at.sandbox.control.configure({ deliveryTimeoutMs: 20 });
    at.sandbox.control.addFault({ kind: 'slow', target: 'delivery', delayMs: 60_000 });
    at.submit();
    await at.settle();
    expect(at.sandbox.control.deliveries()[0]!.attempts.map(({ error }) => error)).toEqual(['timeout']);
    expect(at.receiver.received).toHaveLength(0);

    at.sandbox.control.configure({ deliveryTimeoutMs: 30_000 });
    at.sandbox.control.addFault({ kind: 'slow', target: 'delivery', delayMs: 1 });
    await at.advance(5 * MINUTE);
    expect(at.receiver.events).toHaveLength(1);
    expect(at.sandbox.control.deliveries()[0]!.state).toBe('delivered');
  });

  it('only for the webhook that matches', async () => {
    await at.enableWebhook('second', { url: `${at.receiver.url}/second` });
    at.sandbox.control.addFault({ kind: 'status', target: 'delivery', match: `${at.formId}/second` });
    at.submit();
    await at.settle();
    expect(at.sandbox.control.deliveries().map(({ attempts }) => attempts[0]!.status)).toEqual([200, 500]);
  });
});

describe('a clock that runs', () => {
  it('makes the retries by itself', async () => {
    await at.enableWebhook();
    const delivered = new Promise<void>((resolve) => {
      at.receiver.answer = (_, index) => {
        if (index === 2) resolve();
        return index < 2 ? 500 : 200;
      };
    });
    at.submit();
    await at.sandbox.control.setClock({ speed: 100_000 });
    await delivered;
    await at.sandbox.control.setClock({ speed: 0 });
    await at.settle();
    expect(at.attemptMinutes()).toHaveLength(3);
    expect(at.attemptMinutes()[2]).toBeGreaterThanOrEqual(15);
  });
});
