import { isAllowedApiUrl } from './typeform-hosts';

describe('isAllowedApiUrl', () => {
  it.each(['https://api.typeform.com', 'https://api.eu.typeform.com', 'https://api.typeform.eu'])('takes %s', (url) =>
    expect(isAllowedApiUrl(url, { loopback: false })).toBe(true),
  );

  it.each([
    'http://api.typeform.com',
    'https://api.typeform.com:8443',
    'https://api.typeform.com/v2',
    'https://api.typeform.com.example.com',
    'https://apiXtypeform.com',
    'https://example.com#api.typeform.com',
    'https://10.0.0.1',
    'file:///api.typeform.com',
    'nonsense',
  ])('refuses %s', (url) => expect(isAllowedApiUrl(url, { loopback: true })).toBe(false));

  it.each(['http://127.0.0.1:3001', 'http://localhost:1', 'http://[::1]:3001'])('takes %s only where allowed', (url) =>
    expect([true, false].map((loopback) => isAllowedApiUrl(url, { loopback }))).toEqual([true, false]),
  );
});
