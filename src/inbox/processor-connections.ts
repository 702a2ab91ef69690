/** The processor's own connections: parsed once, run for weeks, and never behind an admin's query. */
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { DatabaseError, Pool, type QueryConfig, type QueryResult } from 'pg';
import { AppConfig } from '../config/app-config';
import { CONNECT_TIMEOUT_MS, requireDatabaseUrl, STATEMENT_TIMEOUT_MS } from '../database/data-source-options';
import { guardConnection } from '../database/guard-connection';
import { pinnedClient } from '../database/pinned-client';
import type { SqlRunner } from '../database/sql-runner';

/** Two batches are applied while the next one is claimed and read. */
const CONNECTIONS = 3;

/**
 * Each batch is planned anew: a plan made while the tables were empty took four times the processor time of the database on a backlog
 * whose tables had no statistics yet. Every statement looks its rows up by their keys; reading a whole table for a batch is never right.
 */
const SETTINGS = {
  plan_cache_mode: 'force_custom_plan',
  enable_seqscan: 'off',
  jit: 'off',
  statement_timeout: STATEMENT_TIMEOUT_MS,
  idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
};

/** An open transaction, whose statements are prepared. */
export interface OpenTransaction extends SqlRunner {
  /** When it throws, {@link rollback} is still to be called; if the connection broke, the server may have committed. */
  commit(): Promise<void>;
  /** Gives up what was done. Never throws. */
  rollback(): Promise<void>;
}

@Injectable()
export class ProcessorConnections implements OnApplicationShutdown {
  private readonly pool: Pool;
  /** A name for each statement: there are as many as the repositories have. */
  private readonly names = new Map<string, string>();

  constructor(config: AppConfig) {
    this.pool = new Pool({
      Client: pinnedClient(requireDatabaseUrl(config), SETTINGS),
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'typeform-onboarding-processor',
      keepAlive: true,
      pipeline: true,
      onConnect: guardConnection,
    });
    // A connection that breaks while idle is replaced by the next transaction; without a handler it would end the process.
    this.pool.on('error', () => undefined);
  }

  /** Throws when there is no connection to be had. Each transaction ends with a commit that succeeds, or with {@link OpenTransaction.rollback}. */
  async begin(): Promise<OpenTransaction> {
    const client = await this.pool.connect();
    let failure: Error | null = null;
    // Once a statement has failed, nothing but ROLLBACK is sent or succeeds. Most fail at the server, which refuses those behind them; one that
    // this side cannot send leaves the transaction as it was, and a COMMIT would make the others last. Hence the callback: pg calls it in the
    // order of the statements, and at once for one that it cannot send.
    const submit = (query: QueryConfig): Promise<QueryResult> =>
      new Promise((resolve, reject) => {
        const answered = (error: Error | null, result?: QueryResult): void => {
          failure ??= error;
          if (failure) reject(failure);
          else if (result) resolve(result);
        };
        if (failure) return answered(failure);
        try {
          client.query(query, answered);
        } catch (error) {
          answered(error as Error);
        }
      });
    const run = (text: string, values: unknown[] = []): Promise<QueryResult> =>
      submit({ name: this.nameOf(text), text, values });
    // A query sent before BEGIN is answered must write nothing: if BEGIN is cancelled, that query runs outside a transaction, and is rejected here.
    const begun = submit({ text: 'BEGIN' });
    begun.catch(() => undefined);
    return {
      query: async <Rows>(sql: string, parameters?: unknown[]) => (await run(sql, parameters)).rows as Rows,
      send: async (sql: string, parameters?: unknown[]) => {
        await begun;
        run(sql, parameters).catch(() => undefined);
      },
      commit: async () => {
        await submit({ text: 'COMMIT' });
        client.release();
      },
      rollback: () =>
        client.query('ROLLBACK').then(
          // After a statement that could not be sent, pg and the server no longer agree on which statements are prepared.
          () => client.release(failure !== null && !(failure instanceof DatabaseError)),
          () => client.release(true),
        ),
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }

  private nameOf(text: string): string {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    const name = `processor-${this.names.size + 1}`;
    this.names.set(text, name);
    return name;
  }
}
