/** A transaction whose statements are prepared, and sent without waiting for the answers to those before them. */
import { DatabaseError, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import type { SqlRunner } from '../database/sql-runner';

/**
 * Begins at once. It ends with a commit that succeeds, or with {@link rollback}; either gives the connection back to its pool.
 *
 * Once a statement has failed, nothing but ROLLBACK is sent or succeeds. Most fail at the server, which refuses those behind them; one that
 * this side cannot send leaves the transaction as it was, and a COMMIT would make the others last.
 */
export class PipelinedTransaction implements SqlRunner {
  /** The first statement's that failed. */
  private failure: Error | null = null;
  private readonly begun: Promise<QueryResult>;

  /** `nameOf` gives each statement the name under which connections prepare it. */
  constructor(
    private readonly client: PoolClient,
    private readonly nameOf: (statement: string) => string,
  ) {
    this.begun = this.submit({ text: 'BEGIN' });
    this.begun.catch(() => undefined);
  }

  /** Must write nothing if it is sent before BEGIN is answered: if that is cancelled, it runs outside a transaction before it is rejected here. */
  async query<Rows>(sql: string, parameters?: unknown[]): Promise<Rows> {
    return (await this.run(sql, parameters)).rows as Rows;
  }

  async send(sql: string, parameters?: unknown[]): Promise<void> {
    await this.begun;
    this.run(sql, parameters).catch(() => undefined);
  }

  /** When it throws, {@link rollback} is still to be called; if the connection broke, the server may have committed. */
  async commit(): Promise<void> {
    await this.submit({ text: 'COMMIT' });
    this.client.release();
  }

  /** Gives up what was done. Never throws. */
  async rollback(): Promise<void> {
    try {
      await this.client.query('ROLLBACK');
      // After a statement that could not be sent, pg and the server no longer agree on which statements are prepared.
      this.client.release(this.failure !== null && !(this.failure instanceof DatabaseError));
    } catch {
      this.client.release(true);
    }
  }

  private run(text: string, values: unknown[] = []): Promise<QueryResult> {
    return this.submit({ name: this.nameOf(text), text, values });
  }

  /** Takes the answer by callback: pg calls it in the order of the statements, and at once for one that it cannot send. */
  private submit(query: QueryConfig): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const answered = (error: Error | null, result?: QueryResult): void => {
        this.failure ??= error;
        if (this.failure) reject(this.failure);
        else if (result) resolve(result);
      };
      if (this.failure) return answered(this.failure);
      try {
        this.client.query(query, answered);
      } catch (error) {
        answered(error as Error);
      }
    });
  }
}
