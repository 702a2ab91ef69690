/** Requests written byte by byte, as no HTTP client would send them. */
import { connect } from 'node:net';

const QUIET_FOR_MS = 60_000;

/**
 * Sends bytes (a text counts as latin1) on a connection of their own. Resolves with all that came back, as latin1, once the server has
 * closed the connection or `enough` holds of what came so far; rejects when nothing comes for a minute. With `end` the client sends no
 * more after the bytes, so that a request which is not complete is answered at once.
 */
export function sendRaw(
  url: string,
  bytes: string | Buffer,
  enough: (received: string) => boolean = () => false,
  { end = false } = {},
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => {
      if (end) socket.end(bytes, 'latin1');
      else socket.write(bytes, 'latin1');
    });
    socket.setTimeout(QUIET_FOR_MS, () => socket.destroy(new Error(`no more came after ${JSON.stringify(received)}`)));
    socket.on('data', (data) => {
      received += data.toString('latin1');
      if (enough(received)) socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('close', () => resolve(received));
  });
}

/** The statuses of the answers in what a connection brought, in order. */
export function statusesIn(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** True once a whole answer with a Content-Length is there. */
export function isAnswered(received: string): boolean {
  const [head = '', ...body] = received.split('\r\n\r\n');
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return length !== undefined && body.join('\r\n\r\n').length >= Number(length);
}
