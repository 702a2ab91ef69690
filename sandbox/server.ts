import { isIP } from 'node:net';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { ApiError, fromZod, notFound } from './api/api-error';
import { isInvalidInput } from './control/control';

const BODY_LIMIT_BYTES = 5 * 1024 * 1024;
const LONGEST_TAG = 1000;

/** The HTTP server without its routes: every error has the format of Typeform's errors. */
export function createServer(trace: (line: string) => void): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: LONGEST_TAG },
    forceCloseConnections: true,
  });
  // A page in a browser must not reach the sandbox by a name of its own that leads to this machine (DNS rebinding).
  app.addHook('onRequest', (request, reply, done) => {
    if (isOwnHost(request.host)) return done();
    const message = 'call the sandbox by its address or as localhost';
    void reply.status(403).send(new ApiError(403, 'FORBIDDEN_HOST', message).toBody());
  });
  app.setNotFoundHandler((request, reply) => {
    const error = notFound(`${request.method} ${request.url}`);
    return reply.status(error.status).send(error.toBody());
  });
  app.setErrorHandler((error, _request, reply) => {
    const apiError = toApiError(error);
    if (apiError.status >= 500) trace(`error: ${apiError.message}`);
    return reply
      .status(apiError.status)
      .headers(apiError.extras.headers ?? {})
      .send(apiError.toBody());
  });
  return app;
}

/** True for localhost, for any IP address, and for names without a dot, such as those of containers: a browser's page has none of them. */
function isOwnHost(host: string): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || /^[a-z0-9_-]+$/.test(name);
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isInvalidInput(error)) return fromZod(error, 'body');
  const { statusCode = 500, message } = error as FastifyError;
  return new ApiError(statusCode, statusCode < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR', message);
}
