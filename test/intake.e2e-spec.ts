/** Contract section 3: every case of the webhook endpoints, over HTTP. */
import { gzipSync } from 'node:zlib';
import { seal } from '../src/core/secret-box';
import { sign } from '../src/core/signature';
import { toBody } from './fixtures/typeform-events';
import { askEmail, minutesAgo, newEvent, newId } from './support/events';
import { eventually, startTestApp, TestApp, WEBHOOK_SECRET } from './support/test-app';

const PREVIOUS_SECRET = 'the-previous-signing-secret-0123456789';
const MAX_BYTES = 20_000;
const DAYS = 24 * 60;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    TYPEFORM_WEBHOOK_SECRET_PREVIOUS: PREVIOUS_SECRET,
    WEBHOOK_MAX_PAYLOAD_BYTES: String(MAX_BYTES),
    WEBHOOK_MAX_EVENT_AGE_DAYS: '30',
  });
  // The check of the audit log, begun at the start, logs a line when it ends.
  await eventually(
    () => app.logs.some((line) => line.includes('The audit log is intact')),
    'the audit log was checked',
  );
});
afterAll(() => app.stop());

/** What was logged since, but for the service looking after its forms at Typeform. */
const linesSince = (index: number): string[] => app.logs.slice(index).filter((line) => !line.includes('"Typeform"'));

const stored = async (): Promise<number> => {
  const { rows } = await app.database.pool.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM webhook_event',
  );
  return rows[0]?.count ?? 0;
};
const statusInDatabase = async (eventId: string) => {
  const { rows } = await app.database.pool.query('SELECT status, reason FROM webhook_event WHERE event_id = $1', [
    eventId,
  ]);
  return rows[0] as unknown;
};

/** Checks that a request is refused as a problem document, stores nothing, and leaves one log line without its content. */
async function refused(
  request: () => PromiseLike<{ status: number; headers: object; body: unknown }>,
  status: number,
  code: string,
) {
  const rowsBefore = await stored();
  const linesBefore = app.logs.length;
  const answer = (await request()) as {
    status: number;
    headers: Record<string, string>;
    body: Record<string, unknown>;
  };
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status, code, requestId: answer.headers['x-request-id'] });
  expect(JSON.stringify(answer.body)).not.toMatch(/ at |node_modules|example\.com/);
  expect(await stored()).toBe(rowsBefore);
  const lines = linesSince(linesBefore);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/example\.com|sha256=|node_modules/);
  return answer;
}

describe('signature', () => {
  const event = newEvent({ questions: [askEmail('signature@example.com')] });
  const body = toBody(event);
  const good = sign(WEBHOOK_SECRET, body);
  const send = (bytes: Buffer, signature: string | undefined) => {
    const request = app.http.post('/webhooks/typeform').set('content-type', 'application/json');
    if (signature !== undefined) void request.set('typeform-signature', signature);
    return request.serialize((raw: unknown) => raw as string).send(bytes as unknown as string);
  };

  it.each<[string, () => string | undefined]>([
    ['missing', () => undefined],
    ['empty', () => ''],
    ['of another secret', () => sign('another-secret-of-more-than-20', body)],
    ['without its prefix', () => good.slice(7)],
    ['with an upper-case prefix', () => good.replace('sha256', 'SHA256')],
    ['of another algorithm', () => good.replace('sha256', 'sha1')],
    ['in hex', () => `sha256=${Buffer.from(good.slice(7), 'base64').toString('hex')}`],
    ['without padding', () => good.slice(0, -1)],
    ['given twice', () => `${good}, ${good}`],
    ['of 8 kB', () => `sha256=${'A'.repeat(8_000)}`],
    ['of 64 kB', () => `sha256=${'A'.repeat(64_000)}`],
  ])('refuses one that is %s with 401', async (_case, signature) => {
    const before = app.logs.length;
    const answer = await send(body, signature());
    // Node itself refuses headers over 16 kB; whoever refuses, nothing is stored.
    expect([401, 431]).toContain(answer.status);
    expect(linesSince(before).length).toBeLessThanOrEqual(1);
    expect(await statusInDatabase(event.event_id)).toBeUndefined();
  });

  it('refuses as a problem, stores nothing and logs one line', () =>
    refused(() => send(body, sign('another-secret-of-more-than-20', body)), 401, 'invalid_signature'));

  it.each<[string, () => Buffer]>([
    ['one byte', () => Buffer.from(body.toString().replace('form_response', 'form_responsE'))],
    ['white space', () => Buffer.concat([body, Buffer.from(' ')])],
    ['the trailing newline', () => body.subarray(0, -1)],
    [
      'key order',
      () => toBody({ form_response: event.form_response, event_id: event.event_id, event_type: event.event_type }),
    ],
    ['a unicode escape', () => Buffer.from(body.toString().replace('signature@', '\\u0073ignature@'))],
  ])('refuses a body that differs by %s', async (_case, changed) => {
    await send(changed(), good).expect(401);
    expect(await statusInDatabase(event.event_id)).toBeUndefined();
  });

  it('looks at the signature before anything else: an unsigned broken body is 401, not 400', () =>
    refused(() => send(Buffer.from('{"broken'), 'sha256=no'), 401, 'invalid_signature'));

  it('accepts the current and the previous secret', async () => {
    await app.deliver(newEvent()).expect(200);
    await app.deliver(newEvent(), { secret: PREVIOUS_SECRET }).expect(200);
  });
});

