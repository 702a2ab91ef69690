/** Compares webhooks with Typeform and repairs Typeform's copy: one form at a time, one call to read, one to repair. */
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../audit/audit-log';
import { Clock } from '../database/clock';
import { PublicUrl } from '../rest/public-url';
import type { CallOptions } from '../typeform/typeform-api';
import { TypeformApi } from '../typeform/typeform-api';
import { TypeformError } from '../typeform/typeform-error';
import type { RemoteWebhook } from '../typeform/typeform-schemas';
import { endpointUrl } from './callback-url';
import { MappingCheck } from './mapping-check';
import { MissedSubmissions } from './missed-submissions';
import { WebhookMetrics } from './webhook-metrics';
import { compareWebhook, isDisabledByTypeform, repairBackoffMs, WebhookDrift } from './webhook-state';
import { WebhookPusher } from './webhook-pusher';
import type { Webhook } from './webhook.entity';
import { WebhooksRepository } from './webhooks.repository';

/** The finding about one webhook, and what was done. */
export interface Reconciled {
  id: string;
  formId: string;
  tag: string;
  drift: WebhookDrift[];
  action: 'none' | 'repaired' | 'deferred' | 'removed' | 'failed';
  problem: string | null;
}

/** A webhook at Typeform with our url that we do not manage (any more). */
export interface Stray {
  formId: string;
  tag: string;
  deleted: boolean;
}

export interface FormReport {
  webhooks: Reconciled[];
  strays: Stray[];
}

const RECONCILER = { actor: { id: 'reconciler', name: 'reconciler' }, requestId: null };

@Injectable()
export class FormReconciler {
  private readonly logger = new Logger(FormReconciler.name);

