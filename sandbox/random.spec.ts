import fc from 'fast-check';
import { Random } from './random';

const sequence = (random: Random) => Array.from({ length: 20 }, () => random.next());

describe('Random', () => {
  it('gives the same sequence for the same seed and another one for another', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(sequence(new Random('x', a))).toEqual(sequence(new Random('x', a)));
        if (a !== b) expect(sequence(new Random('x', a))).not.toEqual(sequence(new Random('x', b)));
      }),
    );
  });

  it('begins again when restarted', () => {
    const random = new Random('again');
    const first = sequence(random);
    random.restart();
    expect(sequence(random)).toEqual(first);
  });

  it('keeps seed parts apart', () => {
    expect(sequence(new Random('ab', 'c'))).not.toEqual(sequence(new Random('a', 'bc')));
  });

  it('stays within the bounds and reaches both', () => {
    const random = new Random('bounds');
    const drawn = new Set(Array.from({ length: 300 }, () => random.integer(3, 6)));
    expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
  });

  it('shuffles without losing or inventing anything', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
        const byValue = (a: number, b: number) => a - b;
        expect(new Random(seed).shuffle(items).sort(byValue)).toEqual([...items].sort(byValue));
      }),
    );
    const numbers = Array.from({ length: 30 }, (_, i) => i);
    expect(new Random('order').shuffle(numbers)).not.toEqual(numbers);
  });

  it('makes ids in the forms of Typeform', () => {
    const random = new Random('ids');
    expect(random.token()).toMatch(/^[a-z0-9]{32}$/);
    expect(random.alphanumeric(12)).toMatch(/^[A-Za-z0-9]{12}$/);
    expect(random.digits(8)).toMatch(/^[1-9][0-9]{7}$/);
    expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('puts the time into the first ten characters of a ULID', () => {
    expect(new Random('ulid').ulid(1_469_918_176_385)).toMatch(/^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
  });

  it('refuses to pick from nothing', () => {
    expect(() => new Random('none').pick([])).toThrow(RangeError);
  });
});
