import { DomainError } from '../core/problem';
import { isContention } from '../database/database-errors';

const MAX_ATTEMPTS = 3;

/** Runs a transaction that has to stand alone; again when others got in its way. Throws `conflict` when they do not stop. */
export async function retryOnContention<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isContention(error)) throw error;
    }
  }
  throw new DomainError('conflict', 'nothing was erased, since other changes kept getting in the way: try again');
}
