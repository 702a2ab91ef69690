/** Protects the service from pooled connections that have become unusable. */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { ClientBase } from 'pg';

/** Longer than any statement may take (30 s): a connection silent that long is dead. */
const SILENCE_TIMEOUT_MS = 32_000;
/** SQLSTATE "read only SQL transaction". */
const READ_ONLY = '25006';

/** Properties of a pg connection that its types do not declare. */
interface Internals {
  connection: EventEmitter & { stream: Socket };
  end(): Promise<void>;
}

/**
 * For the pools' `onConnect`. After a network failure that neither side notices, a query would wait forever: the silent connection is
 * closed, which fails the query and makes the pool replace it. A server that refuses a change because it is read-only has stopped being
 * the primary: its connection is closed, so that the next one leads to whoever is the primary now.
 */
export function guardConnection(client: ClientBase): void {
  const pooled = client as ClientBase & Internals;
  const { connection } = pooled;
  const { stream } = connection;
  connection.on('errorMessage', ({ code }: { code?: string }) => {
    // The statement has its error by now. Waiting for the server to be ready again would give the pool time to hand the connection out.
    if (code === READ_ONLY) void pooled.end().catch(() => undefined);
  });
  stream.setTimeout(SILENCE_TIMEOUT_MS, () => stream.destroy(new Error('Connection terminated: silent for too long')));
}
