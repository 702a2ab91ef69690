import * as fc from 'fast-check';
import { searchTerms, searchText } from './search-text';

const finds = (query: string, ...values: string[]): boolean => {
  const text = searchText(values);
  return searchTerms(query).every((term) => text.includes(term));
};

describe('a search', () => {
  it.each([
    ['garcia', 'José García'],
    ["o'brien", 'O’Brien'],
    ['O’Brien', "O'Brien"],
    ['dorde aegir', 'Đorđe Ægir'],
    ['GARCÍA jose', 'José García'],
    ['muller', 'Jürgen Müller'],
    ['strasse', 'Große Straße 5'],
    ['ada@EXAMPLE.com', 'ada@example.com'],
    ['علی رضا', 'علی رضا'],
    ['علیرضا', 'علی\u200Cرضا'],
    ['ﬁrst', 'First'],
    ['2025550123', '+12025550123'],
    ['(202) 555-0123', '+12025550123'],
    ['+1 202 555 0123', '+12025550123'],
    ['001 202 555 0123', '+12025550123'],
    ['0151 23456789', '+4915123456789'],
    ['+49 (0)151 23456789', '+4915123456789'],
    ['tel:+49-151-23456789', '+4915123456789'],
    ['23456789', '0151 / 234 567 89'],
    ['12.5', '12.5'],
  ])('for %j finds %j', (query, value) => {
    expect(finds(query, 'something else', value)).toBe(true);
  });

  it.each([
    ['garcia lopez', 'José García'],
    ['555 0199', '+12025550123'],
    ['%', 'José García'],
  ])('for %j does not find %j', (query, value) => {
    expect(finds(query, value)).toBe(false);
  });

  it('finds every value by itself, whatever stands beside it and however its accents are encoded', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 50 });
    fc.assert(
      fc.property(texts, fc.array(texts), (value, others) => {
        for (const written of [value, value.normalize('NFD'), ` ${value}\n`])
          expect(finds(written, ...others, value)).toBe(true);
      }),
    );
  });

  it('takes nothing for a term when nothing is asked', () => {
    expect(searchTerms(' \u200B ')).toEqual([]);
  });
});

it('a text is bounded, its values stand apart and once', () => {
  expect(searchText(['Ada', 'ADA', '', 'Grace'])).toBe('ada\ngrace');
  expect(searchText(['a'.repeat(50_000), 'b'])).toBe(`${'a'.repeat(19_999)}\n`);
  // What folds to less than it took.
  expect(searchText([`a${' '.repeat(30_000)}b`, 'c'])).toBe('a\nc\n');
  expect(searchText(['a'.repeat(19_000)])).toBe('a'.repeat(19_000));
});
