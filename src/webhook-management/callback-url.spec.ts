import { DomainError } from '../core/problem';
import { checkCallbackUrl } from './callback-url';

const rule = { publicUrl: 'https://hooks.example.com/base', production: true, foreignAllowed: false };
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
});
