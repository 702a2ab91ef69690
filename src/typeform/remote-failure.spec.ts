import fc from 'fast-check';
import { statusOf } from '../core/problem';
import { notSentInTime, connectionFailed, refusal, timedOut, unexpectedAnswer } from './remote-failure';

const KEY = 'tfp_secretsecretsecret';
const refused = (status: number, body: unknown = undefined) => refusal('put_webhook', { status, body }, KEY);

describe('refusal', () => {
  it.each([
    [400, 'refused'],
    [401, 'unauthorized'],
    [402, 'refused'],
    [403, 'unauthorized'],
    [404, 'not_found'],
    [405, 'refused'],
    [409, 'refused'],
    [429, 'rate_limited'],
    [302, 'redirect'],
    [500, 'server_error'],
    [503, 'server_error'],
  ])('maps %i to %s, a 502', (status, failure) => {
    const error = refused(status);
    expect(error).toMatchObject({
      code: 'typeform_error',
      failure,
      remoteStatus: status,
      remoteCode: `HTTP_${status}`,
    });
    expect(statusOf(error.code)).toBe(502);
    expect(error.message).toContain(String(status));
  });

  it("passes on Typeform's code and description, with the fields that are wrong", () => {
    const details = [{ code: 'INVALID', description: 'must be a URL', field: 'url', in: 'body' }];
    const error = refused(400, { code: 'VALIDATION_ERROR', description: 'There were errors', details, help: 'x' });
    expect(error.remoteCode).toBe('VALIDATION_ERROR');
    expect(error.message).toContain('400 VALIDATION_ERROR: There were errors; url: must be a URL');
  });

  it('says of an unknown form what is true for an account and for the sandbox, which has no TYPEFORM_API_KEY', () => {
    const { message } = refused(404, { code: 'NOT_FOUND' });
    expect(message).toMatch(/404 NOT_FOUND\): check the form id; .* deleted, or belong to another account$/);
    expect(message).not.toContain('TYPEFORM_API_KEY');
  });

  it('names the scope that the operation needs', () => {
    expect(refused(403, { code: 'FORBIDDEN' }).message).toContain('webhooks:write');
  });

  it('carries Retry-After', () => {
    const error = refusal('get_form', { status: 429, retryAfterSeconds: 3, body: undefined }, KEY);
    expect(error.retryAfterSeconds).toBe(3);
  });

  it('cuts out the key and everything that looks like one, and control characters', () => {
    const description = `bad ${KEY} \u001b[31m\r\n\u202e tfp_other.key-1 Bearer abc.def`;
    const { message } = refused(401, { code: KEY, description });
    expect(message).not.toMatch(/secret|other\.key|abc\.def|[\r\n\u001b\u202e]/);
  });

  it('says little and never fails, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (body, text) => {
        for (const given of [body, { code: text, description: text + 'x'.repeat(1000), details: body }]) {
          expect(refused(500, given).message.length).toBeLessThan(600);
          expect(refused(500, given).remoteCode).toMatch(/^[A-Z][A-Z0-9_]{0,63}$/);
        }
      }),
    );
  });
});

describe('no answer', () => {
  it('is a 504', () => {
    expect(timedOut(30_000)).toMatchObject({ code: 'typeform_timeout', failure: 'timeout', remoteStatus: null });
    expect(statusOf(timedOut(30_000).code)).toBe(504);
    const error = new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) });
    expect(connectionFailed(error)).toMatchObject({ failure: 'network_error', remoteCode: 'ECONNREFUSED' });
    expect(connectionFailed(new TypeError('x')).remoteCode).toBe('NETWORK_ERROR');
  });

  it('blames the network only if there was time to reach Typeform', () => {
    expect(notSentInTime(1_990).message).toMatch(/within 1.99 s: check the network/);
    expect(notSentInTime(30).message).toMatch(/^the call's turn ran out before it was sent/);
  });
});

it('an answer that makes no sense is a 502', () => {
  expect(unexpectedAnswer(200, 'it is not JSON')).toMatchObject({
    code: 'typeform_error',
    failure: 'unexpected_answer',
    remoteStatus: 200,
  });
});
