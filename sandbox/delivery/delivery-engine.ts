import type { Faults } from '../faults';
import type { Submission, Webhook } from '../model';
import { Random } from '../random';
import type { SandboxSettings } from '../settings';
import type { Store } from '../store';
import type { Scheduler } from '../time/scheduler';
import type { SimulatedClock } from '../time/simulated-clock';
import type { Attempt, Delivery, DeliveryLog } from './delivery-log';
import { FailureHistory } from './failure-history';
import { eventTypeOf } from './payload';
import { classify, describe, nextAttemptAt } from './retry-schedule';
import type { Sender } from './sender';

interface EngineParts {
  store: Store;
  log: DeliveryLog;
  faults: Faults;
  settings: SandboxSettings;
  clock: SimulatedClock;
  scheduler: Scheduler;
  sender: Sender;
  seed: string;
  trace: (line: string) => void;
}

/** Sends submissions to the webhooks of their form under Typeform's rules: signature, retries, disabling (facts, 1 to 3). */
export class DeliveryEngine {
  private readonly histories = new Map<string, FailureHistory>();

  constructor(private readonly parts: EngineParts) {}

  /**
   * Starts one delivery per webhook of the form that is enabled and wants this type of event. A test delivery goes to
   * every webhook, enabled or not, or only to `tag`: it is a button of that webhook.
   */
  dispatch(submission: Submission, tag?: string): Delivery[] {
    const eventType = eventTypeOf(submission);
    if (!eventType) return [];
    return this.parts.store
      .webhooks(submission.formId)
      .filter((webhook) => tag === undefined || webhook.tag === tag)
      .filter((webhook) => submission.isTest || (webhook.enabled && webhook.eventTypes[eventType]))
      .map(({ formId, tag, url }) => {
        const nowMs = this.parts.clock.nowMs();
        const delivery = this.parts.log.start({ formId, tag, url, eventType, submission }, nowMs);
        this.schedule(delivery, nowMs);
        return delivery;
      });
  }

  /** Drops pending deliveries of a webhook that is disabled or gone: nothing is queued or replayed (documentation). */
  cancelPending(formId: string, tag: string): void {
    for (const delivery of this.parts.log.pendingOf(formId, tag)) finish(delivery, 'cancelled');
  }

  /** A webhook that was enabled again starts with a clean record. */
  forgetFailures(formId: string, tag: string): void {
    this.histories.delete(key(formId, tag));
  }

  reset(): void {
    this.histories.clear();
    this.parts.log.clear();
  }

  private schedule(delivery: Delivery, atMs: number): void {
    delivery.nextAttemptAtMs = atMs;
    this.parts.scheduler.at(atMs, () => this.attempt(delivery));
  }

  private async attempt(delivery: Delivery): Promise<void> {
    const { store, faults, clock } = this.parts;
    const webhook = store.webhook(delivery.formId, delivery.tag);
    if (delivery.state !== 'pending') return;
    if (!webhook) return finish(delivery, 'cancelled');
    const fault = faults.take('delivery', `${delivery.formId}/${delivery.tag}`);
    if (fault?.kind === 'out_of_order') return this.schedule(delivery, clock.nowMs() + fault.holdSeconds * 1000);
    const copies = fault?.kind === 'duplicate' ? fault.copies : 0;
    const [attempt, ...extra] = await Promise.all(
      Array.from({ length: copies + 1 }, () => this.parts.sender.send(delivery, webhook, fault)),
    );
    delivery.attempts.push(...extra.map((each): Attempt => ({ ...each, copy: true })), attempt!);
    this.conclude(delivery, webhook, attempt!);
  }

  /** The consequence of an attempt: done, retry later, give up, or disable the webhook. */
  private conclude(delivery: Delivery, webhook: Webhook, attempt: Attempt): void {
    const result = classify(attempt.outcome);
    this.parts.trace(`delivery ${delivery.id} to ${webhook.tag}: ${describe(attempt.outcome)}`);
    if (result === 'success') finish(delivery, 'delivered');
    else if (delivery.submission.isTest) finish(delivery, 'failed');
    else if (delivery.state === 'pending') this.retryOrGiveUp(delivery);
    if (!delivery.submission.isTest) this.judge(webhook, attempt);
  }

  private retryOrGiveUp(delivery: Delivery): void {
    const attempts = delivery.attempts.filter((attempt) => !attempt.copy);
    const random = new Random('retry', this.parts.seed, delivery.id, attempts.length);
    const nextAtMs = nextAttemptAt(attempts, this.parts.settings.backoffSchedule, random);
    if (nextAtMs === undefined) finish(delivery, 'failed');
    else this.schedule(delivery, nextAtMs);
  }

  /** Applies the disabling rules to the webhook after an attempt. */
  private judge(webhook: Webhook, { atMs, outcome }: Attempt): void {
    const history = this.historyOf(webhook);
    const result = classify(outcome);
    if (result === 'success') history.succeeded(atMs);
    else history.failed(atMs);
    const reason = result === 'disable' ? `answered ${describe(outcome)}` : history.reasonToDisable(atMs);
    const current = this.parts.store.webhook(webhook.formId, webhook.tag);
    if (reason === undefined || !current?.enabled) return;
    const nowMs = this.parts.clock.nowMs();
    this.parts.store.saveWebhook({ ...current, enabled: false, disabledBecause: reason, updatedAtMs: nowMs });
    this.cancelPending(webhook.formId, webhook.tag);
    this.parts.trace(`webhook ${webhook.tag} of ${webhook.formId} is disabled: ${reason}`);
  }

  private historyOf({ formId, tag }: Webhook): FailureHistory {
    const history = this.histories.get(key(formId, tag)) ?? new FailureHistory();
    this.histories.set(key(formId, tag), history);
    return history;
  }
}

function key(formId: string, tag: string): string {
  return `${formId}/${tag}`;
}

function finish(delivery: Delivery, state: Delivery['state']): void {
  delivery.state = state;
  delivery.nextAttemptAtMs = undefined;
}
