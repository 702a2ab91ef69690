/** Brings Typeform's copy of a webhook to its desired state, and records the observed state. */
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { open } from '../core/secret-box';
import { Clock } from '../database/clock';
import type { CallOptions } from '../typeform/typeform-api';
import { TypeformApi } from '../typeform/typeform-api';
import { TypeformError } from '../typeform/typeform-error';
import { compareWebhook, EVENT_TYPES, statusOfDrift, WebhookSettings } from './webhook-state';
import type { Webhook } from './webhook.entity';
import { WebhooksRepository } from './webhooks.repository';

const EVERY_TYPE_OFF = Object.fromEntries(EVENT_TYPES.map((type) => [type, false]));

@Injectable()
export class WebhookPusher {
  constructor(
    private readonly config: AppConfig,
    private readonly api: TypeformApi,
    private readonly repository: WebhooksRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * One merging PUT with the complete desired state, including the secret (or a DELETE when it was removed). On success the
   * change is no longer pending; on failure the recorded webhook stays unchanged and the error is passed on.
   */
  async push(webhook: Webhook, call: CallOptions): Promise<void> {
    try {
      if (webhook.removedAt !== null) {
        await this.api.deleteWebhook(webhook.formId, webhook.tag, call);
        await this.repository.observe(webhook, { pending: false, problem: null, observedAt: this.clock.now() });
        return;
      }
      const { url, enabled, verifySsl } = webhook;
      // Typeform merges event types one by one, so the ones that should be off are sent explicitly.
      const eventTypes = { ...EVERY_TYPE_OFF, ...webhook.eventTypes };
      const secret = open(this.config.encryptionKeys, webhook.secret, webhook.id);
      const remote = await this.api.putWebhook(
        webhook.formId,
        webhook.tag,
        { url, enabled, verifySsl, eventTypes, secret },
        call,
      );
      await this.record(webhook, remote, { pending: false });
    } catch (error) {
      if (error instanceof TypeformError) await this.recordFailure(webhook, error);
      throw error;
    }
  }

  /** Records the state observed at Typeform (null: none). */
  async record(webhook: Webhook, remote: WebhookSettings | null, change: Partial<Webhook> = {}): Promise<void> {
    const drift = compareWebhook(webhook, remote);
    const status = webhook.removedAt === null ? statusOfDrift(drift) : 'removed';
    await this.repository.observe(webhook, { drift, status, observedAt: this.clock.now(), problem: null, ...change });
  }

  /** Records that Typeform could not be reached, or refused. */
  async recordFailure(webhook: Webhook, error: TypeformError): Promise<void> {
    const status = webhook.removedAt === null ? 'unreachable' : 'removed';
    await this.repository.observe(webhook, { status, problem: error.message });
  }
}

/** True for a permanent refusal, after which Typeform certainly did not make the change; otherwise it may have made it. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof TypeformError && ['unauthorized', 'not_found', 'refused', 'wrong_region'].includes(error.failure)
  );
}
