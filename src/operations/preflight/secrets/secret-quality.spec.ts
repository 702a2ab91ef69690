import { createHash, randomBytes } from 'node:crypto';
import { ENOUGH_BITS, estimateBits, leftDefaults, weaknessOf } from './secret-quality';

describe('estimateBits', () => {
  it.each([
    ['one character', 'a'.repeat(64), 5],
    ['a repeated word', 'password'.repeat(5), 20],
    ['a repeated word cut short', `${'hunter2!'.repeat(4)}hun`, 30],
    ['a sequence', 'abcdefghijklmnopqrstuvwxyz0123456789', 25],
    ['digits in order, again and again', '0123456789'.repeat(4), 20],
    ['words', 'correct horse battery staple once more', 70],
    ['words with hyphens', 'my-super-secret-webhook-key-for-production', 80],
    ['words and a year', 'typeform-onboarding-webhook-secret-2026', 75],
    ['words in camel case', 'MyVerySecretWebhookSigningKeyForOnboarding', 90],
    ['nothing', '', 0],
  ])('gives little for %s', (_, secret, atMost) => expect(estimateBits(secret)).toBeLessThanOrEqual(atMost));

  it.each([
    ['16 bytes in hexadecimal', 16, 'hex'],
    ['24 bytes in base64', 24, 'base64'],
    ['32 bytes in base64url', 32, 'base64url'],
  ] as const)('gives enough for %s, whatever they are', (_, bytes, encoding) => {
    const estimates = Array.from({ length: 2_000 }, () => estimateBits(randomBytes(bytes).toString(encoding)));
    // Chance may make a random secret look poor, but not more often than once in a hundred.
    expect(estimates.filter((bits) => bits < ENOUGH_BITS).length).toBeLessThan(20);
  });

  it('never claims more than the characters can hold', () => {
    for (let bytes = 1; bytes < 64; bytes += 1) {
      expect(estimateBits(randomBytes(bytes).toString('hex'))).toBeLessThanOrEqual(bytes * 8 + 1e-9);
    }
  });
});

describe('weaknessOf', () => {
  it.each([
    ['zeros', Buffer.alloc(32), 'repeats itself'],
    ['one block again and again', Buffer.concat(Array<Buffer>(4).fill(randomBytes(8))), 'repeats itself'],
    ['counting', Buffer.from(Array.from({ length: 32 }, (_, at) => 200 + at)), 'is a sequence'],
    ['counting by sevens', Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7)), 'is a sequence'],
    ['a passphrase', Buffer.from('this is a key that I have typed!'), 'is typed text, not random bytes'],
    ['hexadecimal digits', Buffer.from(randomBytes(16).toString('hex')), 'is typed text, not random bytes'],
  ])('names %s', (_, key, weakness) => expect(weaknessOf(key)).toBe(weakness));

  it('finds nothing wrong with random keys', () => {
    for (let run = 0; run < 5_000; run += 1) expect(weaknessOf(randomBytes(32))).toBeNull();
  });
});

describe('leftDefaults', () => {
  const found = (value: string) => leftDefaults([{ name: 'KEY', value }], []);

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
