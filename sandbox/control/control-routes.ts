import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api/api-error';
import { formView, originOf } from '../api/form-view';
import type { SandboxControl } from './control';
import type { ClockInput, DeliveryFilter, FaultInput, FormInput, SubmissionInput } from './control-inputs';
import { controlPage } from './control-page';
import type { SandboxSettings } from '../settings';

/** The page is text, links and its own style. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FormPath = z.object({ formId: z.string() });

/**
 * The control routes. They need no token, so they refuse callers that could be misdirected here: web pages of other
 * origins, and deliveries of a webhook whose URL points at the sandbox. They never redirect.
 */
export function controlRoutes(app: FastifyInstance, control: SandboxControl): void {
  const guard = { onRequest: (request: FastifyRequest) => refuseStrangers(request) };

  for (const path of ['/sandbox', '/sandbox/']) {
    app.get(path, guard, (request, reply) =>
      reply
        .header('content-security-policy', PAGE_POLICY)
        .type('text/html; charset=utf-8')
        .send(controlPage(control.forms(), originOf(request), control.stats())),
    );
  }
  app.post('/sandbox/forms', guard, (request, reply) => {
    const form = control.createForm(bodyOf(request) as FormInput);
    return reply.status(201).send(formView(form, originOf(request)));
  });
  app.post('/sandbox/forms/:formId/submissions', guard, (request, reply) => {
    const items = control.submit(FormPath.parse(request.params).formId, bodyOf(request) as SubmissionInput);
    return reply.status(201).send({ items });
  });
  app.get('/sandbox/webhooks', guard, () => ({
    items: control.webhooks().map(({ secret, ...webhook }) => ({ ...webhook, hasSecret: secret !== undefined })),
  }));
  app.get('/sandbox/deliveries', guard, (request) => ({ items: control.deliveries(request.query as DeliveryFilter) }));
  app.get('/sandbox/faults', guard, () => ({ items: control.faults() }));
  app.post('/sandbox/faults', guard, (request, reply) =>
    reply.status(201).send(control.addFault(bodyOf(request) as FaultInput)),
  );
  app.delete('/sandbox/faults', guard, (_, reply) => {
    control.clearFaults();
    return reply.status(204).send();
  });
  app.post('/sandbox/clock', guard, (request) => control.setClock(bodyOf(request) as ClockInput));
  app.post('/sandbox/settings', guard, (request) => control.configure(bodyOf(request) as Partial<SandboxSettings>));
  app.get('/sandbox/stats', guard, () => control.stats());
  app.post('/sandbox/reset', guard, (_, reply) => {
    control.reset();
    return reply.status(204).send();
  });
}

/** The raw body: the control validates it. */
function bodyOf(request: FastifyRequest): unknown {
  return request.body ?? {};
}

/** @throws ApiError 403 for a page of another origin and for a delivery */
async function refuseStrangers(request: FastifyRequest): Promise<void> {
  const { origin } = request.headers;
  const isDelivery = request.headers['user-agent'] === 'Typeform Webhooks';
  if (isDelivery || (origin !== undefined && origin !== originOf(request))) {
    throw new ApiError(403, 'FORBIDDEN', 'The control routes are for direct calls only');
  }
  return Promise.resolve();
}
