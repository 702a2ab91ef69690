/** What follows a repair: its audit entry, count and log line, and fetching what was submitted meanwhile. */
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../audit/audit-log';
import type { CallOptions } from '../typeform/typeform-api';
import { MissedSubmissions } from './missed-submissions';
import type { Target } from './push-decision';
import { missesSubmissions } from './repair-backoff';
import { WebhookMetrics } from './webhook-metrics';
import type { WebhookDrift } from './webhook-state';
import type { Webhook } from './webhook.entity';

const RECONCILER = { actor: { id: 'reconciler', name: 'reconciler' }, requestId: null };

@Injectable()
export class RepairFollowUp {
  private readonly logger = new Logger(RepairFollowUp.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly metrics: WebhookMetrics,
    private readonly missed: MissedSubmissions,
  ) {}

  /** `drift` is empty when only a pending change was made at Typeform: an admin's change already has its audit entry. */
  async repaired(webhook: Webhook, drift: WebhookDrift[], call: CallOptions): Promise<void> {
    const { id, formId, observedAt } = webhook;
    const fields = drift.map(({ field }) => field);
    if (drift.length > 0) {
      const entry = { ...RECONCILER, action: 'webhook.repaired', subject: id, details: { drift } } as const;
      await this.dataSource.transaction((manager) => this.audit.record(manager, entry));
    }
    this.metrics.repaired(fields.length > 0 ? fields : ['pending']);
    const requestId = call.requestId ?? null;
    this.logger.warn('Repaired a webhook at Typeform', { webhookId: id, formId, fields, requestId });
    // One that was never seen at Typeform has missed nothing by being absent.
    const missed = drift.filter(missesSubmissions).some(({ field }) => field !== 'existence' || observedAt !== null);
    if (missed) await this.missed.recover(formId);
  }

  /**
   * After a pending change was made at Typeform without a look at what was there; `before` is the row until then. Typeform may have disabled
   * or lost the webhook meanwhile, which that call has ended: what was submitted is looked for as if it had.
   */
  async resent(target: Target, before: Webhook | null): Promise<void> {
    this.metrics.repaired(['pending']);
    this.logger.log('A change that Typeform had not confirmed was sent again', { ...target });
    const delivers = before !== null && before.removedAt === null && before.enabled;
    // As above: one that was never seen at Typeform has missed nothing.
    if (delivers && before.observedAt !== null) await this.missed.recover(target.formId);
  }
}
