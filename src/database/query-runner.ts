/**
 * One connection of TypeORM's pool for a while. Not by `await using`: TypeORM would commit a transaction that is still open, and what swc makes of
 * it hides the first error behind one of its own.
 */
import type { DataSource, QueryRunner } from 'typeorm';

/** Runs `work` with a connection that nobody else uses meanwhile. */
export async function withQueryRunner<T>(
  dataSource: DataSource,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    return await work(runner);
  } finally {
    await runner.release();
  }
}

/** Runs `work` in a transaction that is rolled back whatever comes of it. An error of `work` counts before one of the rollback. */
export async function rolledBack<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  await runner.query('START TRANSACTION');
  try {
    return await work();
  } finally {
    await runner.query('ROLLBACK').catch(() => undefined);
  }
}
