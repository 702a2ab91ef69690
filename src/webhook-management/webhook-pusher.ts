/**
 * The only one who writes webhooks to Typeform. It sends what the row says in the moment the call's turn has come, one call at a time
 * for each form and tag over all replicas, and continues until Typeform has the stored state. It never enables a webhook without a record: once
 * Typeform has confirmed it as enabled, calls omit `enabled`, and the response says whether it still is. Only a webhook that is new or
 * known to be disabled is enabled explicitly.
 */
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { open } from '../core/secret-box';
import { Clock } from '../database/clock';
import { retryDelayMs } from '../typeform/retry-policy';
import type { CallOptions, WebhookChange } from '../typeform/typeform-api';
import { TypeformApi } from '../typeform/typeform-api';
import { TypeformError } from '../typeform/typeform-error';
import type { RemoteWebhook } from '../typeform/typeform-schemas';
import { Goal, nextStep, SecretOf, Target } from './push-decision';
import { notMadeInTime } from './unconfirmed-change';
import { losesSubmissions } from './repair-backoff';
import { RepairFollowUp } from './repair-follow-up';
import { compareWebhook, EVENT_TYPES, statusOfDrift, WebhookDrift, withRecorded } from './webhook-state';
import { BegunCall, FailedCall, Succeeded, WebhookStore } from './webhook-store';
import type { Webhook } from './webhook.entity';

const EVERY_TYPE_OFF = Object.fromEntries(EVENT_TYPES.map((type) => [type, false]));
const LOOK_AGAIN_MS = 200;
/** How long a call waits for others of the same webhook, or for a turn in which it can be sent. */
const PATIENCE_MS = 10_000;
const REFUSALS = ['unauthorized', 'not_found', 'refused', 'wrong_region'];

/**
 * `ended`: the differences that the calls resolved. `refused`: Typeform refused this revision for good. `certainAt` as for a failed call
 * of WebhookStore.
 */
export type PushOutcome =
  | { result: 'done'; sent: boolean; ended: WebhookDrift[] }
  | { result: 'refused'; revision: number; certainAt: number | null; error: DomainError };

@Injectable()
export class WebhookPusher {
  constructor(
    private readonly config: AppConfig,
    private readonly api: TypeformApi,
    private readonly store: WebhookStore,
    private readonly followUp: RepairFollowUp,
    private readonly clock: Clock,
  ) {}

  /**
   * Calls Typeform until the goal is reached. Throws Typeform's error when a call got no usable answer (the change stays pending), and
   * what TypeformApi throws before a call is sent. `once`: a call that fails is not repeated here.
   */
  async push(target: Target, wanted: Goal, call: CallOptions, { once = false } = {}): Promise<PushOutcome> {
    let goal = wanted;
    const ended: WebhookDrift[] = [];
    const givesUpAt = this.clock.monotonicMs() + PATIENCE_MS;
    for (let attempts = 1; ;) {
      const state = await this.store.state(target);
      const step = nextStep(state, goal, this.secretOf);
      if (step === 'nothing') return { result: 'done', sent: false, ended };
      if (step === 'refused') return refusedBefore(state.webhook);
      if (step !== 'wait') {
        const sent = await this.send(target, step, goal, call);
        if (sent.outcome === 'done') {
          if (sent.webhook && sent.ended.length > 0) await this.followUp.repaired(sent.webhook, sent.ended, call);
          ended.push(...sent.ended);
          if (goal.kind !== 'made' || sent.current) return { result: 'done', sent: true, ended };
        }
        if (sent.outcome === 'refused') return sent.refusal;
        if (sent.outcome === 'failed') {
          const { failure, retryAfterSeconds } = sent.error;
          const delayMs = once ? null : retryDelayMs({ failure, priority: call.priority, attempts, retryAfterSeconds });
          if (delayMs === null) throw sent.error;
          attempts += 1;
          // A failed call of one's own does not settle what was observed: only the calls of others make that worthless.
          if ('calls' in goal) goal = { ...goal, calls: goal.calls + 1 };
          await this.clock.sleep(delayMs, call.signal);
          continue;
        }
        if (sent.outcome !== 'not_sent') continue;
      }
      if (this.clock.monotonicMs() > givesUpAt) {
        throw notMadeInTime(state.webhook, this.config.reconcileIntervalSeconds > 0);
      }
      if (step === 'wait') await this.clock.sleep(LOOK_AGAIN_MS, call.signal);
    }
  }

  /** For comparing rows: one whose key is gone is only equal to itself. */
  readonly secretOf: SecretOf = ({ id, secret }) => {
    try {
      return open(this.config.encryptionKeys, secret, id);
    } catch {
      return secret;
    }
  };

