/** Text that a spreadsheet displays but never evaluates. Pure. */

/**
 * Where a spreadsheet may start a cell: the beginning of the text, after a line break, and after a tab or semicolon, which some
 * programs and locales take as a column separator even inside quotes.
 */
const FORMULA_START = /(^|[\n\r\t;])([\s"']*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g;
/** Some programs drop a leading tab or line break, so what follows becomes the start. */
const LEADING_CONTROL = /^(?=[\t\r\n])/;

/**
 * Neutralises formulas with an apostrophe wherever a spreadsheet could take the text for one (CWE-1236, OWASP "CSV Injection"). A
 * phone number in international notation becomes `'+1...` for the same reason.
 */
export function harmlessText(text: string): string {
  return text.replace(FORMULA_START, "$1$2'").replace(LEADING_CONTROL, "'");
}

/** Excel refuses a file with a longer cell. */
const LONGEST_CELL = 32_767;
const CUT = ' [cut: a cell holds 32,767 characters; the API has the full text]';
/** Characters that XML 1.0 cannot hold. Tab, line feed and carriage return are allowed. */
const NOT_IN_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Surrogate}]/gu;

/** Text as an XLSX cell can hold it. It needs no apostrophe: a text cell is never evaluated. */
export function xlsxText(text: string): string {
  const clean = text.replace(NOT_IN_XML, '\uFFFD');
  return clean.length <= LONGEST_CELL
    ? clean
    : clean.slice(0, LONGEST_CELL - CUT.length).replace(/\p{Surrogate}$/u, '') + CUT;
}