  constructor(
    private readonly api: TypeformApi,
    private readonly repository: WebhooksRepository,
    private readonly pusher: WebhookPusher,
    private readonly missed: MissedSubmissions,
    private readonly mappings: MappingCheck,
    private readonly audit: AuditLog,
    private readonly metrics: WebhookMetrics,
    private readonly publicUrl: PublicUrl,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * Reconciles the webhooks of a form (only `id`, if given). `force` ignores the back-off of earlier repairs. What Typeform
   * refuses or does not answer is reported, not thrown.
   */
  async reconcileForm(
    formId: string,
    call: CallOptions,
    { id, force = false }: { id?: string; force?: boolean } = {},
  ): Promise<FormReport> {
    const all = await this.repository.ofForm(formId);
    const due = all.filter(
      (webhook) => (webhook.removedAt === null || webhook.pending) && (id === undefined || webhook.id === id),
    );
    let remote: RemoteWebhook[];
    try {
      remote = await this.api.listWebhooks(formId, call);
    } catch (error) {
      if (!(error instanceof TypeformError)) throw error;
      for (const webhook of due) await this.pusher.recordFailure(webhook, error);
      return { webhooks: due.map((webhook) => report(webhook, [], 'failed', error.message)), strays: [] };
    }
    const webhooks: Reconciled[] = [];
    for (const webhook of due) webhooks.push(await this.reconcile(webhook, remote, call, force));
    const strays = id === undefined ? await this.findStrays(formId, all, remote, call) : [];
    await this.mappings.check(formId, call).catch((error: unknown) => {
      if (!(error instanceof TypeformError)) throw error;
    });
    return { webhooks, strays };
  }

  private async reconcile(
    webhook: Webhook,
    remote: RemoteWebhook[],
    call: CallOptions,
    force: boolean,
  ): Promise<Reconciled> {
    const seen = remote.find(({ tag }) => tag === webhook.tag) ?? null;
    if (webhook.removedAt !== null) return this.finishRemoval(webhook, seen, call);
    const drift = compareWebhook(webhook, seen);
    if (drift.length === 0 && !webhook.pending) {
      await this.pusher.record(webhook, seen, { repairs: 0, nextRepairAt: null });
      return report(webhook, drift, 'none');
    }
    const now = this.clock.now();
    if (!force && webhook.nextRepairAt !== null && webhook.nextRepairAt > now) {
      await this.pusher.record(webhook, seen);
      return report(
        webhook,
        drift,
        'deferred',
        `it keeps drifting; the next repair is at ${webhook.nextRepairAt.toISOString()}`,
      );
    }
    return this.repair(webhook, drift, call);
  }

  private async repair(webhook: Webhook, drift: WebhookDrift[], call: CallOptions): Promise<Reconciled> {
    try {
      await this.pusher.push(webhook, call);
    } catch (error) {
      if (!(error instanceof TypeformError)) throw error;
      return report(webhook, drift, 'failed', error.message);
    }
    const now = this.clock.now();
    const repairs = webhook.repairs + 1;
    await this.repository.observe(webhook, {
      repairs,
      nextRepairAt: new Date(now.getTime() + repairBackoffMs(repairs)),
    });
    const fields = drift.map(({ field }) => field);
    // An admin's pending change already has its audit entry.
    if (fields.length > 0) {
      await this.dataSource.transaction((manager) =>
        this.audit.record(manager, {
          ...RECONCILER,
          action: 'webhook.repaired',
          subject: webhook.id,
          details: { drift },
        }),
      );
    }
    this.metrics.repaired(fields.length > 0 ? fields : ['pending']);
    const { id: webhookId, formId } = webhook;
    const requestId = call.requestId ?? null;
    this.logger.warn('Repaired a webhook at Typeform', { webhookId, formId, fields, requestId });
    const wasMissing = fields.includes('existence') && webhook.observedAt !== null;
    if (wasMissing || isDisabledByTypeform(drift)) await this.missed.recover(webhook.formId);
    return report(webhook, drift, 'repaired');
  }

  /** Deletes at Typeform what was removed here, unless its tag now belongs to a newer webhook of ours. */
  private async finishRemoval(webhook: Webhook, seen: RemoteWebhook | null, call: CallOptions): Promise<Reconciled> {
    const successor = await this.repository.findActive(webhook.formId, webhook.tag);
    try {
      if (seen !== null && successor === null) await this.pusher.push(webhook, call);
      else await this.repository.observe(webhook, { pending: false, problem: null, observedAt: this.clock.now() });
      return report(webhook, [], 'removed');
    } catch (error) {
      if (!(error instanceof TypeformError)) throw error;
      return report(webhook, [], 'failed', error.message);
    }
  }

  /** Webhooks that deliver to one of our endpoints under a tag we do not manage; their deliveries are refused. */
  private async findStrays(
    formId: string,
    ours: Webhook[],
    remote: RemoteWebhook[],
    call: CallOptions,
  ): Promise<Stray[]> {
    const tags = new Set(ours.filter(({ removedAt }) => removedAt === null).map(({ tag }) => tag));
    const prefix = endpointUrl(this.publicUrl.value, '');
    const strays: Stray[] = [];
    for (const { tag, url } of remote) {
      if (tags.has(tag) || !url.startsWith(prefix)) continue;
      const former = ours.some((webhook) => webhook.removedAt !== null && webhook.url === url);
      const deleted = former && (await this.deleteStray(formId, tag, call));
      const facts = { formId, tag, requestId: call.requestId ?? null };
      if (!deleted) this.logger.warn('A webhook at Typeform points to this service but is not managed by it', facts);
      strays.push({ formId, tag, deleted });
    }
    return strays;
  }

  private async deleteStray(formId: string, tag: string, call: CallOptions): Promise<boolean> {
    try {
      await this.api.deleteWebhook(formId, tag, call);
      return true;
    } catch (error) {
      if (!(error instanceof TypeformError)) throw error;
      return false;
    }
  }
}

function report(
  webhook: Webhook,
  drift: WebhookDrift[],
  action: Reconciled['action'],
  problem: string | null = null,
): Reconciled {
  const { id, formId, tag } = webhook;
  return { id, formId, tag, drift, action, problem };
}