  /** One call. What is sent is read in its turn. */
  private async send(target: Target, step: 'put' | 'delete', goal: Goal, options: CallOptions): Promise<Sent> {
    let begun: BegunCall | null = null;
    let composed = false;
    const begin = async (): Promise<BegunCall | null> => (begun = await this.store.begin(target, step, goal));
    const put = async (): Promise<WebhookChange | null> => {
      const webhook = (await begin())?.webhook;
      if (!webhook) return null;
      const change = this.compose(webhook);
      composed = true;
      return change;
    };
    const remove = async (): Promise<true | null> => {
      composed = (await begin()) !== null;
      return composed || null;
    };
    const { formId, tag } = target;
    try {
      const remote = step === 'put' ? await this.api.putWebhook(formId, tag, put, options) : null;
      const sent = step === 'put' ? remote !== null : await this.api.deleteWebhook(formId, tag, options, remove);
      if (begun === null) return { outcome: 'not_sent' };
      if (!sent) {
        await this.store.withdraw(begun);
        return { outcome: 'not_sent' };
      }
      return await this.answered(begun, remote);
    } catch (error) {
      const call = begun as BegunCall | null;
      if (call !== null && composed && error instanceof TypeformError) return this.fail(call, error);
      // Aborted, or the database is away. What cannot be recorded now counts as of unknown outcome when it has lapsed.
      if (call !== null) await this.giveUp(call, composed).catch(() => undefined);
      throw error;
    }
  }

  /**
   * The desired state, including the secret; omits `enabled` when that would enable a webhook not known to be disabled. Throws
   * `internal_error` when the secret's key is gone.
   */
  private compose(webhook: Webhook): WebhookChange {
    const { id, url, enabled, verifySsl, eventTypes, secret: sealed } = webhook;
    let secret: string;
    try {
      secret = open(this.config.encryptionKeys, sealed, id);
    } catch (cause) {
      const message = `the secret of webhook ${id} cannot be decrypted: put its key back into ENCRYPTION_KEYS`;
      throw new DomainError('internal_error', message, { cause });
    }
    return {
      url,
      ...(leavesEnabled(webhook) ? {} : { enabled }),
      verifySsl,
      // Typeform merges event types one by one, so the ones that should be off are sent explicitly.
      eventTypes: { ...EVERY_TYPE_OFF, ...eventTypes },
      secret,
    };
  }

  private async answered(begun: BegunCall, remote: RemoteWebhook | null): Promise<Sent> {
    const { webhook } = begun;
    const observedAt = this.clock.now();
    if (webhook && remote && leavesEnabled(webhook) && !remote.enabled) {
      // The other recorded differences are resolved too, but have no audit entry yet.
      const drift = withRecorded(webhook, compareWebhook(webhook, remote));
      const off = { drift, status: statusOfDrift(drift), observedAt, problem: null, pushedRevision: 0 };
      await this.store.fail(begun, 'off', off);
      return { outcome: 'outdated' };
    }
    const drift = webhook && remote ? compareWebhook(webhook, remote) : [];
    const status = webhook?.removedAt === null ? statusOfDrift(drift) : 'removed';
    const { current, ended } = await this.store.succeed(begun, { drift, status, observedAt, problem: null });
    return { outcome: 'done', current, webhook, ended };
  }

  private async giveUp(begun: BegunCall, composed: boolean): Promise<void> {
    if (composed) await this.store.fail(begun, 'unknown', {});
    else await this.store.withdraw(begun);
  }

  private async fail(begun: BegunCall, error: TypeformError): Promise<Sent> {
    const { webhook } = begun;
    const outcome = outcomeOf(error);
    const status = webhook?.removedAt === null ? 'unreachable' : 'removed';
    const { current, certainAt } = await this.store.fail(begun, outcome, { status, problem: error.message });
    if (outcome !== 'refused') return { outcome: 'failed', error };
    // What was refused is not wanted any more: what is wanted now has to be tried.
    if (webhook !== null && !current) return { outcome: 'outdated' };
    const revision = webhook?.revision ?? 0;
    return { outcome: 'refused', refusal: { result: 'refused', revision, certainAt, error } };
  }
}

type Sent =
  | { outcome: 'not_sent' | 'outdated' }
  | ({ outcome: 'done'; webhook: Webhook | null } & Succeeded)
  | { outcome: 'failed'; error: TypeformError }
  | { outcome: 'refused'; refusal: PushOutcome };

/** What an error says about the change: only a clear refusal means that Typeform did not make it. */
function outcomeOf({ failure }: TypeformError): FailedCall {
  if (REFUSALS.includes(failure)) return 'refused';
  return failure === 'rate_limited' ? 'unsent' : 'unknown';
}

/**
 * Typeform confirmed it as enabled, and is not known to have disabled or lost it since: omitting `enabled` keeps Typeform's value, and
 * leaves the webhook disabled if the call has to create it.
 */
function leavesEnabled({ enabled, pushedRevision, drift }: Webhook): boolean {
  return enabled && pushedRevision > 0 && !drift.some(losesSubmissions);
}

/** Somebody else's call of the same state was refused. */
function refusedBefore(webhook: Webhook | null): PushOutcome {
  const error = new DomainError('typeform_error', webhook?.problem ?? 'Typeform refused the change');
  return { result: 'refused', revision: webhook?.revision ?? 0, certainAt: null, error };
}
