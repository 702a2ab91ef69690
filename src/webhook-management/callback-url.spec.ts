import { DomainError } from '../core/problem';
import { checkCallbackUrl, endpointUrl } from './callback-url';

const rule = {
  publicUrl: 'https://hooks.example.com/base',
  production: true,
  foreignAllowed: false,
  realAccount: false,
};
const check =
  (url: string, changes: Partial<typeof rule> = {}) =>
  () =>
    checkCallbackUrl(url, { ...rule, ...changes });

describe('checkCallbackUrl', () => {
  it('takes what is below PUBLIC_URL', () => {
    expect(check('https://hooks.example.com/base/webhooks/typeform/1')).not.toThrow();
    expect(check('https://hooks.example.com/base/x?y=1')).not.toThrow();
  });

  it.each([
    'not a url',
    '/webhooks',
    'http://hooks.example.com/base/x',
    'ftp://hooks.example.com/base/x',
    'javascript:alert(1)',
    'https://user:pw@hooks.example.com/base/x',
    'https://hooks.example.com/base/x#y',
    'https://hooks.example.com/basement',
    'https://hooks.example.com/base/../x',
    'https://hooks.example.com.evil.example/base/x',
    'https://hooks.example.com:8443/base/x',
    'https://127.0.0.1/base/x',
  ])('refuses %s', (url) => {
    expect(check(url)).toThrow(DomainError);
  });

  it('takes another https address only when that is said on purpose, and plain http never', () => {
    expect(check('https://other.example.com/x', { foreignAllowed: true })).not.toThrow();
    expect(check('http://other.example.com/x', { foreignAllowed: true })).toThrow();
    expect(check('http://127.0.0.1:3000/x', { foreignAllowed: true })).toThrow();
  });

  it('takes loopback http outside production', () => {
    const local = { publicUrl: 'http://127.0.0.1:3000', production: false };
    expect(check('http://127.0.0.1:3000/webhooks/typeform/1', local)).not.toThrow();
    expect(check('http://192.168.0.1:3000/webhooks', { ...local, foreignAllowed: true })).toThrow();
  });

  it.each([
    ['https://hooks.example.com/base/x\\@evil.example', 'https://hooks.example.com/base/x/@evil.example'],
    [' https://HOOKS.example.com:443/base/./x ', 'https://hooks.example.com/base/x'],
  ])('returns what it has checked: %j', (url, href) => expect(check(url)()).toBe(href));

  it.each(['\r\n', '\t', '\n', '\u0000', '\u007f'])(
    'refuses %j, which parsers drop or read differently',
    (character) => {
      for (const url of [
        `https://hooks.example.com/ba${character}se/x`,
        `https://hooks.example.com/base/x${character}`,
      ]) {
        expect(check(url)).toThrow(
          expect.objectContaining({
            errors: [{ path: 'url', message: expect.stringContaining('control characters') }],
          }),
        );
      }
    },
  );

  it('takes no address that a real account cannot reach', () => {
    const real = { realAccount: true, foreignAllowed: true };
    for (const host of ['127.0.0.1', '10.0.0.1', '[fd00::1]', 'onboarding.internal'])
      expect(check(`https://${host}/x`, real)).toThrow(DomainError);
    expect(check('https://other.example.com/x', real)).not.toThrow();
  });

  it('gives endpoints in normal form', () => {
    expect(endpointUrl('https://Hooks.Example.com:443/base', '1')).toBe(
      'https://hooks.example.com/base/webhooks/typeform/1',
    );
  });
});
