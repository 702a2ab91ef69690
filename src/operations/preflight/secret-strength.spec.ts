import { randomBytes } from 'node:crypto';
import { ENOUGH_BITS, estimateBits } from './secret-strength';

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
