/** The statements that the application sends to PostgreSQL, and what each of them costs. */
import { Client, Pool, type QueryConfig } from 'pg';

/** A statement with its parameters. */
export interface Statement {
  sql: string;
  values: unknown[];
}

/** Notes every statement that any connection of this process sends, until {@link StatementLog.stop}. */
export class StatementLog {
  private readonly sent = jest.spyOn(Client.prototype, 'query');

  /** What was sent since the last call. */
  take(): Statement[] {
    const calls = this.sent.mock.calls as unknown as [string | QueryConfig, unknown?][];
    const statements = calls.map(([query, parameters]) => {
      const { text, values } = typeof query === 'string' ? { text: query, values: parameters } : query;
      return { sql: text, values: Array.isArray(values) ? (values as unknown[]) : [] };
    });
    this.sent.mockClear();
    return statements;
  }

  stop(): void {
    this.sent.mockRestore();
  }
}

interface PlanNode {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

/** The 8 kB pages that running a statement reads, cached or not; what it changes is rolled back. */
export async function pagesRead(pool: Pool, { sql, values }: Statement): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
      values,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    if (!plan) throw new Error('EXPLAIN answered without a plan');
    return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
    client.release();
  }
}
