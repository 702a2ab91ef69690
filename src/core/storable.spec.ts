import * as fc from 'fast-check';
import { storableText, toStorable } from './storable';

describe('storableText', () => {
  it.each([
    ['plain', 'plain'],
    ['a\u0000b', 'a\uFFFDb'],
    ['\uD83D', '\uFFFD'],
    ['\uDE00x', '\uFFFDx'],
    ['😀', '😀'],
  ])('%j becomes %j', (text, expected) => {
    expect(storableText(text)).toBe(expected);
  });
});

describe('toStorable', () => {
  it('cleans texts and keys at any level', () => {
    expect(toStorable([{ 'k\u0000': { x: '\uD800' } }])).toEqual([{ 'k\uFFFD': { x: '\uFFFD' } }]);
  });

  it('leaves other JSON as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/\\u0000|__proto__/.test(text));
        expect(JSON.stringify(toStorable(JSON.parse(text)))).toBe(text);
      }),
    );
  });

  it('bounds the depth', () => {
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    const text = JSON.stringify(toStorable(deep));
    expect(text).toContain('[nested deeper than 64 levels]');
    expect(text.length).toBeLessThan(200);
  });

  it('leaves out __proto__', () => {
    const value = toStorable(JSON.parse('{"__proto__":{"polluted":true},"a":1}'));
    expect(Object.getOwnPropertyNames(value)).toEqual(['a']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
