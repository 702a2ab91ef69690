/** The queries of a backup test, on dedicated connections: these are silent for as long as a dump takes. */
import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { urlOfDatabase } from '../../../core/database-hosts';
import { CONNECT_TIMEOUT_MS } from '../../../database/data-source-options';
import { pinnedClient } from '../../../database/pinned-client';

/** Rows of each table. */
export type RowCounts = ReadonlyMap<string, number>;

export class BackupRepository {
  constructor(private readonly url: string) {}

  /** `work` gets the name of a snapshot for pg_dump, and each table's row count in it, unaffected by concurrent writes. */
  inSnapshot<T>(work: (snapshot: string, rows: RowCounts) => Promise<T>): Promise<T> {
    return this.connected(undefined, async (client) => {
      await client.query(
        'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0',
      );
      const { rows } = await client.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
      // Ending the connection ends the transaction.
      return work(rows[0]?.snapshot ?? '', await countRows(client));
    });
  }

  /** `work` gets the name of an empty database, and a function that counts its rows; the database is always dropped. */
  inScratchDatabase<T>(work: (name: string, rows: () => Promise<RowCounts>) => Promise<T>): Promise<T> {
    const name = `onboarding_preflight_${randomBytes(6).toString('hex')}`;
    return this.connected(undefined, async (client) => {
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
      try {
        return await work(name, () => this.connected(name, countRows));
      } finally {
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      }
    });
  }

  private async connected<T>(database: string | undefined, work: (client: Client) => Promise<T>): Promise<T> {
    const url = database === undefined ? this.url : urlOfDatabase(this.url, database);
    const client = new (pinnedClient(url))({ connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true });
    // A running query rejects as well; without a listener this event would end the process.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}

/** Counts the rows of every table in the schema that we may use. */
async function countRows(client: Client): Promise<RowCounts> {
  const { rows: tables } = await client.query<{ name: string; quoted: string }>(
    `SELECT relname AS name, quote_ident(relname) AS quoted FROM pg_class
      WHERE relnamespace = coalesce(current_schema(), 'public')::regnamespace AND relkind = 'r' ORDER BY relname`,
  );
  const counts = new Map<string, number>();
  for (const { name, quoted } of tables) {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) AS count FROM ${quoted}`);
    counts.set(name, Number(rows[0]?.count));
  }
  return counts;
}
