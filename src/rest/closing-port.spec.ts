import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { closePort } from './closing-port';

const NOBODY_WAITS_MS = 60_000;
const REQUEST = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';

let server: Server;
/** Answers of requests that the server keeps open. */
let held: (() => void)[];
beforeEach(async () => {
  held = [];
  server = createServer((request, response) => {
    if (request.url === '/held') held.push(() => response.writeHead(503).end('later'));
    else response.end('now');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A connection that the server has accepted, and everything that arrives on it until it ends. */
async function visit(): Promise<{ socket: Socket; answer: Promise<string> }> {
  const accepted = new Promise((resolve) => server.once('connection', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const answer = new Promise<string>((resolve, reject) => {
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
  await accepted;
  return { socket, answer };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn();
}

it('answers a request that arrives after the port has closed, on a connection accepted before', async () => {
  const { socket, answer } = await visit();
  const closed = closePort(server, NOBODY_WAITS_MS, () => undefined);
  await until(() => !server.listening);
  socket.write(REQUEST);
  expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
  await closed;
});

it('lets what is still open be answered when its patience ends', async () => {
  const { socket, answer } = await visit();
  socket.write(REQUEST.replace('/ ', '/held '));
  await until(() => held.length === 1);
  await closePort(server, 1, () => held[0]?.());
  expect(await answer).toMatch(/^HTTP\/1\.1 503 /);
});
