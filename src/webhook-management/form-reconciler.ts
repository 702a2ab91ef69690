/** Compares webhooks with Typeform and has Typeform's copy repaired: one form at a time, one call to read, one to repair. */
import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { PublicUrl } from '../rest/public-url';
import type { CallOptions } from '../typeform/typeform-api';
import { TypeformApi } from '../typeform/typeform-api';
import { TypeformError } from '../typeform/typeform-error';
import type { RemoteWebhook } from '../typeform/typeform-schemas';
import { endpointUrl } from './callback-url';
import { MappingCheck } from './mapping-check';
import { Goal, isDue, isMadeButOff, PushState } from './push-decision';
import { afterRepair, missesSubmissions, repairDeferredUntil, stillDrifting } from './repair-backoff';
import { RepairFollowUp } from './repair-follow-up';
import { WebhookPusher } from './webhook-pusher';
import { compareWebhook, statusOfDrift, WebhookDrift, withRecorded } from './webhook-state';
import { WebhookStore } from './webhook-store';
import type { Webhook } from './webhook.entity';

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

/** A webhook's place before Typeform was asked: what was seen says nothing about a place that was written to since. */
interface Known {
  webhook: Webhook;
  before: PushState;
}

@Injectable()
export class FormReconciler {
  private readonly logger = new Logger('Webhooks');

  constructor(
    private readonly api: TypeformApi,
    private readonly store: WebhookStore,
    private readonly pusher: WebhookPusher,
    private readonly followUp: RepairFollowUp,
    private readonly mappings: MappingCheck,
    private readonly publicUrl: PublicUrl,
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
    const all = await this.store.ofForm(formId);
    const wanted = all.filter((webhook) => isOpen(webhook) && (id === undefined || webhook.id === id));
    const known: Known[] = [];
    for (const webhook of wanted) known.push({ webhook, before: await this.store.state(webhook) });
    let remote: RemoteWebhook[];
    try {
      remote = await this.api.listWebhooks(formId, call);
    } catch (error) {
      if (!(error instanceof TypeformError)) throw error;
      return { webhooks: await this.unreachable(known, error, call), strays: [] };
    }
    const webhooks: Reconciled[] = [];
    for (const one of known) webhooks.push(await this.reconcile(one, remote, call, force));
    const strays = id === undefined ? await this.findStrays(formId, all, remote, call) : [];
    await this.mappings.check(formId, call).catch((error: unknown) => {
      if (!(error instanceof TypeformError)) throw error;
    });
    return { webhooks, strays };
  }

  private async reconcile(
    { webhook, before }: Known,
    remote: RemoteWebhook[],
    call: CallOptions,
    force: boolean,
  ): Promise<Reconciled> {
    if (webhook.removedAt !== null) return this.bring(webhook, [], { kind: 'due' }, call);
    const state = await this.store.state(webhook);
    if (!isSameMoment(before, state)) return this.bring(webhook, [], { kind: 'due' }, call);
    const seen = remote.find(({ tag }) => tag === webhook.tag) ?? null;
    const found = compareWebhook(webhook, seen);
    // A call with an unknown outcome may have resolved the recorded differences: they are kept until another call confirms it.
    const recorded = state.webhook ?? webhook;
    const unconfirmed = state.doubt !== null || state.call !== null || isMadeButOff(recorded);
    const drift = unconfirmed ? withRecorded(recorded, found) : found;
    const { calls } = before;
    const now = this.clock.now();
    await this.store.observe(webhook, calls, {
      drift,
      status: statusOfDrift(drift),
      observedAt: now,
      problem: null,
      repairHistory: stillDrifting(webhook.repairHistory, drift),
    });
    if (drift.length === 0 || isDue(state)) {
      const brought = await this.bring(webhook, drift, { kind: 'due' }, call);
      // Every call was confirmed: only the secret, which Typeform never shows, was in doubt. What else lost submissions is looked for anyhow.
      const suspected = state.doubt !== null && !recorded.pending && !drift.some(missesSubmissions);
      if (suspected && brought.action === 'repaired') await this.followUp.secretSent(webhook, call);
      return brought;
    }
    const deferredUntil = force ? null : repairDeferredUntil(webhook.repairHistory, drift, now);
    if (deferredUntil === null) return this.bring(webhook, drift, { kind: 'repair', calls }, call);
    const problem = `it keeps drifting; the next repair is at ${deferredUntil.toISOString()}`;
    return report(webhook, drift, 'deferred', problem);
  }

