/** Runs SQL statements of one transaction: TypeORM's `EntityManager` does, and so does a connection with prepared statements. */
export interface SqlRunner {
  /** Returns the rows of a SELECT; the result of any other statement depends on who runs it. */
  query<Rows>(sql: string, parameters?: unknown[]): Promise<Rows>;
  /**
   * Sends a statement whose answer nobody needs, and does not wait for it; throws if the transaction could not begin. Statements run in the
   * order in which they are sent: await this before the next one. If it fails, nothing behind it succeeds, and the next query or the commit
   * throws its error. Only where statements are pipelined.
   */
  send?(sql: string, parameters?: unknown[]): Promise<void>;
}

/** Runs a statement whose answer nobody needs, where possible without waiting for it: see {@link SqlRunner.send}. */
export async function execute(sql: SqlRunner, statement: string, parameters?: unknown[]): Promise<void> {
  await (sql.send ? sql.send(statement, parameters) : sql.query(statement, parameters));
}

/** Runs queries that need no answer of each other, in this order; where statements are pipelined, in one round trip. */
export function inOrder<Steps extends (() => Promise<unknown>)[]>(
  sql: SqlRunner,
  ...steps: Steps
): Promise<{ [Step in keyof Steps]: Awaited<ReturnType<Steps[Step]>> }>;
export async function inOrder(sql: SqlRunner, ...steps: (() => Promise<unknown>)[]): Promise<unknown[]> {
  if (sql.send) return Promise.all(steps.map((step) => step()));
  const results: unknown[] = [];
  for (const step of steps) results.push(await step());
  return results;
}