describe('the endpoint of one webhook', () => {
  const id = '7f2c1f3e-7d0a-4b52-9f0e-6a2f4c9b1d11';
  const secret = 'secret-of-one-webhook-0123456789abcdef';
  const path = `/webhooks/typeform/${id}`;
  const insert = (
    webhookId: string,
    values: { secret: string; previous?: string; overlapHours?: number; removedHoursAgo?: number },
  ) =>
    app.database.pool.query(
      `INSERT INTO webhook (id, form_id, tag, secret, previous_secret, previous_secret_expires_at, removed_at, created_at, updated_at)
       VALUES ($1, gen_random_uuid()::text, 'onboarding', $2, $3, now() + make_interval(hours => $4), now() - make_interval(hours => $5), now(), now())`,
      [
        webhookId,
        seal(app.config.encryptionKeys, values.secret, webhookId),
        values.previous === undefined ? null : seal(app.config.encryptionKeys, values.previous, webhookId),
        values.overlapHours ?? null,
        values.removedHoursAgo ?? null,
      ],
    );

  it('refuses an unknown webhook with 401, whatever the id looks like', async () => {
    await refused(() => app.deliver(newEvent(), { path }), 401, 'invalid_signature');
    for (const odd of ['1', 'a'.repeat(400), '%00', "'%20OR%201=1--", '..', '.']) {
      const answer = await app.deliver(newEvent(), { path: `/webhooks/typeform/${odd}` });
      expect([401, 400]).toContain(answer.status);
    }
  });

  it('accepts its own secret only, as soon as the webhook is there, and notes where the event came in', async () => {
    await insert(id, { secret });
    await eventually(
      async () => (await app.deliver(newEvent(), { path, secret })).status === 200,
      'the secret is known',
    );
    await app.deliver(newEvent(), { path, secret: WEBHOOK_SECRET }).expect(401);
    await app.deliver(newEvent(), { secret }).expect(401);
    const event = newEvent();
    await app.deliver(event, { path, secret }).expect(200);
    const { body } = await app.admin('get', `/v1/deliveries/${event.event_id}`).expect(200);
    expect(body.webhookId).toBe(id);
  });

  it('accepts the previous secret during the overlap and not after it', async () => {
    const open = '11111111-7d0a-4b52-9f0e-6a2f4c9b1d11';
    const over = '22222222-7d0a-4b52-9f0e-6a2f4c9b1d11';
    const previous = 'previous-secret-of-one-webhook-0123456789';
    await insert(open, { secret, previous, overlapHours: 1 });
    await insert(over, { secret, previous, overlapHours: -1 });
    const at = (webhookId: string) => ({ path: `/webhooks/typeform/${webhookId}` });
    await eventually(
      async () => (await app.deliver(newEvent(), { ...at(over), secret })).status === 200,
      'both are known',
    );
    await app.deliver(newEvent(), { ...at(open), secret }).expect(200);
    await app.deliver(newEvent(), { ...at(open), secret: previous }).expect(200);
    await app.deliver(newEvent(), { ...at(over), secret: previous }).expect(401);
  });

  it('accepts late deliveries of a removed webhook for 24 hours', async () => {
    const late = '33333333-7d0a-4b52-9f0e-6a2f4c9b1d11';
    const gone = '44444444-7d0a-4b52-9f0e-6a2f4c9b1d11';
    await insert(late, { secret, removedHoursAgo: 23 });
    await insert(gone, { secret, removedHoursAgo: 25 });
    const options = { path: `/webhooks/typeform/${late}`, secret };
    await eventually(
      async () => (await app.deliver(newEvent(), options)).status === 200,
      'the removed webhook is known',
    );
    await app.deliver(newEvent(), { path: `/webhooks/typeform/${gone}`, secret }).expect(401);
  });
});

