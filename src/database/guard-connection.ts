/** Protects the service from pooled connections whose network falls silent. */
import type { Socket } from 'node:net';
import type { ClientBase } from 'pg';

/** Longer than any statement may take (30 s): a connection silent that long is dead. */
const SILENCE_TIMEOUT_MS = 32_000;

/**
 * For the pools' `onConnect`. After a network failure that neither side notices, a query would wait forever: the silent connection is
 * closed, which fails the query and makes the pool replace it.
 */
export function guardConnection(client: ClientBase): void {
  const { stream } = (client as ClientBase & { connection: { stream: Socket } }).connection;
  stream.setTimeout(SILENCE_TIMEOUT_MS, () => stream.destroy(new Error('Connection terminated: silent for too long')));
}
