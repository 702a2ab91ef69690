/** What holds for every path of the admin API, before its handler is asked. */
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../core/problem';
import { sendProblem } from './problem.filter';

const PREFIX = '/v1';

/** Installs the conventions; call it before any route is registered. */
export function holdApiConventions(fastify: FastifyInstance): void {
  const logger = new Logger('Http');
  const routes: { path: RegExp; method: string }[] = [];
  fastify.addHook('onRoute', ({ url, method }) => {
    if (!url.startsWith(`${PREFIX}/`)) return;
    for (const one of [method].flat()) routes.push({ path: patternOf(url), method: one });
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const path = pathOf(request);
    if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return done();
    // What the API tells is personal data: no browser and no proxy keeps it.
    void reply.header('cache-control', 'no-store');
    const allowed = request.is404 ? routes.filter((route) => route.path.test(path)).map(({ method }) => method) : [];
    if (allowed.length > 0) {
      const methods = [...new Set(allowed)].sort().join(', ');
      void reply.header('allow', methods);
      return sendProblem(request, reply, new DomainError('method_not_allowed', `use ${methods} here`), logger);
    }
    if (isEncoded(request)) {
      void reply.header('accept-encoding', 'identity');
      return sendProblem(request, reply, encodedBody(), logger);
    }
    done();
  });
}

/** True when the body is compressed. It would have to be unpacked before anybody knows how large it is. */
export function isEncoded({ headers }: FastifyRequest): boolean {
  const encoding = headers['content-encoding'];
  return encoding !== undefined && !/^\s*(identity)?\s*$/i.test(encoding);
}

export function encodedBody(): DomainError {
  return new DomainError('unsupported_media_type', 'send the body uncompressed, without Content-Encoding');
}

function pathOf(request: FastifyRequest): string {
  const path = (request.url.split(/[?#]/, 1)[0] ?? '').replace(/\/{2,}/g, '/');
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}

/** `/v1/forms/:formId` as a pattern for paths. */
function patternOf(url: string): RegExp {
  const segments = url
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : segment.replace(/[^\w-]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}$`);
}
