import { randomBytes } from 'node:crypto';
import { weaknessOf } from './key-quality';

describe('weaknessOf', () => {
  it.each([
    ['zeros', Buffer.alloc(32), 'repeats itself'],
    ['one block again and again', Buffer.concat(Array<Buffer>(4).fill(randomBytes(8))), 'repeats itself'],
    ['counting', Buffer.from(Array.from({ length: 32 }, (_, at) => 200 + at)), 'is a sequence'],
    ['counting by sevens', Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7)), 'is a sequence'],
    ['a passphrase', Buffer.from('this is a key that I have typed!'), 'is text that somebody typed'],
    ['hexadecimal digits', Buffer.from(randomBytes(16).toString('hex')), 'is text that somebody typed'],
  ])('names %s', (_, key, weakness) => expect(weaknessOf(key)).toBe(weakness));

  it('finds nothing wrong with random keys', () => {
    for (let run = 0; run < 5_000; run += 1) expect(weaknessOf(randomBytes(32))).toBeNull();
  });
});
