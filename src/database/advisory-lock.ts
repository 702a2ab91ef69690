import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { withQueryRunner } from './query-runner';
import type { SqlRunner } from './sql-runner';

/**
 * Work that only one process does at a time, over all replicas. `processing` is shared by all batches and `appending` by all inserts into the
 * inbox (a trigger takes it); an erasure takes both exclusively.
 * `listing`: every change of the list of responses at Typeform, whose triggers lock the counts of days in no order of their own.
 */
export type LockName = 'migrations' | 'audit' | 'processing' | 'appending' | 'listing' | 'checklist';

const RETRY_MS = 100;

const keyOf = (name: LockName): string => `typeform-onboarding:${name}`;

/**
 * Runs `work` while holding a PostgreSQL advisory lock, waiting for it if another process has it. The lock lives on its own
 * connection, so it is released even when this process is killed. It is asked for again and again: a statement that waits for it
 * has a snapshot, for whose end a CREATE INDEX CONCURRENTLY of the holder would wait in turn.
 */
export async function withAdvisoryLock<T>(dataSource: DataSource, name: LockName, work: () => Promise<T>): Promise<T> {
  const key = keyOf(name);
  return withQueryRunner(dataSource, async (runner) => {
    while (!(await tryLock(runner, key))) await delay(RETRY_MS);
    const unlock = () => runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      // Where the connection is lost, so is the lock, and it is the error of `work` that says why.
      await unlock().catch(() => undefined);
      throw error;
    }
    await unlock();
    return result;
  });
}

/**
 * Takes an advisory lock for the rest of the transaction of `sql`, waiting for it if another transaction has it. Statements after
 * this one see what that other transaction committed (READ COMMITTED, the default).
 */
export async function lockUntilCommit(sql: SqlRunner, name: LockName): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [keyOf(name)]);
}

/** Like {@link lockUntilCommit}, but shared: waits only for an exclusive holder. */
export async function shareUntilCommit(sql: SqlRunner, name: LockName): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [keyOf(name)]);
}

async function tryLock(runner: QueryRunner, key: string): Promise<boolean> {
  const [row] = (await runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken', [key])) as {
    taken: boolean;
  }[];
  return row?.taken === true;
}
