/**
 * Whether a synchronous standby has confirmed what a connection committed. A commit that is cancelled while it waits for one, by an
 * operator or by the cluster manager, is only on the primary's disk, yet PostgreSQL reports success, with a warning.
 */
import type { ClientBase } from 'pg';

/** The PostgreSQL routine that raises the warning; its text depends on the server's language. */
const WAITS_FOR_STANDBY = 'SyncRepWaitForLSN';

const unconfirmed = new WeakSet<ClientBase>();

/** For a pool's `onConnect`. Needs `client_min_messages` not above `warning`. */
export function watchConfirmation(client: ClientBase): void {
  client.on('notice', ({ routine }) => {
    if (routine === WAITS_FOR_STANDBY) unconfirmed.add(client);
  });
}

/** Call it after a commit that will be acknowledged. Throws when no standby has it; the connection must then be discarded. */
export function requireConfirmation(client: ClientBase): void {
  if (unconfirmed.has(client)) throw new UnconfirmedCommitError();
}

class UnconfirmedCommitError extends Error {
  /** SQLSTATE "transaction resolution unknown". */
  readonly code = '08007';

  constructor() {
    super('a commit was cancelled while it waited for the synchronous standby');
    this.name = 'UnconfirmedCommitError';
  }
}
