import * as fc from 'fast-check';
import { withoutHanging } from '../../test/support/without-hanging';
import { canonicalEmail, canonicalPhone, canonicalValue, isPlausible } from './identifier-values';
import { IDENTIFIER_KEYS } from './identifier-words';

describe('canonicalEmail', () => {
  it.each([
    [' Alice@Example.COM ', 'alice@example.com'],
    ['alice\u200B@example.com\uFEFF', 'alice@example.com'],
    ['ａｌｉｃｅ@example.com', 'alice@example.com'],
    ['a+b@sub.example.com', 'a+b@sub.example.com'],
    ['alice@example', null],
    ['alice', null],
    ['a@b@example.com', null],
    ['alice@example.com, bob@example.com', null],
    ['{{email}}', null],
    [`alice@example.com${' '.repeat(3000)}, bob@example.com`, null],
    [`${'a'.repeat(250)}@example.com`, null],
    ['', null],
  ])('%j becomes %j', (text, expected) => {
    expect(canonicalEmail(text)).toBe(expected);
  });
});

describe('canonicalPhone', () => {
  it.each([
    ['+12025550123', '+12025550123'],
    ['+1 (202) 555-0123', '+12025550123'],
    ['＋１ 202 555 0123', '+12025550123'],
    ['0044 20 7946 0958', '+442079460958'],
    ['+351 912 345 678', '+351912345678'],
    ['2025550123', null],
    ['(202) 555-0123', null],
    ['+1', null],
    ['+1202555', null],
    ['+999123456789', null],
    ['call +12025550123', null],
    ['+12025550123 is my wife', null],
    ['+1 202 555 0123 ext 5', '+12025550123'],
    [`+12025550123${' '.repeat(3000)}4`, null],
    ['', null],
  ])('%j becomes %j', (text, expected) => {
    expect(canonicalPhone(text)).toBe(expected);
  });
});

describe('canonicalValue', () => {
  it.each([
    ['birthday', '1990-05-17', '1990-05-17'],
    ['birthday', '1990-02-30', null],
    ['birthday', '17/05/1990', null],
    ['fullName', '  Ana \n Silva\u200B ', 'Ana Silva'],
    ['company', 'xxxxx', null],
    ['company', '*|COMPANY|*', null],
    ['company', 'n/a', null],
    ['city', '  -  ', null],
    ['addressLine1', 'a'.repeat(3000), 'a'.repeat(500)],
  ] as const)('%s %j becomes %j', (key, text, expected) => {
    expect(canonicalValue(key, text)).toBe(expected);
  });

  it('is bounded, storable and stable for any text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...IDENTIFIER_KEYS), fc.string({ unit: 'binary', maxLength: 2000 }), (key, text) => {
        const value = canonicalValue(key, text);
        fc.pre(value !== null);
        expect(value.length).toBeLessThanOrEqual(500);
        expect(value).toBe(value.trim());
        expect(canonicalValue(key, value)).toBe(value);
      }),
    );
  });

  it.each(['a', '@', 'a@', '.', 'a.', '-', 'a@a.', '+', '0', '+1 ', ' ', '\u200B', '('])(
    'does not hang on a megabyte of %j',
    (unit) => {
      const text = unit.repeat(1_000_000 / unit.length);
      withoutHanging(() => {
        for (const key of IDENTIFIER_KEYS) canonicalValue(key, text);
        for (const size of [80, 254, 500]) canonicalValue('email', text.slice(0, size));
        for (const size of [40, 80]) canonicalValue('phone', `+${text.slice(0, size)}`);
      });
    },
  );
});

describe('isPlausible', () => {
  it.each([
    ['fullName', 'Ana Maria da Silva', true],
    ['fullName', '李小龍', true],
    ['lastName', "O'Neill-Smith", true],
    ['firstName', 'R2D2', false],
    ['firstName', 'ana@example.com', false],
    ['company', '37signals', true],
    ['company', 'Yes', false],
    ['company', 'https://example.com', false],
    ['company', 'We are a small company that makes and sells all sorts of things online', false],
    ['postalCode', 'SW1A 1AA', true],
    ['postalCode', '1000-001', true],
    ['postalCode', 'London', false],
    ['addressLine1', 'Example Street 1', true],
    ['addressLine1', 'a@example.com', false],
    ['city', 'São Paulo', true],
    ['city', '7', false],
    ['country', 'Portugal', true],
    ['country', '351', false],
    ['gender', 'Prefer not to say', true],
  ] as const)('%s %j: %s', (key, value, expected) => {
    expect(isPlausible(key, value)).toBe(expected);
  });
});
