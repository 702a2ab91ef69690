import type { DataSource } from 'typeorm';

/** What is done by one process at a time, over all replicas. */
export type LockName = 'migrations';

/**
 * Runs `work` while holding a PostgreSQL advisory lock, waiting for it if another process has it. The lock lives on a connection
 * of its own, so it is released even when this process is killed.
 */
export async function withAdvisoryLock<T>(dataSource: DataSource, name: LockName, work: () => Promise<T>): Promise<T> {
  await using runner = dataSource.createQueryRunner();
  const key = `typeform-onboarding:${name}`;
  await runner.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [key]);
  try {
    return await work();
  } finally {
    await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]);
  }
}
