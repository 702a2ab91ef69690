/** The processor's own connections: parsed once, run for weeks, and never behind an admin's query. */
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { Pool, type PoolClient } from 'pg';
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
  /** When it throws, {@link rollback} is still to be called. */
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
    /** Statements that nobody waits for. */
    const sent: Promise<unknown>[] = [];
    const send = (answer: Promise<unknown>): void => {
      answer.catch(() => undefined);
      sent.push(answer);
    };
    // The first to fail, in the order of the statements, is the cause: answers that arrive together may be handled in any order.
    const answered = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
      for (const earlier of await Promise.allSettled([...sent, answer])) {
        if (earlier.status === 'rejected') throw earlier.reason;
      }
      return answer;
    };
    // The query that is sent with it must write nothing: if BEGIN is cancelled, it runs outside a transaction, and is rejected here.
    const begun = client.query('BEGIN');
    send(begun);
    return {
      query: <Rows>(sql: string, parameters?: unknown[]) => answered(this.run<Rows>(client, sql, parameters)),
      send: async (sql: string, parameters?: unknown[]) => {
        await begun;
        send(this.run(client, sql, parameters));
      },
      commit: async () => {
        const { command } = await answered(client.query('COMMIT'));
        // What PostgreSQL answers when a statement before has failed, whoever was told.
        if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
        client.release();
      },
      rollback: () =>
        client.query('ROLLBACK').then(
          () => client.release(),
          () => client.release(true),
        ),
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }

  private async run<Rows>(client: PoolClient, text: string, values: unknown[] = []): Promise<Rows> {
    let name = this.names.get(text);
    if (name === undefined) this.names.set(text, (name = `processor-${this.names.size + 1}`));
    const { rows } = await client.query({ name, text, values });
    return rows as Rows;
  }
}
