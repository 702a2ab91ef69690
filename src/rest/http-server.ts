/** The HTTP server under Fastify: what a connection may cost before anybody knows who is on it. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { answerExpectation } from './protocol-errors';

/** Receiving a whole request and writing its answer; Typeform gives up after 30 s. */
const REQUEST_TIMEOUT_MS = 25_000;
const HEADERS_TIMEOUT_MS = 10_000;
const CHECK_INTERVAL_MS = 2_000;
/** Longer than the 60 s after which common load balancers close idle connections, so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** More than Typeform and a load balancer keep open; the next one is closed at once. */
const MAX_CONNECTIONS = 2_000;
/**
 * Requests of one connection that wait for an answer, or arrive in one turn of the event loop. Browsers, proxies and Typeform send
 * one at a time; who sends hundreds at once would otherwise fill the memory with answers and keep everybody else waiting.
 */
const MAX_PIPELINED = 10;

/** Creates the server of a port. */
export function createHttpServer(handle: RequestListener): Server {
  const options = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // Node would refuse a request without Host with an empty answer; a hook sends a problem document.
    requireHostHeader: false,
  };
  const server = createServer(options, limitPipelining(handle));
  server.on('checkExpectation', answerExpectation);
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** Closes a connection that sends too many requests at once; the requests before it are answered or dropped with it. */
function limitPipelining(handle: RequestListener): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  const arrivedThisTurn = new Map<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const open = (unanswered.get(socket) ?? 0) + 1;
    const arrived = (arrivedThisTurn.get(socket) ?? 0) + 1;
    if (socket.destroyed || open > MAX_PIPELINED || arrived > MAX_PIPELINED) return void socket.destroy();
    if (arrivedThisTurn.size === 0) setImmediate(() => arrivedThisTurn.clear());
    arrivedThisTurn.set(socket, arrived);
    unanswered.set(socket, open);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    void handle(request, response);
  };
}
