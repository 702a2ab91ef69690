/** The SQL of a migration, read without a database: nothing is run, so nothing is locked. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

interface Migration {
  name: string;
  new (): MigrationInterface;
}

/** What `up` would send, below a comment with its name. For a migration that does more than send SQL, a comment that says so. */
export async function sqlOfMigration(migration: Migration): Promise<string> {
  const statements: string[] = [];
  try {
    await new migration().up(recorder(statements));
  } catch (error) {
    statements.push(
      `-- ${error instanceof Error ? error.message : 'unknown error'}: read the rest in the file of the migration`,
    );
  }
  return [`-- ${migration.name}`, ...statements.map(outdent)].join('\n');
}

/** The tables that some SQL makes. */
export function tablesMadeBy(sql: string): string[] {
  return [...sql.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)"?/gi)].flatMap(([, name]) => name ?? []);
}

/** A query runner that only records the SQL. Its answers are empty. */
function recorder(statements: string[]): QueryRunner {
  return new Proxy({} as QueryRunner, {
    get: (_, member) => {
      if (member !== 'query') throw new Error(`it uses more than SQL (${String(member)})`);
      return (sql: string) => {
        statements.push(sql);
        return Promise.resolve([]);
      };
    },
  });
}

/** Removes the indentation that the lines share because they are embedded in code. */
function outdent(sql: string): string {
  const lines = sql.split('\n').filter((line, at, all) => line.trim() !== '' || (at > 0 && at < all.length - 1));
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  return lines.map((line) => line.slice(Math.min(...indents)).trimEnd()).join('\n');
}
