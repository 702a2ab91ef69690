import * as fc from 'fast-check';
import { harmlessText, xlsxText } from './spreadsheet-text';

describe('harmlessText', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1 202 555 0123', "'+1 202 555 0123"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t'=1"],
    ['\r=1', "'\r'=1"],
    ['  =1', "  '=1"],
    ['"=1"', `"'=1"`],
    ["hello\n=cmd|' /C calc'!A0", "hello\n'=cmd|' /C calc'!A0"],
    ['fine;=1+1', "fine;'=1+1"],
    ['＝1+1', "'＝1+1"],
  ])('neutralises %j', (text, harmless) => {
    expect(harmlessText(text)).toBe(harmless);
  });

  it.each(['Ada Lovelace', 'a = b', 'x - y', 'ada@example.com', '5-10 people', '1+1', 'first\nsecond', ''])(
    'leaves %j as it is',
    (text) => {
      expect(harmlessText(text)).toBe(text);
    },
  );

  it('leaves no cell that begins like a formula, however the text is cut into cells', () => {
    const alphabet = fc.constantFrom('=', '+', '-', '@', '"', "'", ' ', '\t', '\n', '\r', ';', 'a', '1', '＝');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 12 }), (letters) => {
        for (const cell of harmlessText(letters.join('')).split(/[\n\r\t;]/))
          expect(cell).not.toMatch(/^[\s"]*[=+\-@＝]/);
      }),
    );
  });
});

describe('xlsxText', () => {
  it('keeps everything that XML can hold', () => {
    expect(xlsxText('=1+1 <b> &amp; 👩🏽‍💻 \n\t é')).toBe('=1+1 <b> &amp; 👩🏽‍💻 \n\t é');
  });

  it('replaces what XML cannot hold', () => {
    expect(xlsxText('a\u0000b\u0007c\uD800d\uFFFF')).toBe('a\uFFFDb\uFFFDc\uFFFDd\uFFFD');
  });

  it('cuts what Excel refuses, says so, and halves no character', () => {
    const text = xlsxText('😀'.repeat(20_000));
    expect(text.length).toBeLessThanOrEqual(32_767);
    expect(text).toMatch(/^(😀)+ \[cut: /u);
  });
});