describe('what was signed but is no event', () => {
  const { event_id, event_type, form_response } = newEvent();
  it.each<[string, Buffer | object]>([
    ['no JSON', Buffer.from('hello')],
    ['cut JSON', Buffer.from('{"event_id":"1"')],
    ['an empty body', Buffer.from('')],
    ['an array', Buffer.from('[]')],
    ['null', Buffer.from('null')],
    ['no event_id', { event_type, form_response }],
    ['no event_type', { event_id, form_response }],
    ['no form_response', { event_id, event_type }],
    ['no form_id', { event_id, event_type, form_response: { ...form_response, form_id: undefined } }],
    ['no token', { event_id, event_type, form_response: { ...form_response, token: undefined } }],
    ['ids of the wrong type', { event_id: [event_id], event_type, form_response }],
    [
      'a byte order mark',
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), toBody({ event_id, event_type, form_response })]),
    ],
    ['UTF-16', Buffer.from('\ufeff{"event_id":"1"}', 'utf16le')],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['10,000 nested arrays', Buffer.from('['.repeat(9_000) + ']'.repeat(9_000))],
    ['gzip', gzipSync(toBody({ event_id, event_type, form_response }))],
  ])('refuses %s with 400', (_case, body) => refused(() => app.deliver(body), 400, 'invalid_event'));
});

describe('size, type and method', () => {
  it('refuses a body over the limit with 413, with a length and in chunks, and takes one at the limit', async () => {
    const padded = (bytes: number) => {
      const event = newEvent();
      const base = toBody(event).length;
      return toBody({ ...event, padding: 'x'.repeat(bytes - base - ',"padding":""'.length) });
    };
    expect(padded(MAX_BYTES)).toHaveLength(MAX_BYTES);
    await app.deliver(padded(MAX_BYTES)).expect(200);
    await refused(() => app.deliver(padded(MAX_BYTES + 1)), 413, 'payload_too_large');
    const body = padded(MAX_BYTES + 1);
    const chunked = await fetch(`${app.url}/webhooks/typeform`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'typeform-signature': sign(WEBHOOK_SECRET, body) },
      body: new ReadableStream({
        start: (controller) => {
          controller.enqueue(new Uint8Array(body.subarray(0, 10_000)));
          controller.enqueue(new Uint8Array(body.subarray(10_000)));
          controller.close();
        },
      }),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    '',
  ])('refuses content type %p with 415 before it looks at anything', (type) =>
    refused(() => app.deliver(newEvent(), { headers: { 'content-type': type } }), 415, 'unsupported_media_type'),
  );

  it('takes JSON with a charset', () =>
    app.deliver(newEvent(), { headers: { 'content-type': 'application/json; charset=utf-8' } }).expect(200));

  it.each(['get', 'put', 'patch', 'delete', 'options', 'head'] as const)(
    'refuses %s with 405 and Allow: POST',
    async (method) => {
      const answer = await app.http[method]('/webhooks/typeform');
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('POST');
    },
  );
});

