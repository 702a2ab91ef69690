import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Faults } from '../faults';
import type { SandboxSettings, Scope } from '../settings';
import type { TimeSource } from '../time/time-source';
import { ApiError } from './api-error';
import type { CallLog } from './call-log';
import type { RateLimiter } from './rate-limiter';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];

/** One API call: the scope its token needs, and its answer. */
export interface Endpoint {
  scope: Scope;
  handle: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

export interface Gate {
  faults: Faults;
  settings: SandboxSettings;
  limiter: RateLimiter;
  calls: CallLog;
  time: TimeSource;
  /** The scopes of a bearer token; undefined when it does not belong to the account. */
  scopesOf: (token: string) => readonly Scope[] | undefined;
}

/** Declares the endpoints of one path; every other method answers 405. */
export function endpoints(
  app: FastifyInstance,
  gate: Gate,
  url: string,
  byMethod: Partial<Record<Method, Endpoint>>,
): void {
  const allowed = METHODS.filter((method) => byMethod[method]);
  for (const method of METHODS) {
    const endpoint = byMethod[method];
    app.route({
      method,
      url,
      onRequest: async (request, reply) => {
        record(gate, request, reply);
        if (await spoiled(gate, request, reply)) return reply;
        admit(gate, request, endpoint?.scope);
      },
      handler: (request, reply) => {
        if (endpoint) return endpoint.handle(request, reply);
        throw new ApiError(405, 'METHOD_NOT_ALLOWED', `${method} is not allowed here`, {
          headers: { Allow: allowed.join(', ') },
        });
      },
    });
  }
}

function record({ calls, time }: Gate, request: FastifyRequest, reply: FastifyReply): void {
  const call = { atMs: time.nowMs(), method: request.method, url: request.url, status: 0 };
  calls.record(call);
  reply.raw.once('finish', () => (call.status = reply.statusCode));
}

/**
 * Authorisation, then the account's rate limit, then the token's scope.
 * @throws ApiError 401 without an accepted token, 429 beyond the limit, 403 when the token lacks the scope
 */
function admit(gate: Gate, request: FastifyRequest, scope: Scope | undefined): void {
  const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const scopes = token === undefined ? undefined : gate.scopesOf(token);
  if (!scopes) {
    throw new ApiError(401, 'AUTHENTICATION_FAILED', 'Authentication credentials not found on the Request Headers');
  }
  const waitMs = gate.limiter.refuseFor(gate.time.nowMs(), gate.settings.rateLimitPerSecond);
  if (waitMs !== undefined) {
    const headers = gate.settings.retryAfter ? { 'Retry-After': String(Math.ceil(waitMs / 1000)) } : undefined;
    throw new ApiError(429, 'TOO_MANY_REQUESTS', 'Rate limit exceeded', { headers });
  }
  if (scope !== undefined && !scopes.includes(scope)) {
    throw new ApiError(403, 'FORBIDDEN', `The token lacks the scope ${scope}`);
  }
}

/** Applies the next fault that matches this call. True when that fault has answered it (or closed the connection). */
async function spoiled({ faults, time }: Gate, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const fault = faults.take('api', `${request.method} ${request.url}`);
  switch (fault?.kind) {
    case 'slow':
      await new Promise<void>((resolve) => time.after(fault.delayMs, resolve));
      return false;
    case 'status':
      throw new ApiError(fault.status, `HTTP_${fault.status}`, 'A fault that was switched on', {
        headers: fault.retryAfterSeconds === undefined ? undefined : { 'Retry-After': String(fault.retryAfterSeconds) },
      });
    case 'drop':
      reply.hijack();
      if (fault.phase === 'in_body') await startAnswer(reply);
      request.raw.socket.destroy();
      return true;
    case 'garbage':
      reply.type('application/json').send('{"items": [{"id": ');
      return true;
    case 'redirect':
      reply.redirect(`${request.url.split('?')[0]}/moved`, fault.status);
      return true;
    default:
      return false;
  }
}

/** Sends the head and the first bytes of an answer that announces more. */
function startAnswer(reply: FastifyReply): Promise<void> {
  reply.raw.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 });
  return new Promise((resolve) => reply.raw.write('{"items": [', () => resolve()));
}
