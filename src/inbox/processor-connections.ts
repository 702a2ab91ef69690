/** The processor's own connections: parsed once, run for weeks, and never behind an admin's query. */
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';
import { AppConfig } from '../config/app-config';
import { CONNECT_TIMEOUT_MS, requireDatabaseUrl, STATEMENT_TIMEOUT_MS } from '../database/data-source-options';
import { guardConnection } from '../database/guard-connection';
import { pinnedClient } from '../database/pinned-client';
import { PipelinedTransaction } from './pipelined-transaction';

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

  /** Throws when there is no connection to be had. */
  async begin(): Promise<PipelinedTransaction> {
    return new PipelinedTransaction(await this.pool.connect(), this.nameOf);
  }

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }

  private readonly nameOf = (statement: string): string => {
    const known = this.names.get(statement);
    if (known !== undefined) return known;
    const name = `processor-${this.names.size + 1}`;
    this.names.set(statement, name);
    return name;
  };
}
