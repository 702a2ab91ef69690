/** The SQL that tries what a commit of events needs, without leaving an event behind. */
import type { ClientBase, QueryConfig } from 'pg';

/**
 * One transaction on the way of a real one: the lock that an insert into the inbox takes, a new page on the disk of the data, and a commit
 * that waits for the disk of the log. The page belongs to a temporary table, which is empty again after the commit, so that nothing
 * has to be vacuumed; a role that may not create one is not tried for space.
 *
 * Only this transaction waits for a synchronous standby. The end of the session drops the temporary table in a commit that nothing can
 * cancel: if that waited, a primary that has lost its standbys could not be shut down cleanly.
 */
const PROBE = `DO $$
  BEGIN
    IF current_setting('transaction_read_only') = 'on' THEN
      RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction';
    END IF;
    -- Without it migrations are pending, which readiness says by itself.
    IF to_regclass('webhook_event') IS NOT NULL THEN
      LOCK TABLE webhook_event IN ROW EXCLUSIVE MODE;
    END IF;
    IF has_database_privilege(current_database(), 'TEMPORARY') THEN
      CREATE TEMPORARY TABLE IF NOT EXISTS commit_probe (filler text) ON COMMIT DELETE ROWS;
      INSERT INTO pg_temp.commit_probe VALUES ('');
    END IF;
    PERFORM set_config('synchronous_commit', 'on', true);
    PERFORM pg_logical_emit_message(true, 'typeform-onboarding', '');
  END $$`;

/** Resolves once the transaction is committed. Throws the database's errors; the connection must then be discarded. */
export async function probeCommit(client: ClientBase, timeoutMs: number): Promise<void> {
  // pg accepts a time-out per query; its types only declare the one per connection.
  const query: QueryConfig & { query_timeout: number } = { text: PROBE, query_timeout: timeoutMs };
  await client.query(query);
}
