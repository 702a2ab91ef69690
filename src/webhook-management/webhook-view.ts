import type { Webhook } from './webhook.entity';
import type { WebhookView } from './webhooks.dto';

/** A webhook as the API shows it; never its secrets. */
export function toWebhookView(row: Webhook): WebhookView {
  return {
    id: row.id,
    formId: row.formId,
    formTitle: row.formTitle,
    tag: row.tag,
    url: row.url,
    enabled: row.enabled,
    verifySsl: row.verifySsl,
    eventTypes: row.eventTypes,
    status: row.status,
    drift: row.drift,
    pending: row.pending,
    problem: row.problem,
    observedAt: row.observedAt,
    previousSecretExpiresAt: row.previousSecretExpiresAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
