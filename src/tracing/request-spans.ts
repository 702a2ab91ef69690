import { trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';

/** Names the span of a request by its route, since a path may hold what somebody typed, and gives it the id that the log has. */
export function nameRequestSpans(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    trace
      .getActiveSpan()
      ?.updateName(`${request.method} ${route}`)
      .setAttributes({ 'http.route': route, 'onboarding.request_id': request.id });
    done();
  });
}
