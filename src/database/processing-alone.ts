/** Changes that no batch of events may cross: admins' decisions, erasures, removals. */
import { DomainError } from '../core/problem';
import { lockUntilCommit } from './advisory-lock';
import { isContention } from './database-errors';
import type { SqlRunner } from './sql-runner';

/** How long to wait for running batches; only processing waits meanwhile. */
const BATCHES_TIMEOUT_MS = 5_000;
const MAX_ATTEMPTS = 3;

/**
 * Waits until no batch of events is being processed, and lets none begin before the commit; events still arrive. Throws a contention
 * error when it has waited too long.
 */
export async function processingAlone(sql: SqlRunner, timeoutMs = BATCHES_TIMEOUT_MS): Promise<void> {
  await limitLockWaits(sql, timeoutMs);
  await lockUntilCommit(sql, 'processing');
}

/** How long the statements that follow may wait for a lock, until the transaction ends. */
export async function limitLockWaits(sql: SqlRunner, timeoutMs: number): Promise<void> {
  await sql.query(`SELECT set_config('lock_timeout', $1, true)`, [String(timeoutMs)]);
}

/** Runs a transaction that needs {@link processingAlone}; retries on contention, and finally throws `conflict`. `undone`: what did not happen. */
export async function retryOnContention<T>(undone: string, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isContention(error)) throw error;
    }
  }
  throw new DomainError('conflict', `${undone}, because other changes kept interfering: try again`);
}
