/**
 * What a migration does that code of the release before would trip over. Expand/contract: a release may add, and take away only what
 * the release before it does not use any more.
 */

/** Operation -> what is dangerous about it. `sql` is without comments and strings, in lower case, blanks as one. */
const RULES: [name: string, found: (sql: string) => boolean][] = [
  [
    'drop',
    (sql) =>
      /\bdrop (table|column|view|materialized view|type|domain|schema|sequence|index|function|procedure|trigger|extension|default|expression|identity)\b/.test(
        sql,
      ),
  ],
  // `ALTER TABLE t DROP c`: the word COLUMN may be left out.
  [
    'drop column',
    (sql) =>
      /\balter table [^;]*\bdrop (?!constraint\b|not null\b|table\b|default\b|expression\b|identity\b)/.test(sql),
  ],
  [
    'drop constraint',
    (sql) => namesAfter(sql, /\bdrop constraint (?:if exists )?("?\w+"?)/g).some((name) => !adds(sql, name)),
  ],
  ['rename', (sql) => /\brename (to|column|constraint|value|attribute|\w+ to)\b/.test(sql)],
  ['type change', (sql) => /\balter (column )?"?\w+"? (set data )?type\b/.test(sql)],
  ['set not null', (sql) => /\bset not null\b/.test(sql)],
  [
    'required column',
    (sql) =>
      addedColumns(sql).some((column) => /\bnot null\b/.test(column) && !/\bdefault\b|\bgenerated\b/.test(column)),
  ],
  [
    'constraint on rows of the release before',
    (sql) => addedConstraints(sql).some((text) => !/\bnot valid\b/.test(text)),
  ],
  [
    'unique index on a table that is in use',
    (sql) =>
      namesAfter(sql, /\bcreate unique index [^;]*? on (?:only )?("?\w+"?)/g).some((table) => !creates(sql, table)),
  ],
  ['truncate or delete', (sql) => /\btruncate\b(?! on\b)|\bdelete from\b/.test(sql)],
  ['revoke', (sql) => /\brevoke\b/.test(sql)],
];

/** The names of the rules that statements break; none for a migration that only adds. */
export function contractOperations(statements: readonly string[]): string[] {
  const sql = statements.map(bare).join(';');
  return RULES.filter(([, found]) => found(sql)).map(([name]) => name);
}

/** Without comments, strings and function bodies, which do not change the schema. */
function bare(sql: string): string {
  return sql
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replace(/--[^\n]*/g, ' ')
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/\s+/g, ' ')
    .toLowerCase();
}

function namesAfter(sql: string, pattern: RegExp): string[] {
  return [...sql.matchAll(pattern)].map(([, name]) => name ?? '');
}

const adds = (sql: string, constraint: string): boolean => sql.includes(`add constraint ${constraint} `);
const creates = (sql: string, table: string): boolean =>
  new RegExp(`\\bcreate table (if not exists )?${table} ?\\(`).test(sql);

/** The parts `ADD ...` of every ALTER TABLE, each up to the next part or the end. */
function addedParts(sql: string): string[] {
  const alterations = sql.split(';').filter((statement) => /\balter table\b/.test(statement));
  return alterations.flatMap((statement) => statement.split(/\badd /).slice(1));
}

const isConstraint = (part: string): boolean =>
  /^(constraint|check|unique|primary key|foreign key|exclude)\b/.test(part);
const addedColumns = (sql: string): string[] => addedParts(sql).filter((part) => !isConstraint(part));
const addedConstraints = (sql: string): string[] => addedParts(sql).filter(isConstraint);
