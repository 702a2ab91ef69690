/** Protects long work, such as a migration, from connections that have died without a word. */
import type { Socket } from 'node:net';
import { Client, type ClientBase } from 'pg';
import { pinnedClient } from './pinned-client';

/** After so long a silence the server is asked whether it still works on the connection. */
const ASK_AFTER_MS = 5_000;
const ANSWER_TIMEOUT_MS = 5_000;

/** Properties of a pg connection that its types do not declare. */
interface Internals {
  connection: { stream: Socket };
  processID: number | null;
  readyForQuery: boolean | null;
}

/**
 * For the `onConnect` of a pool whose statements may take as long as they need: silence alone says nothing there. While a connection
 * is silent, another one asks the server about it; when the server does not answer, has no such session or has long finished its
 * statement, the connection is closed, which fails the statement.
 */
export function watchConnection(url: string): (client: ClientBase) => void {
  return (client) => {
    client.on('error', () => undefined);
    const internals = client as ClientBase & Internals;
    const { stream } = internals.connection;
    const ask = async (): Promise<void> => {
      const [pid, read] = [internals.processID, stream.bytesRead];
      const alive = await isAlive(url, pid ?? 0, internals.readyForQuery !== true);
      // What arrived meanwhile is an answer too.
      if (alive || stream.bytesRead > read) stream.setTimeout(ASK_AFTER_MS);
      else stream.destroy(new Error('Connection terminated: the server does not know of it any more'));
    };
    stream.setTimeout(ASK_AFTER_MS, () => void ask());
  };
}

/** Whether the server still has this session and, if `busy`, works on a statement of it. */
async function isAlive(url: string, pid: number, busy: boolean): Promise<boolean> {
  const asking: Client = new (pinnedClient(url))({
    application_name: 'typeform-onboarding-watch',
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  });
  asking.on('error', () => undefined);
  try {
    await asking.connect();
    const { rows } = await asking.query<{ state: string | null }>('SELECT state FROM pg_stat_activity WHERE pid = $1', [
      pid,
    ]);
    const [session] = rows;
    return session !== undefined && (!busy || !session.state?.startsWith('idle'));
  } catch {
    return false;
  } finally {
    void asking.end().catch(() => undefined);
  }
}
