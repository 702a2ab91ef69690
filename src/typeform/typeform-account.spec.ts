import { inspect } from 'node:util';
import { TypeformAccount } from './typeform-account';

const apiKey = 'tfp_secretsecretsecret';

it('shows its key to nobody who prints or serialises it', () => {
  const account = new TypeformAccount({ baseUrl: 'https://api.typeform.com', apiKey }, { loopback: false });
  expect(`${JSON.stringify(account)} ${inspect({ account }, { depth: 9, showHidden: true })}`).not.toContain(apiKey);
  expect(account.apiKey).toBe(apiKey);
});

it('goes nowhere but to Typeform', () => {
  const at = (baseUrl: string) => () => new TypeformAccount({ baseUrl, apiKey }, { loopback: false });
  expect(at('https://example.com')).toThrow('TYPEFORM_API_BASE_URL');
  expect(at('http://127.0.0.1:3001')).toThrow('TYPEFORM_API_BASE_URL');
});