describe('many events at once', () => {
  it('are committed in halves, so that one half is answered while the other is written', async () => {
    // What is quarantined is not processed, so its rows still tell which transaction stored them.
    const old = { formId: 'crowd', submittedAt: minutesAgo(31 * DAYS) };
    const holder = await app.database.pool.connect();
    const waitingCommits = async (): Promise<string | undefined> =>
      /^onboarding_inbox_waiting_commits (\d+)$/m.exec((await app.http.get('/metrics')).text)?.[1];
    try {
      await holder.query('BEGIN; LOCK TABLE webhook_event IN EXCLUSIVE MODE');
      const first = app.deliver(newEvent(old)).then(({ status }) => status);
      const blocked = `SELECT FROM pg_stat_activity WHERE application_name = 'typeform-onboarding-intake'
                         AND datname = current_database() AND wait_event_type = 'Lock'`;
      await eventually(
        async () => (await app.database.pool.query(blocked)).rows.length === 1,
        'the first insert waits',
      );
      const others = Array.from({ length: 100 }, () => app.deliver(newEvent(old)).then(({ status }) => status));
      await eventually(async () => (await waitingCommits()) === '100', 'the others wait');
      await holder.query('COMMIT');
      expect(await Promise.all([first, ...others])).toEqual(Array(101).fill(200));
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    const { rows } = await app.database.pool.query<{ size: number }>(
      "SELECT count(*)::integer AS size FROM webhook_event WHERE form_id = 'crowd' GROUP BY xmin ORDER BY 1 DESC",
    );
    // Half of 100; of the other 50 as many as are not divided; the rest.
    expect(rows.map(({ size }) => size)).toEqual([50, 32, 18, 1]);
  });

  it('keep their ids whatever these are made of', async () => {
    const ids = ['NULL', '{"a",b}', '\\\\n', '\u2028', " '); -- ", '😀'];
    const events = ids.map((id, index) => newEvent({ eventId: `odd ${id}`, token: id, formId: `odd-${index}` }));
    const answers = await Promise.all(events.map((event) => app.deliver(event)));
    expect(answers.map(({ body }) => body as unknown)).toEqual(
      ids.map((id) => ({ status: 'accepted', eventId: `odd ${id}` })),
    );
    const { rows } = await app.database.pool.query<{ token: string }>(
      "SELECT token FROM webhook_event WHERE event_id = 'odd ' || token AND form_id LIKE 'odd-%' ORDER BY form_id",
    );
    expect(rows.map(({ token }) => token)).toEqual(ids);
  });
});

describe('the same event again', () => {
  it('is a duplicate, stored once and counted', async () => {
    const event = newEvent();
    expect((await app.deliver(event)).body).toEqual({ status: 'accepted', eventId: event.event_id });
    expect((await app.deliver(event)).body).toEqual({ status: 'duplicate', eventId: event.event_id });
    await eventually(async () => {
      const { body } = await app.admin('get', `/v1/deliveries?token=${String(event.form_response.token)}`).expect(200);
      return body.items.length === 1 && body.items[0].duplicates === 1;
    }, 'one event with one duplicate');
  });

  it('is one row and one response when 200 arrive in parallel', async () => {
    const event = newEvent({ formId: 'parallel' });
    const answers = await Promise.all(Array.from({ length: 200 }, () => app.deliver(event)));
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200));
    expect(answers.filter(({ body }) => body.status === 'accepted')).toHaveLength(1);
    expect(answers.filter(({ body }) => body.status === 'duplicate')).toHaveLength(199);
    await app.settled();
    // What the processor held is counted a moment after it has let go.
    await eventually(async () => {
      const { body } = await app.admin('get', '/v1/deliveries?formId=parallel').expect(200);
      return body.items.length === 1 && body.items[0].eventId === event.event_id && body.items[0].duplicates === 199;
    }, 'one event with 199 duplicates');
    const { body: responses } = await app.admin('get', '/v1/responses?formId=parallel').expect(200);
    expect(responses.items).toHaveLength(1);
  });

  it('keeps another body under the same id beside it, unprocessed', async () => {
    const event = newEvent({ formId: 'conflict', questions: [askEmail('first@example.com')] });
    const other = {
      ...newEvent({ formId: 'conflict', questions: [askEmail('second@example.com')] }),
      event_id: event.event_id,
    };
    await app.deliver(event).expect(200);
    expect((await app.deliver(other)).body.status).toBe('duplicate');
    expect((await app.deliver(other)).body.status).toBe('duplicate');
    await app.settled();
    const { body } = await app.admin('get', '/v1/deliveries?formId=conflict&status=quarantined').expect(200);
    expect(body.items).toMatchObject([{ status: 'quarantined', reason: 'event_id_conflict' }]);
    const { body: clients } = await app.admin('get', '/v1/clients?email=second@example.com').expect(200);
    expect(clients.items).toEqual([]);
  });
});

describe('age', () => {
  it.each([
    ['older than the limit', minutesAgo(31 * DAYS), 'quarantined', 'too_old'],
    ['within the limit', minutesAgo(29 * DAYS), 'accepted', null],
    ['11 hours late, as a retry may be', minutesAgo(11 * 60), 'accepted', null],
    ['11 minutes in the future', minutesAgo(-11), 'quarantined', 'in_the_future'],
    ['9 minutes in the future', minutesAgo(-9), 'accepted', null],
  ])('an event that is %s is %s', async (_case, submittedAt, status, reason) => {
    const event = newEvent({ submittedAt });
    expect((await app.deliver(event)).body).toEqual({ status, eventId: event.event_id });
    await app.settled();
    expect(await statusInDatabase(event.event_id)).toEqual({
      status: status === 'accepted' ? 'processed' : status,
      reason,
    });
    expect((await app.deliver(event)).body.status).toBe('duplicate');
  });

  it('processes a quarantined event once an operator replays it', async () => {
    const event = newEvent({ submittedAt: minutesAgo(40 * DAYS), formId: 'oldform' });
    await app.deliver(event).expect(200);
    await app.admin('post', `/v1/deliveries/${event.event_id}/replay`).expect(200, { matched: 1, queued: 1 });
    await app.settled();
    expect(await statusInDatabase(event.event_id)).toEqual({ status: 'processed', reason: null });
  });
});

describe('X-Request-Id', () => {
  it('is taken over when it is harmless and made up otherwise', async () => {
    const id = `test-${newId()}`;
    const ok = await app.deliver(newEvent(), { headers: { 'x-request-id': id } });
    expect(ok.headers['x-request-id']).toBe(id);
    const made = await app.deliver(newEvent(), { headers: { 'x-request-id': 'a b"c' } });
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});
