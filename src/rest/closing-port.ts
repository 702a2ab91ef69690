/** Closes the port of a server without resetting what is on its way to it. */
import type { Server } from 'node:http';
import { Server as TcpServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** How long to look for a moment in which nobody is connecting. */
const QUIET_SEARCH_MS = 250;
const QUIET_TURNS = 2;
/** A request on its way over a connection that was accepted just before the port closed arrives within this time. */
const ARRIVAL_MS = 500;
const CHECK_INTERVAL_MS = 50;

/**
 * Accepts no more connections, and resolves when all that were accepted are done with; after `patienceMs` `giveUp` is called to answer
 * what is still open, and what then remains is cut. Connections that wait to be accepted at the moment the port closes would be reset,
 * so that moment is one in which nobody connects.
 */
export async function closePort(server: Server, patienceMs: number, giveUp: () => void): Promise<void> {
  await quietMoment(server);
  const closed = new Promise<void>((resolve) => {
    // The HTTP server's own close() cuts connections on which no request has arrived yet.
    TcpServer.prototype.close.call(server, () => resolve());
  });
  const patience = setTimeout(giveUp, patienceMs);
  const cut = setTimeout(() => server.closeAllConnections(), patienceMs + ARRIVAL_MS);
  await Promise.race([closed, delay(ARRIVAL_MS)]);
  const idle = setInterval(() => server.closeIdleConnections(), CHECK_INTERVAL_MS);
  server.closeIdleConnections();
  await closed;
  for (const timer of [patience, cut, idle]) clearTimeout(timer);
}

/** Resolves after turns of the event loop in which no connection was accepted, or when there is none for long. */
async function quietMoment(server: Server): Promise<void> {
  let connected = false;
  const notice = (): void => void (connected = true);
  server.on('connection', notice);
  const until = performance.now() + QUIET_SEARCH_MS;
  for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < until;) {
    connected = false;
    await nextTurn();
    quiet = connected ? 0 : quiet + 1;
  }
  server.off('connection', notice);
}
