/**
 * Somebody else holds clients that a batch has to change, and the batch would not wait for them. Reads like PostgreSQL's own error of a
 * lock that was not available in time.
 */
export class ClientsHeldError extends Error {
  readonly code = '55P03';
  readonly table = 'client';

  /** `eventIds`: those of the batch that have to do with these clients, as far as can be told. */
  constructor(readonly eventIds: readonly string[]) {
    super('clients of the batch are held by another transaction');
  }
}
