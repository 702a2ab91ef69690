import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { DeliveryEngine } from '../delivery/delivery-engine';
import type { Webhook } from '../model';
import type { Random } from '../random';
import type { Store } from '../store';
import type { SimulatedClock } from '../time/simulated-clock';
import { fromZod, notFound, validationError } from './api-error';
import { endpoints, type Gate } from './api-server';
import { formOf } from './forms-api';

interface WebhooksParts {
  gate: Gate;
  store: Store;
  clock: SimulatedClock;
  engine: DeliveryEngine;
  ids: Random;
}

const TagPath = z.object({ tag: z.string().min(1) });

/** The body of a PUT; every member may be missing. */
const WebhookInput = z.object({
  url: z.url({ protocol: /^https?$/ }).optional(),
  enabled: z.boolean().optional(),
  secret: z.string().optional(),
  verify_ssl: z.boolean().optional(),
  event_types: z.object({ form_response: z.boolean(), form_response_partial: z.boolean() }).partial().optional(),
});
type WebhookInput = z.infer<typeof WebhookInput>;

/** The Webhooks API (facts, section 4). */
export function webhooksApi(app: FastifyInstance, { gate, store, clock, engine, ids }: WebhooksParts): void {
  endpoints(app, gate, '/forms/:formId/webhooks', {
    GET: {
      scope: 'webhooks:read',
      handle: (request) => ({ items: store.webhooks(formOf(store, request).id).map(webhookView) }),
    },
  });

  endpoints(app, gate, '/forms/:formId/webhooks/:tag', {
    GET: { scope: 'webhooks:read', handle: (request) => webhookView(webhookOf(store, request)) },
    PUT: {
      scope: 'webhooks:write',
      handle: (request) => {
        const form = formOf(store, request);
        const { tag } = TagPath.parse(request.params);
        const input = WebhookInput.safeParse(request.body ?? {});
        if (!input.success) throw fromZod(input.error, 'body');
        const known = store.webhook(form.id, tag);
        const webhook = known
          ? merged(known, input.data, clock.nowMs())
          : created({ formId: form.id, tag, id: ids.ulid(clock.nowMs()) }, input.data, clock.nowMs());
        store.saveWebhook(webhook);
        if (!webhook.enabled) engine.cancelPending(form.id, tag);
        else if (!known?.enabled) engine.forgetFailures(form.id, tag);
        return webhookView(webhook);
      },
    },
    DELETE: {
      scope: 'webhooks:write',
      handle: (request, reply) => {
        const { formId, tag } = webhookOf(store, request);
        store.deleteWebhook(formId, tag);
        engine.cancelPending(formId, tag);
        engine.forgetFailures(formId, tag);
        return reply.status(204).send();
      },
    },
  });
}

function webhookOf(store: Store, request: FastifyRequest): Webhook {
  const form = formOf(store, request);
  const { tag } = TagPath.parse(request.params);
  const webhook = store.webhook(form.id, tag);
  if (!webhook) throw notFound(`Webhook "${tag}"`);
  return webhook;
}

/** A new webhook: an omitted `enabled` counts as false. @throws ApiError 400 without a URL */
function created(identity: Pick<Webhook, 'id' | 'formId' | 'tag'>, input: WebhookInput, nowMs: number): Webhook {
  if (input.url === undefined) {
    throw validationError([{ code: 'REQUIRED', description: 'url is required', field: 'url', in: 'body' }]);
  }
  return {
    ...identity,
    url: input.url,
    enabled: input.enabled ?? false,
    verifySsl: input.verify_ssl ?? true,
    secret: input.secret,
    eventTypes: { form_response: true, form_response_partial: false, ...input.event_types },
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** What the PUT omits stays unchanged: `{"enabled": false}` alone keeps the rest. */
function merged(known: Webhook, input: WebhookInput, nowMs: number): Webhook {
  return {
    ...known,
    url: input.url ?? known.url,
    enabled: input.enabled ?? known.enabled,
    verifySsl: input.verify_ssl ?? known.verifySsl,
    secret: input.secret ?? known.secret,
    eventTypes: { ...known.eventTypes, ...input.event_types },
    disabledBecause: input.enabled === undefined ? known.disabledBecause : undefined,
    updatedAtMs: nowMs,
  };
}

/** Whether Typeform echoes the secret is ambiguous: the sandbox never does. */
function webhookView(webhook: Webhook): Record<string, unknown> {
  return {
    id: webhook.id,
    form_id: webhook.formId,
    tag: webhook.tag,
    url: webhook.url,
    enabled: webhook.enabled,
    verify_ssl: webhook.verifySsl,
    event_types: webhook.eventTypes,
    created_at: new Date(webhook.createdAtMs).toISOString(),
    updated_at: new Date(webhook.updatedAtMs).toISOString(),
  };
}
