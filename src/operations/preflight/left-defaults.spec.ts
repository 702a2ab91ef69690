import { createHash, randomBytes } from 'node:crypto';
import { leftDefaults } from './left-defaults';

const found = (value: string) => leftDefaults([{ name: 'KEY', value }], []);

describe('leftDefaults', () => {
  it.each([
    'changeme',
    'change-me-please-0123456789-0123456789',
    'tfp_0123456789_example',
    'process-test-signing-secret-0123456789',
    'test-admin-key-0123456789-0123456789-0123',
    'your-secret-here-0123456789',
    'a-dummy-0123456789',
    '<paste the secret here>',
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'postgres',
    'Password',
  ])('finds %j', (value) => expect(found(value)).toEqual(['KEY is an example or a placeholder']));

  it('finds the key of the sandbox, generated keys and one value in two places', () => {
    const generated = randomBytes(32).toString('base64url');
    const secrets = ['tfp_sandbox_key', generated, generated].map((value, at) => ({ name: `KEY${at}`, value }));
    expect(leftDefaults(secrets, [generated])).toEqual([
      'KEY0 is the key of the sandbox',
      'KEY1 was generated for development',
      'KEY2 was generated for development',
      'KEY2 is the same as KEY1',
    ]);
  });

  it('finds nothing in random values', () => {
    for (let run = 0; run < 20_000; run += 1) {
      // The same ones each time.
      const bytes = createHash('sha256').update(String(run)).digest();
      expect([bytes.toString('base64'), bytes.toString('base64url')].flatMap(found)).toEqual([]);
    }
  });
});
