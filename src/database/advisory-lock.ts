import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/**
 * Work that only one process does at a time, over all replicas. `processing` is shared by all batches and `appending` by all inserts into the
 * inbox (a trigger takes it); an erasure takes both exclusively.
 */
export type LockName = 'migrations' | 'audit' | 'reconcile' | 'processing' | 'appending';

const RETRY_MS = 100;
/** Well within the time after which a silent connection is closed (guard-connection.ts). */
const HEARTBEAT_MS = 10_000;

const keyOf = (name: LockName): string => `typeform-onboarding:${name}`;

/**
 * Runs `work` while holding a PostgreSQL advisory lock, waiting for it if another process has it. The lock lives on its own
 * connection, so it is released even when this process is killed. It is asked for again and again: a statement that waits for it
 * has a snapshot, for whose end a CREATE INDEX CONCURRENTLY of the holder would wait in turn.
 */
export async function withAdvisoryLock<T>(dataSource: DataSource, name: LockName, work: () => Promise<T>): Promise<T> {
  await using runner = dataSource.createQueryRunner();
  const key = keyOf(name);
  while (!(await tryLock(runner, key))) await delay(RETRY_MS);
  try {
    return await work();
  } finally {
    await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]);
  }
}

/**
 * Takes an advisory lock for the rest of the transaction of `manager`, waiting for it if another transaction has it. Statements after
 * this one see what that other transaction committed (READ COMMITTED, the default).
 */
export async function lockUntilCommit(manager: EntityManager, name: LockName): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [keyOf(name)]);
}

/** Like {@link lockUntilCommit}, but shared: waits only for an exclusive holder. */
export async function shareUntilCommit(manager: EntityManager, name: LockName): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [keyOf(name)]);
}

/**
 * Runs `work` if no other process holds the lock, and says whether it did. The lock lives on its own connection, which is kept
 * from falling silent; if it is lost, so is the lock, and the signal given to `work` is aborted.
 */
export async function tryAdvisoryLock(
  dataSource: DataSource,
  name: LockName,
  work: (lost: AbortSignal) => Promise<void>,
): Promise<boolean> {
  await using runner = dataSource.createQueryRunner();
  const key = keyOf(name);
  if (!(await tryLock(runner, key))) return false;
  const lost = new AbortController();
  const heartbeat = setInterval(() => {
    runner.query('SELECT 1').catch(() => lost.abort(new Error(`the lock '${name}' was lost with its connection`)));
  }, HEARTBEAT_MS);
  try {
    await work(lost.signal);
    return true;
  } finally {
    clearInterval(heartbeat);
    // The lock was lost with its connection.
    await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]).catch(() => undefined);
  }
}

async function tryLock(runner: QueryRunner, key: string): Promise<boolean> {
  const [row] = (await runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken', [key])) as {
    taken: boolean;
  }[];
  return row?.taken === true;
}
