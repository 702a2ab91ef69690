/** The HTTP server under Fastify: what a connection may cost before anybody knows who is on it. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { ConnectionRoom } from './connection-room';
import { answerExpectation } from './protocol-errors';

/** Receiving a whole request and writing its answer; Typeform gives up after 30 s. */
const REQUEST_TIMEOUT_MS = 25_000;
const HEADERS_TIMEOUT_MS = 10_000;
const CHECK_INTERVAL_MS = 2_000;
/** Longer than the 60 s after which common load balancers close idle connections, so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** More than Typeform and a load balancer keep open; the next one is closed at once. Strangers have fewer (ConnectionRoom). */
const MAX_CONNECTIONS = 2_000;
/**
 * Requests of one connection that are at work or wait. Browsers, proxies and Typeform send one at a time; who sends hundreds at once
 * would otherwise fill the memory with answers.
 */
const MAX_PIPELINED = 10;

type Exchange = Parameters<RequestListener>;
/** By connection that has a request at work, what waits on it. */
type Waiting = WeakMap<Socket, Exchange[]>;

/** Creates the server of a port. `isProxy`: whether an address is that of a trusted proxy, whose connections are everybody's. */
export function createHttpServer(handle: RequestListener, isProxy: (address: string) => boolean = () => false): Server {
  const options = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // Node would refuse a request without Host with an empty answer; a hook sends a problem document.
    requireHostHeader: false,
  };
  const waiting: Waiting = new WeakMap();
  const server = createServer(options, oneAtATime(handle, waiting));
  const room = new ConnectionRoom(isProxy, (socket) => !waiting.has(socket));
  server.on('connection', (socket) => room.admit(socket));
  server.on('checkExpectation', answerExpectation);
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/**
 * Hands on one request of a connection at a time and one in each turn of the event loop, so that who sends several at once gets no
 * more of it than anybody else. Closes a connection that sends too many; what waits is dropped with it.
 */
function oneAtATime(handle: RequestListener, waiting: Waiting): RequestListener {
  const start = (queue: Exchange[], [request, response]: Exchange): void => {
    const { socket } = request;
    response.once('close', () => {
      const next = queue.shift();
      if (next && !socket.destroyed) setImmediate(start, queue, next);
      else waiting.delete(socket);
    });
    void handle(request, response);
  };
  return (request, response) => {
    const { socket } = request;
    const queue = waiting.get(socket);
    if (socket.destroyed) return;
    if (queue && queue.length + 1 >= MAX_PIPELINED) return void socket.destroy();
    if (queue) return void queue.push([request, response]);
    const started: Exchange[] = [];
    waiting.set(socket, started);
    start(started, [request, response]);
  };
}
