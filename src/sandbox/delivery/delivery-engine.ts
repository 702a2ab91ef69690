import type { Fault, Faults } from '../faults';
import type { Submission, Webhook } from '../model';
import { Random } from '../random';
import type { SandboxSettings } from '../settings';
import type { Store } from '../store';
import type { Scheduler } from '../time/scheduler';
import type { SimulatedClock } from '../time/simulated-clock';
import type { TimeSource } from '../time/time-source';
import type { Attempt, Delivery, DeliveryLog } from './delivery-log';
import { FailureHistory } from './failure-history';
import { isLoopback, post } from './http-post';
import { eventIdOf, eventTypeOf, renderBody, sign } from './payload';
import { classify, nextAttemptAt, type Outcome } from './retry-schedule';

interface EngineParts {
  store: Store;
  log: DeliveryLog;
  faults: Faults;
  settings: SandboxSettings;
  clock: SimulatedClock;
  scheduler: Scheduler;
  time: TimeSource;
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

  /** Drops what still waits for a webhook that is disabled or gone: nothing is queued or replayed (documentation). */
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
    if (delivery.state !== 'pending' || !webhook) return;
    const fault = faults.take('delivery', `${delivery.formId}/${delivery.tag}`);
    if (fault?.kind === 'out_of_order') return this.schedule(delivery, clock.nowMs() + fault.holdSeconds * 1000);
    const copies = fault?.kind === 'duplicate' ? fault.copies : 0;
    const [attempt, ...extra] = await Promise.all(
      Array.from({ length: copies + 1 }, () => this.send(delivery, webhook, fault)),
    );
    delivery.attempts.push(...extra.map((each): Attempt => ({ ...each, copy: true })), attempt!);
    this.conclude(delivery, webhook, attempt!);
  }

  private async send(delivery: Delivery, webhook: Webhook, fault: Fault | undefined): Promise<Attempt> {
    const { clock, time, settings, seed } = this.parts;
    const { submission, attempts } = delivery;
    const atMs = clock.nowMs();
    const startedAtMs = time.nowMs();
    const eventId = eventIdOf(submission, webhook.tag, settings.newEventIdOnRetry ? attempts.length : 0);
    const rendered = renderBody(submission, eventId);
    const body = fault?.kind === 'garbage' ? garble(rendered) : rendered;
    const trace = new Random('trace', seed, delivery.id, attempts.length);
    const answered = await this.transmit(webhook, fault, body, `00-${trace.hex(32)}-${trace.hex(16)}-01`);
    const outcome = fault?.kind === 'status' || fault?.kind === 'redirect' ? { status: fault.status } : answered;
    return { atMs, latencyMs: time.nowMs() - startedAtMs, eventId, outcome };
  }

  private transmit(webhook: Webhook, fault: Fault | undefined, body: Buffer, traceparent: string): Promise<Outcome> {
    const { settings, time } = this.parts;
    if (!settings.allowRemoteDeliveries && !isLoopback(webhook.url)) return Promise.resolve({ error: 'connection' });
    return post(
      {
        url: webhook.url,
        headers: {
          'User-Agent': 'Typeform Webhooks',
          'Content-Type': 'application/json',
          'Accept-Encoding': 'gzip',
          Traceparent: traceparent,
          ...(webhook.secret ? { 'Typeform-Signature': sign(body, webhook.secret) } : {}),
        },
        body,
        timeoutMs: settings.deliveryTimeoutMs,
        verifySsl: webhook.verifySsl,
        pauseMidBodyMs: fault?.kind === 'slow' ? fault.delayMs : undefined,
        cut: fault?.kind === 'drop' ? fault.phase : undefined,
      },
      (delayMs, task) => time.after(delayMs, task),
    );
  }

  /** What follows from an attempt: done, again later, given up, or the webhook disabled. */
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

function describe(outcome: Outcome): string {
  return 'status' in outcome ? String(outcome.status) : outcome.error;
}

/** Breaks the JSON but nothing else: the bytes sent are signed all the same. */
function garble(body: Buffer): Buffer {
  return Buffer.concat([body.subarray(0, body.length >> 1), Buffer.from('\n')]);
}
