/** Forged, damaged and cleverly written signatures, over HTTP. What test/intake.e2e-spec.ts holds is not repeated here. */
import crypto from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { sign } from '../../src/core/signature';
import { toBody } from '../fixtures/typeform-events';
import { askEmail, newEvent } from '../support/events';
import { isAnswered, sendRaw, statusesIn } from '../support/raw-http';
import { startTestApp, TestApp, WEBHOOK_SECRET } from '../support/test-app';

const PREVIOUS_SECRET = 'the-previous-signing-secret-0123456789';
const OTHER_SECRET = 'a-secret-that-signs-nothing-here';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ TYPEFORM_WEBHOOK_SECRET_PREVIOUS: PREVIOUS_SECRET });
});
afterAll(() => app.stop());

const stored = async (eventId: string): Promise<boolean> =>
  (await app.database.pool.query('SELECT FROM webhook_event WHERE event_id = $1', [eventId])).rowCount === 1;

/** Sends a webhook with these header lines beside those that every request has, and reads the answer. */
const send = (body: Buffer, headers: string): Promise<string> => {
  const head = `POST /webhooks/typeform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  return sendRaw(app.url, Buffer.concat([Buffer.from(`${head}${headers}\r\n`, 'latin1'), body]), isAnswered);
};

describe('a signature header is refused', () => {
  const event = newEvent();
  const body = toBody(event);
  const digest = Buffer.from(sign(WEBHOOK_SECRET, body).slice('sha256='.length), 'base64');
  const md5 = crypto.createHmac('md5', WEBHOOK_SECRET).update(body).digest('base64');
  const base64url = digest.toString('base64url');

  it.each<[string, string]>([
    ['blanks only', '   '],
    ['another algorithm, md5', `md5=${md5}`],
    ['md5 under the right name', `sha256=${md5}`],
    ['the base64url alphabet', `sha256=${base64url.replace(/.$/, '-')}=`],
    ['31 bytes', `sha256=${digest.subarray(0, 31).toString('base64')}`],
    ['33 bytes', `sha256=${Buffer.concat([digest, Buffer.from([0])]).toString('base64')}`],
    ['the digest and something behind it', `sha256=${digest.toString('base64')}x`],
    ['the digest in quotes', `"sha256=${digest.toString('base64')}"`],
    ['a version before the digest, as others sign', `v1,${digest.toString('base64')}`],
    ['the digest of the empty body', sign(WEBHOOK_SECRET, Buffer.alloc(0))],
    ['the digest with the empty secret', sign('', body)],
  ])('that is %s', async (_what, header) => {
    expect(statusesIn(await send(body, `Typeform-Signature: ${header}\r\n`))).toEqual([401]);
    expect(await stored(event.event_id)).toBe(false);
  });

  it('that comes twice, whichever is the good one, and whatever the spelling of its name', async () => {
    const [good, bad] = [sign(WEBHOOK_SECRET, body), sign(OTHER_SECRET, body)];
    for (const [first, second] of [
      [good, bad],
      [bad, good],
      [good, good],
    ]) {
      const twice = `Typeform-Signature: ${first}\r\nTYPEFORM-SIGNATURE: ${second}\r\n`;
      expect(statusesIn(await send(body, twice))).toEqual([401]);
    }
    expect(await stored(event.event_id)).toBe(false);
  });

  it.each<[string, string]>([
    ['a NUL character', 'Typeform-Signature: sha256=\x00forged-line\r\n'],
    ['bytes beyond ASCII', 'Typeform-Signature: sha256=\xff\xfeforged-line\r\n'],
    ['a line break and a line of its own', 'Typeform-Signature: sha256=a\nforged-line: {"level":"error"}\r\n'],
    ['a colour for terminals', 'Typeform-Signature: \x1b[31mforged-line\r\n'],
  ])('that holds %s, and nothing of it is in the log', async (_what, header) => {
    expect([400, 401]).toContain(statusesIn(await send(body, header))[0]);
    expect(await stored(event.event_id)).toBe(false);
    expect(app.logs.join('\n')).not.toContain('forged-line');
  });
});

describe('what was signed is the bytes', () => {
  it('a signature over the same JSON written anew is none of what was sent, and the other way round', async () => {
    const event = newEvent({ questions: [askEmail('rewritten@example.com')] });
    const sent = Buffer.from(JSON.stringify(event, null, 2));
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(sent.toString()) as object));
    await app.deliver(sent, { headers: { 'typeform-signature': sign(WEBHOOK_SECRET, rewritten) } }).expect(401);
    await app.deliver(rewritten, { headers: { 'typeform-signature': sign(WEBHOOK_SECRET, sent) } }).expect(401);
    expect(await stored(event.event_id)).toBe(false);
    await app.deliver(sent).expect(200);
  });

  const compressed = newEvent();
  /** Sixteen megabytes of blanks in a few kilobytes. */
  const bomb = gzipSync(Buffer.concat([toBody(compressed), Buffer.alloc(16 * 1024 * 1024, 0x20)]));

  it.each(['gzip', 'deflate', 'br', 'x-gzip, identity'])(
    'a body that says it is compressed (%s) is refused unread, validly signed or not',
    async (encoding) => {
      for (const secret of [WEBHOOK_SECRET, OTHER_SECRET]) {
        await app.deliver(bomb, { secret, headers: { 'content-encoding': encoding } }).expect(415);
      }
      expect(await stored(compressed.event_id)).toBe(false);
    },
  );

  it('a compressed body that does not say so is the bytes it is: no JSON', async () => {
    await app.deliver(bomb).expect(400);
    expect(await stored(compressed.event_id)).toBe(false);
  });
});

describe('the comparison', () => {
  it('looks at the whole digest of every secret, wherever the first difference is and whichever secret fits', async () => {
    const body = toBody(newEvent());
    const good = sign(WEBHOOK_SECRET, body);
    const previous = sign(PREVIOUS_SECRET, body);
    const changedAt = (place: number): string =>
      `${good.slice(0, place)}${good[place] === 'A' ? 'B' : 'A'}${good.slice(place + 1)}`;
    const compared = jest.spyOn(crypto, 'timingSafeEqual');
    try {
      const lengths: number[][] = [];
      for (const header of [changedAt(7), changedAt(28), changedAt(48), good, previous]) {
        compared.mockClear();
        await app.deliver(body, { headers: { 'typeform-signature': header } });
        const ofSignatures = compared.mock.calls.filter(([, given]) =>
          Buffer.from(given as Buffer).equals(Buffer.from(header)),
        );
        lengths.push(ofSignatures.map(([expected, given]) => expected.byteLength - given.byteLength));
      }
      // One comparison of equally long texts for each of the two secrets, in every case.
      expect(lengths).toEqual(Array(5).fill([0, 0]));
    } finally {
      compared.mockRestore();
    }
  });
});
