import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { sign, verifySignature } from './signature';

const secret = 'a-signing-secret-of-32-characters';
const body = Buffer.from('{"event_id":"01","note":"caf\u00e9"}\n');
const good = sign(secret, body);
const digest = createHmac('sha256', secret).update(body).digest();

describe('verifySignature', () => {
  it('accepts the signature of the exact bytes', () => {
    expect(verifySignature(good, body, [secret])).toEqual({ ok: true, body });
  });

  it('accepts the previous secret during a rotation, in any position', () => {
    expect(verifySignature(good, body, ['another-secret-of-20-chars', secret]).ok).toBe(true);
    expect(verifySignature(good, body, [secret, 'another-secret-of-20-chars']).ok).toBe(true);
  });

  it.each([
    ['no header', undefined, 'missing'],
    ['an empty header', '', 'missing'],
    ['a header that occurs twice', [good, good], 'malformed'],
    ['white space', '   ', 'malformed'],
    ['no prefix', digest.toString('base64'), 'malformed'],
    ['an upper-case prefix', good.replace('sha256', 'SHA256'), 'malformed'],
    ['another algorithm', good.replace('sha256', 'sha1'), 'malformed'],
    ['a hex digest', `sha256=${digest.toString('hex')}`, 'malformed'],
    ['base64 without padding', good.slice(0, -1), 'malformed'],
    ['the base64url alphabet', `sha256=${'-_'.repeat(21)}a=`, 'malformed'],
    ['31 bytes', `sha256=${digest.subarray(0, 31).toString('base64')}`, 'malformed'],
    ['33 bytes', `sha256=${Buffer.concat([digest, digest.subarray(0, 1)]).toString('base64')}`, 'malformed'],
    ['trailing garbage', `${good}x`, 'malformed'],
    ['a second value', `${good}, ${good}`, 'malformed'],
    ['a line break', `${good}\n`, 'malformed'],
    ['64 kB', `sha256=${'A'.repeat(65_536)}`, 'malformed'],
    ['another secret', sign('another-secret-of-20-chars', body), 'mismatch'],
  ] as const)('refuses %s', (_case, header, reason) => {
    expect(verifySignature(header as string, body, [secret])).toEqual({ ok: false, reason });
  });

  it('refuses a second spelling of the same digest (base64 slack bits)', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = good.at(-2) ?? '';
    const twin = `${good.slice(0, -2)}${alphabet[alphabet.indexOf(last) + 1] ?? ''}=`;
    expect(Buffer.from(twin.slice(7), 'base64')).toEqual(digest);
    expect(verifySignature(twin, body, [secret]).ok).toBe(false);
  });

  it('fails closed without a secret, and with an empty one', () => {
    expect(verifySignature(good, body, []).ok).toBe(false);
    expect(verifySignature(sign('', body), body, ['']).ok).toBe(false);
  });

  it('refuses the body once a single byte differs', () => {
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, xor) => {
        const changed = Buffer.from(body);
        changed[at] = (changed[at] ?? 0) ^ xor;
        return !verifySignature(good, changed, [secret]).ok;
      }),
    );
  });

  it('never throws and never accepts random headers and bodies', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (header, bytes) => {
        return !verifySignature(header, Buffer.from(bytes), [secret]).ok;
      }),
    );
  });
});
