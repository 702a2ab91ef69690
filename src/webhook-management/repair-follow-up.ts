/** The follow-up of a repair: metric, log line, and a back-fill of what was submitted meanwhile. */
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../database/clock';
import type { CallOptions } from '../typeform/typeform-api';
import { MissedSubmissions } from './missed-submissions';
import type { Target } from './push-decision';
import { missesSubmissions } from './repair-backoff';
import { WebhookMetrics } from './webhook-metrics';
import type { WebhookDrift } from './webhook-state';
import type { Webhook } from './webhook.entity';

const SECRETS_APART_MS = 15 * 60_000;

@Injectable()
export class RepairFollowUp {
  private readonly logger = new Logger('Webhooks');
  /** By form: the last back-fill for the sake of a secret. One process compares at a time. */
  private readonly lookedForAtMs = new Map<string, number>();

  constructor(
    private readonly metrics: WebhookMetrics,
    private readonly missed: MissedSubmissions,
    private readonly clock: Clock,
  ) {}

  /** `drift` is empty when only a pending change was made at Typeform. */
  async repaired({ id, formId }: Webhook, drift: WebhookDrift[], call: CallOptions): Promise<void> {
    const fields = drift.map(({ field }) => field);
    this.metrics.repaired(fields.length > 0 ? fields : ['pending']);
    const requestId = call.requestId ?? null;
    this.logger.warn('Repaired a webhook at Typeform', { webhookId: id, formId, fields, requestId });
    if (drift.some(missesSubmissions)) await this.missed.recover(formId);
  }

  /**
   * After a webhook was written to Typeform only because its signatures had stopped being valid. Typeform tries a refused delivery
   * again for some time, and then gives it up: submissions are back-filled. Whoever knows the webhook's address can send wrong signatures,
   * so this happens at most once in a quarter of an hour for a form.
   */
  async secretSent({ id, formId }: Webhook, call: CallOptions): Promise<void> {
    const facts = { webhookId: id, formId, requestId: call.requestId ?? null };
    this.logger.warn('Sent the secret of a webhook to Typeform again: its signatures had stopped being valid', facts);
    const now = this.clock.monotonicMs();
    if (now < (this.lookedForAtMs.get(formId) ?? -Infinity) + SECRETS_APART_MS) return;
    this.lookedForAtMs.set(formId, now);
    await this.missed.recover(formId);
  }

  /**
   * After a pending change was written to Typeform without comparing first; `before` is the row until then. Somebody may have changed the
   * URL at Typeform meanwhile, and the call overwrote it: submissions are back-filled as if somebody had.
   */
  async resent(target: Target, before: Webhook | null): Promise<void> {
    this.metrics.repaired(['pending']);
    this.logger.log('A change that Typeform had not confirmed was sent again', { ...target });
    const delivers = before !== null && before.removedAt === null && before.enabled;
    // A webhook that never existed at Typeform has missed nothing.
    if (delivers && before.observedAt !== null) await this.missed.recover(target.formId);
  }
}
