import { DomainError } from '../core/problem';
import { isContention } from '../database/database-errors';

const MAX_ATTEMPTS = 3;

/** Runs a transaction that needs exclusive access; retries on contention, and finally throws `conflict`. */
export async function retryOnContention<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isContention(error)) throw error;
    }
  }
  throw new DomainError('conflict', 'nothing was erased, because other changes kept interfering: try again');
}
