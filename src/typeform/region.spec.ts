import { requireRegion } from './region';

const us = 'https://api.typeform.com';
const at = (base: string): string => `${base}/forms/abc123/responses`;

describe('requireRegion', () => {
  it.each([
    ['the same host', at(us), us],
    ['an EU form at the EU host', at('https://api.typeform.eu'), 'https://api.typeform.eu'],
    ['a form without the link', null, us],
    ['a link that is none', 'responses', us],
    ['a host that is no API', at('https://example.com'), us],
    ['a sandbox', at('http://127.0.0.1:3001'), 'http://127.0.0.1:3001'],
  ])('passes %s', (_, link, base) => expect(() => requireRegion(link, base)).not.toThrow());

  it.each([
    [at('https://api.typeform.eu'), us, 'TYPEFORM_API_BASE_URL=https://api.typeform.eu'],
    [at('https://api.eu.typeform.com'), us, 'TYPEFORM_API_BASE_URL=https://api.eu.typeform.com'],
    [at(us), 'https://api.typeform.eu', 'TYPEFORM_API_BASE_URL=https://api.typeform.com'],
    [at('http://localhost:3001'), 'http://127.0.0.1:3001', 'TYPEFORM_API_BASE_URL=http://localhost:3001'],
  ])('refuses %s on %s', (link, base, remedy) => {
    expect(() => requireRegion(link, base)).toThrow(
      expect.objectContaining({
        code: 'typeform_error',
        remoteCode: 'WRONG_REGION',
        message: expect.stringContaining(remedy),
      }),
    );
  });
});
