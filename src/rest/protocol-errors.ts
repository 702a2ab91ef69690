/** What cannot be read as HTTP never becomes a request; it is answered here, with a problem document as well. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import { DomainError, statusOf, toProblem } from '../core/problem';

const logger = new Logger('Http');

/** Node's `clientError`: answers, then closes the connection, since what follows on it cannot be read either. */
export function answerProtocolError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // An answer that has begun cannot be followed by another one.
  const { _httpMessage: current } = socket as Duplex & { _httpMessage?: { headersSent: boolean } };
  if (error.code === 'ECONNRESET' || !socket.writable || current?.headersSent === true)
    return void socket.destroy(error);
  const problem = problemOf(error.code);
  const status = statusOf(problem.code);
  const requestId = randomUUID();
  logger.warn('Request refused', { status, code: problem.code, error: error.code, requestId });
  const body = JSON.stringify(toProblem(problem, '/', requestId));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function problemOf(code: string | undefined): DomainError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new DomainError('headers_too_large', 'the header of the request is larger than this service accepts');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new DomainError('request_timeout', 'the request did not arrive completely in time');
  return new DomainError('bad_request', 'this is not a valid HTTP request');
}
