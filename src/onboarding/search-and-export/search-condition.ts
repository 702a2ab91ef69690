/** SQL conditions over a search_text column (core/search-text), with their parameters. `%` and `_` are literal. */

export interface SearchCondition {
  sql: string;
  parameters: Record<string, string>;
}

/** Every term occurs. Terms of three characters and more are looked up in the trigram index. */
export function containsTerms(column: string, terms: readonly string[]): SearchCondition {
  const parameters = Object.fromEntries(terms.map((term, index) => [`term${index}`, `%${escaped(term)}%`]));
  const sql = terms.map((_, index) => `${column} LIKE :term${index}`).join(' AND ');
  return { sql: sql === '' ? 'TRUE' : `(${sql})`, parameters };
}

/** One of the values of the text is `line`, or ends with it. The index serves the first half of the condition. */
export function hasValue(column: string, name: string, line: string, match: 'whole' | 'end'): SearchCondition {
  return {
    sql: `(${column} LIKE :${name}Part AND E'\\n' || ${column} || E'\\n' LIKE :${name}Line)`,
    parameters: {
      [`${name}Part`]: `%${escaped(line)}%`,
      [`${name}Line`]: `%${match === 'whole' ? '\n' : ''}${escaped(line)}\n%`,
    },
  };
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
