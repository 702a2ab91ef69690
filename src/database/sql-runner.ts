/** Runs SQL statements of one transaction: TypeORM's `EntityManager` does, and so does a connection with prepared statements. */
export interface SqlRunner {
  /** Returns the rows of a SELECT; the result of any other statement depends on who runs it. */
  query<Rows>(sql: string, parameters?: unknown[]): Promise<Rows>;
  /** True when a statement is sent without waiting for the answers to earlier ones; they still run in order. */
  readonly pipelined?: boolean;
}

/**
 * Runs steps one after the other, where possible in one round trip. None needs the answer of another, and each sends its first statement
 * before it waits for anything; only the last may send more than one, and no statement is in two of them. After one that fails, PostgreSQL
 * refuses those that follow it: once all steps have ended, the first error in their order is thrown.
 */
export function inOrder<Steps extends (() => Promise<unknown>)[]>(
  sql: SqlRunner,
  ...steps: Steps
): Promise<{ [Step in keyof Steps]: Awaited<ReturnType<Steps[Step]>> }>;
export async function inOrder(sql: SqlRunner, ...steps: (() => Promise<unknown>)[]): Promise<unknown[]> {
  const results: unknown[] = [];
  if (!sql.pipelined) {
    for (const step of steps) results.push(await step());
    return results;
  }
  for (const result of await Promise.allSettled(steps.map(async (step) => step()))) {
    if (result.status === 'rejected') throw result.reason;
    results.push(result.value);
  }
  return results;
}
