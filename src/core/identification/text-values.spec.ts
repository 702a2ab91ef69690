import * as fc from 'fast-check';
import { isPlausible, tidy } from './text-values';

describe('tidy', () => {
  it.each([
    ['  Ana \n Silva\u200B ', 'Ana Silva'],
    ['علی\u200cرضا', 'علی\u200cرضا'],
    ['\u200cAna\u200c', 'Ana'],
    ['a'.repeat(3000), 'a'.repeat(500)],
  ])('%j becomes %j', (text, expected) => {
    expect(tidy(text)).toBe(expected);
  });

  it('is bounded, trimmed and stable for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const line = tidy(text);
        expect(line.length).toBeLessThanOrEqual(500);
        expect(line).toBe(line.trim());
        expect(tidy(line)).toBe(line);
      }),
    );
  });
});

describe('isPlausible', () => {
  it.each([
    ['fullName', 'Ana Maria da Silva', true],
    ['fullName', '李小龍', true],
    ['firstName', 'R2D2', true],
    ['firstName', '+1 202 555 0123', false],
    ['firstName', 'ana@example.com', false],
    ['fullName', 'none', false],
    ['lastName', 'Null', true],
    ['company', '37signals', true],
    ['company', 'Yes', false],
    ['company', 'retired', false],
    ['company', 'https://example.com', false],
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
    expect(isPlausible(key, value, 'short_text')).toBe(expected);
  });

  it('takes a name from a long text, not a story', () => {
    expect(isPlausible('fullName', 'Ana Silva', 'long_text')).toBe(true);
    expect(isPlausible('fullName', 'I would rather tell you when we talk', 'long_text')).toBe(false);
    expect(isPlausible('company', 'We make samples', 'long_text')).toBe(false);
  });
});
