/** SQL conditions over a search_text column (core/search-text), with their parameters. `%` and `_` are literal. */

export interface SearchCondition {
  sql: string;
  parameters: Record<string, string>;
}

/** Fewer characters than a trigram has. */
const SHORT = 3;
/** What may stand before a word; nothing: it is the first. */
const BEFORE_WORDS = ['', '%\n', '% ', '%-', '%.', '%@', "%'", '%(', '%/'];
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const ONLY_THOSE = /^[\p{L}\p{N}]+$/u;

/**
 * Every term occurs; one of one or two letters at the beginning of a word, since only those are in the trigram index. Terms without any
 * letter or digit, which no index knows, count only when there is no other.
 */
export function containsTerms(column: string, terms: readonly string[]): SearchCondition {
  const words = terms.filter((term) => LETTER_OR_DIGIT.test(term));
  const conditions = (words.length > 0 ? words : terms).map((term, index) =>
    containsTerm(column, term, `term${index}`),
  );
  const sql = conditions.map((condition) => condition.sql).join(' AND ');
  return {
    sql: sql === '' ? 'TRUE' : `(${sql})`,
    parameters: Object.assign({}, ...conditions.map(({ parameters }) => parameters)) as Record<string, string>,
  };
}

function containsTerm(column: string, term: string, name: string): SearchCondition {
  if ([...term].length < SHORT && ONLY_THOSE.test(term)) {
    const patterns = BEFORE_WORDS.map((before) => `${before}${escaped(term)}%`);
    return {
      sql: `(${patterns.map((_, index) => `${column} LIKE :${name}Before${index}`).join(' OR ')})`,
      parameters: Object.fromEntries(patterns.map((pattern, index) => [`${name}Before${index}`, pattern])),
    };
  }
  const local = /^(.{3,}@)./u.exec(term)?.[1];
  if (local === undefined) return { sql: `${column} LIKE :${name}`, parameters: { [name]: `%${escaped(term)}%` } };
  // Half of the world has one of three domains: looking up their trigrams as well costs more than it saves.
  return {
    sql: `${column} LIKE :${name}Local AND strpos(${column}, :${name}) > 0`,
    parameters: { [`${name}Local`]: `%${escaped(local)}%`, [name]: term },
  };
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
