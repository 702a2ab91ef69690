/** What every pooled connection needs so that neither a dying server nor a silent network takes the service with it. */
import type { Socket } from 'node:net';
import type { ClientBase } from 'pg';

/** Longer than any statement may take (30 s): whoever is silent that long will not speak again. */
const SILENCE_TIMEOUT_MS = 32_000;

/**
 * For the pools' `onConnect`. A server that shuts down says so on every connection, also on one that is between two queries or
 * just changing hands, where nobody listens: an `error` event without a listener would end the process. And after a network
 * failure that nobody is told of, a query would wait for its answer for ever: the silent connection is closed, which fails
 * the query and makes the pool replace it.
 */
export function guardConnection(client: ClientBase): void {
  client.on('error', () => undefined);
  const { stream } = (client as ClientBase & { connection: { stream: Socket } }).connection;
  stream.setTimeout(SILENCE_TIMEOUT_MS, () => stream.destroy(new Error('Connection terminated: silent for too long')));
}
