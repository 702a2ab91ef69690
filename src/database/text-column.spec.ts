import { column, textColumn, withoutSeparators } from './text-column';

describe('a column of many rows as one text', () => {
  it('holds the values in order, and tells an empty text from NULL', () => {
    expect(textColumn(['a', null, '', '{"b":"\\n"}'])).toBe('a\u001e\u001f\u001e\u001e{"b":"\\n"}');
    expect(textColumn([])).toBe('');
    expect(column(2, 'uuid')).toBe(String.raw`string_to_array($2::text, E'\x1e', E'\x1f')::uuid[]`);
  });

  it.each(['\u001e', '\u001f', 'a\u001eb'])('refuses a value that would move the others into other rows', (value) => {
    expect(() => textColumn(['a', value])).toThrow('separator');
    expect(textColumn(['a', withoutSeparators(value)])).toBe(`a\u001e${value.replace(/[\u001e\u001f]/, ' ')}`);
  });
});
