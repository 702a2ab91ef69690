import { canonicalEmail, emailIn } from './email-values';

describe('canonicalEmail', () => {
  it.each([
    [' Alice@Example.COM ', 'alice@example.com'],
    ['alice\u200B@example.com\uFEFF', 'alice@example.com'],
    ['ａｌｉｃｅ@example.com', 'alice@example.com'],
    ['a+b@sub.example.com', 'a+b@sub.example.com'],
    ['a&b@example.com', 'a&b@example.com'],
    ['JOSÉ@example.com', 'josé@example.com'],
    ['user@example.xn--p1ai', 'user@example.xn--p1ai'],
    ['user@пример.рф', 'user@xn--e1afmkfd.xn--p1ai'],
    ['mailto:alice@example.com', 'alice@example.com'],
    ['alice@example', null],
    ['alice', null],
    ['a@b@example.com', null],
    ['a..b@example.com', null],
    ['alice@example.com, bob@example.com', null],
    ['{{email}}', null],
    [`alice@example.com${' '.repeat(3000)}, bob@example.com`, null],
    [`${'a'.repeat(250)}@example.com`, null],
    ['', null],
  ])('%j becomes %j', (text, expected) => {
    expect(canonicalEmail(text)).toBe(expected);
  });
});

describe('emailIn', () => {
  it('finds the one address of a text', () => {
    expect(emailIn('Ana Silva, ana@example.com')).toEqual({ email: 'ana@example.com', rest: 'Ana Silva,' });
    expect(emailIn('ana@example.com or bob@example.com')).toBeNull();
    expect(emailIn('ana@example.com, again: Ana@example.com')?.email).toBe('ana@example.com');
    expect(emailIn('nothing here')).toBeNull();
  });

  it.each([
    'ana@example.com!',
    'Is it ana@example.com?',
    '“ana@example.com”',
    "'ana@example.com'",
    '«ana@example.com»',
    'Email：ana@example.com，thanks',
    '[ana@example.com](mailto:ana@example.com)',
  ])('finds it among the signs around it: %s', (text) => expect(emailIn(text)?.email).toBe('ana@example.com'));
});
