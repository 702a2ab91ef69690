/** Every error leaves as RFC 9457 `application/problem+json`, with one log line and nothing internal in it. */
import { ArgumentsHost, Catch, ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseOutage, isDataException } from '../database/database-errors';
import { DomainError, ErrorCode, statusOf, toProblem } from '../core/problem';
import { readTraceparent } from '../core/traceparent';
import { Pace } from './pace';
import { mayLogRefusal } from './refusal-lines';

const CODE_OF_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'validation_failed',
  429: 'rate_limited',
};

/** What anybody can cause without a key or a signature. */
const OF_STRANGERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unauthorized',
  'invalid_signature',
  'rate_limited',
  'not_found',
  'method_not_allowed',
  'unsupported_media_type',
  'payload_too_large',
  'intake_overloaded',
  'request_aborted',
]);

/** More than callers with a wrong key or secret cause by mistake; answering that many takes a tenth of a core. */
const refusals = new Pace({ perSecond: 500, burst: 50, maxWaitMs: 2_000 });
/** A larger body of a refused request is not read to its end: the connection is closed. */
const MAX_DISCARDED_BYTES = 64 * 1024;

/** Messages for errors of the framework, whose own texts must not leave the service. */
const DETAIL: Partial<Record<ErrorCode, string>> = {
  bad_request: 'the request could not be read',
  not_found: 'there is nothing at this address',
  payload_too_large: 'the body is larger than this service accepts',
  unsupported_media_type: 'send application/json',
};

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), exception, this.logger);
  }
}

const problems = new WeakMap<FastifyRequest, DomainError>();

/** The error that a request was answered with, if it was. */
export function problemOf(request: FastifyRequest): DomainError | undefined {
  return problems.get(request);
}

/** Logs what a request fails with, and remembers it: for an answer that is no problem document. */
export function recordProblem(request: FastifyRequest, thrown: unknown, logger: Logger): DomainError {
  const error = hasLeft(request) ? abandoned(thrown) : toDomainError(thrown);
  problems.set(request, error);
  log(logger, request, error, thrown);
  return error;
}

/** Answers a request with the problem document for anything thrown. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, thrown: unknown, logger: Logger): void {
  const error = recordProblem(request, thrown, logger);
  const status = statusOf(error.code);
  // Answered completely by a shutdown that could not wait.
  if (reply.raw.writableEnded) return;
  // A stream that fails after its first bytes can no longer become a problem document: cutting it tells the client.
  if (reply.sent) return void reply.raw.destroy();
  if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', String(error.retryAfterSeconds));
  if (error.code === 'unauthorized') void reply.header('www-authenticate', 'Bearer');
  if (hasLargeRest(request)) void reply.header('connection', 'close');
  const instance = request.url.split('?', 1)[0] ?? '/';
  void reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer(JSON.stringify);
  const send = (): void => void reply.send(toProblem(error, instance, request.id));
  if (OF_STRANGERS.has(error.code)) refusals.inTurn(send);
  else send();
}

/** True when more of the body may follow than is worth reading only to keep the connection. */
function hasLargeRest({ raw }: FastifyRequest): boolean {
  if (raw.complete) return false;
  const { 'content-length': announced, 'transfer-encoding': encoding } = raw.headers;
  return encoding !== undefined || Number(announced ?? 0) > MAX_DISCARDED_BYTES;
}

/** True when the client closed its connection before it had sent its complete request. */
function hasLeft({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete;
}

/** Never reaches the client; it is for the log and the metrics. The socket's error looks like a lost database connection. */
function abandoned(cause: unknown): DomainError {
  return new DomainError('request_aborted', 'the client disconnected before it had sent the complete request', {
    cause,
  });
}

function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  if (isDatabaseOutage(thrown)) {
    return new DomainError('database_unavailable', 'the database cannot be reached', {
      cause: thrown,
      retryAfterSeconds: 5,
    });
  }
  if (isDataException(thrown))
    return new DomainError('bad_request', 'a value of the request cannot be stored', { cause: thrown });
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusOfFrameworkError(thrown);
  const code = CODE_OF_STATUS[status] ?? 'internal_error';
  return new DomainError(code, DETAIL[code] ?? 'the request failed; search the log for its requestId', {
    cause: thrown,
  });
}

/** Fastify's own errors (body too large, wrong content type, broken JSON, ...) carry `statusCode` and an FST_ code. */
function statusOfFrameworkError(thrown: unknown): number {
  if (!(thrown instanceof Error)) return 500;
  const { code, statusCode } = thrown as Error & { code?: unknown; statusCode?: unknown };
  const ofFramework = typeof code === 'string' && (code.startsWith('FST_') || code.startsWith('ERR_'));
  if (thrown instanceof SyntaxError && statusCode === 400) return 400;
  return ofFramework && typeof statusCode === 'number' ? statusCode : 500;
}

/** How a log line identifies its request: the id that the caller was given, and the trace that the caller named. */
export function requestFacts(request: FastifyRequest): { requestId: string; traceparent?: string } {
  const traceparent = readTraceparent(request.headers.traceparent);
  return { requestId: request.id, ...(traceparent === undefined ? {} : { traceparent }) };
}

/** One line, without path parameters, query or the message of a foreign error, which may hold personal data. */
function log(logger: Logger, request: FastifyRequest, error: DomainError, thrown: unknown): void {
  const line = {
    method: request.method,
    route: request.routeOptions.url ?? 'unknown',
    status: statusOf(error.code),
    code: error.code,
    ...requestFacts(request),
  };
  if (OF_STRANGERS.has(error.code)) {
    const may = mayLogRefusal();
    if (may) logger.warn('Request refused', may.unlogged === 0 ? line : { ...line, unloggedBefore: may.unlogged });
    return;
  }
  if (error.code !== 'internal_error') return logger.warn('Request refused', line);
  const cause = thrown instanceof Error ? thrown : new Error('not an error');
  const places = cause.stack
    ?.split('\n')
    .filter((place) => place.startsWith('    at '))
    .slice(0, 8);
  logger.error('Request failed', { ...line, error: cause.name, places: places?.map((place) => place.trim()) });
}