  /** Has Typeform's copy brought to what is wanted at that moment; records a repair if that took a call. */
  private async bring(webhook: Webhook, drift: WebhookDrift[], goal: Goal, call: CallOptions): Promise<Reconciled> {
    let ended: WebhookDrift[];
    try {
      const outcome = await this.pusher.push(webhook, goal, call);
      if (outcome.result === 'refused') return report(webhook, drift, 'failed', outcome.error.message);
      if (webhook.removedAt !== null) return report(webhook, [], 'removed');
      if (!outcome.sent) return report(webhook, [], 'none');
      ended = outcome.ended;
    } catch (error) {
      // One secret whose key is gone does not stop the others from being compared.
      const unreadable = error instanceof DomainError && error.code === 'internal_error';
      if (!(error instanceof TypeformError || unreadable)) throw error;
      return report(webhook, drift, 'failed', error.message);
    }
    const { calls } = await this.store.state(webhook);
    await this.store.observe(webhook, calls, {
      repairHistory: afterRepair(webhook.repairHistory, ended, this.clock.now()),
    });
    // Nobody waits for what an upgrade or a new encryption key has to be sent for.
    if (ended.length === 0 && webhook.pending) await this.followUp.repaired(webhook, [], call);
    return report(webhook, ended.length > 0 ? ended : drift, 'repaired');
  }

  private async unreachable(known: Known[], error: TypeformError, call: CallOptions): Promise<Reconciled[]> {
    const reports: Reconciled[] = [];
    for (const { webhook, before } of known) {
      // A form that is gone has no webhooks either, so the deletion of one can be confirmed.
      if (webhook.removedAt !== null && error.failure === 'not_found') {
        reports.push(await this.bring(webhook, [], { kind: 'due' }, call));
        continue;
      }
      const status = webhook.removedAt === null ? 'unreachable' : 'removed';
      await this.store.observe(webhook, before.calls, { status, problem: error.message });
      reports.push(report(webhook, [], 'failed', error.message));
    }
    return reports;
  }

  /** Webhooks that deliver to one of our endpoints under a tag we do not manage; their deliveries are refused. */
  private async findStrays(
    formId: string,
    ours: Webhook[],
    remote: RemoteWebhook[],
    call: CallOptions,
  ): Promise<Stray[]> {
    const tags = new Set(ours.filter(isOpen).map(({ tag }) => tag));
    const prefix = endpointUrl(this.publicUrl.value, '');
    const strays: Stray[] = [];
    for (const { tag, url } of remote) {
      if (tags.has(tag) || !url.startsWith(prefix)) continue;
      const former = ours.some((webhook) => webhook.removedAt !== null && webhook.url === url);
      const deleted = former && (await this.deleteStray({ formId, tag }, call));
      const facts = { formId, tag, requestId: call.requestId ?? null };
      if (!deleted) this.logger.warn('A webhook at Typeform points to this service but is not managed by it', facts);
      strays.push({ formId, tag, deleted });
    }
    return strays;
  }

  /** Its place may have been given to a webhook of ours meanwhile: that one stays. */
  private async deleteStray(target: { formId: string; tag: string }, call: CallOptions): Promise<boolean> {
    const { calls } = await this.store.state(target);
    try {
      const outcome = await this.pusher.push(target, { kind: 'stray', calls }, call);
      return outcome.result === 'done' && outcome.sent;
    } catch (error) {
      if (!(error instanceof TypeformError)) throw error;
      return false;
    }
  }
}

/** It exists, or may still exist at Typeform. */
function isOpen({ removedAt, pending, pushedRevision, revision }: Webhook): boolean {
  return removedAt === null || pending || pushedRevision !== revision;
}

/** Nothing was changed here or written to Typeform between the two. */
function isSameMoment(before: PushState, after: PushState): boolean {
  const unchanged = before.webhook?.id === after.webhook?.id && before.webhook?.revision === after.webhook?.revision;
  const running = [before, after].some(({ call }) => call !== null && !call.lapsed);
  return unchanged && before.calls === after.calls && !running;
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
