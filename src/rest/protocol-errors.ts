/** What cannot be read as HTTP never becomes a request; it is answered here, with a problem document as well. */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import { DomainError, statusOf, toProblem } from '../core/problem';
import { mayLogRefusal } from './refusal-lines';

const logger = new Logger('Http');

/** Node's `clientError`: answers, then closes the connection, since what follows on it cannot be read either. */
export function answerProtocolError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // An answer that has begun cannot be followed by another one.
  const { _httpMessage: current } = socket as Duplex & { _httpMessage?: { headersSent: boolean } };
  if (error.code === 'ECONNRESET' || !socket.writable || current?.headersSent === true)
    return void socket.destroy(error);
  const { status, body, headers } = refusal(problemOf(error.code), '/', error.code);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}`;
  socket.end(`${head}\r\n${body}`, () => socket.destroy());
}

/** Node's `checkExpectation`: an Expect header other than `100-continue`, which nobody here could meet. */
export function answerExpectation(request: IncomingMessage, response: ServerResponse): void {
  const problem = new DomainError('expectation_failed', 'the only expectation this service meets is 100-continue');
  const { status, body, headers } = refusal(problem, request.url?.split('?', 1)[0] ?? '/');
  response.writeHead(status, headers).end(body);
}

function refusal(problem: DomainError, instance: string, error?: string) {
  const status = statusOf(problem.code);
  const requestId = randomUUID();
  const line = { status, code: problem.code, error, requestId };
  const may = mayLogRefusal();
  if (may) logger.warn('Request refused', may.unlogged === 0 ? line : { ...line, unloggedBefore: may.unlogged });
  const body = JSON.stringify(toProblem(problem, instance, requestId));
  const headers = {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    connection: 'close',
  };
  return { status, body, headers };
}

function problemOf(code: string | undefined): DomainError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new DomainError('headers_too_large', 'the header of the request is larger than this service accepts');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new DomainError('request_timeout', 'the request did not arrive completely in time');
  return new DomainError('bad_request', 'this is not a valid HTTP request');
}
