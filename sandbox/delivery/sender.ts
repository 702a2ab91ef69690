import { setMaxListeners } from 'node:events';
import type { Fault } from '../faults';
import type { Webhook } from '../model';
import { Random } from '../random';
import type { SandboxSettings } from '../settings';
import type { SimulatedClock } from '../time/simulated-clock';
import type { TimeSource } from '../time/time-source';
import type { Attempt, Delivery } from './delivery-log';
import { isLoopback, post } from './http-post';
import { eventIdOf, renderBody, sign } from './payload';
import type { Outcome } from './retry-schedule';

interface SenderParts {
  settings: SandboxSettings;
  clock: SimulatedClock;
  time: TimeSource;
  seed: string;
}

/** Makes single attempts: renders and signs the body, posts it, and applies faults. */
export class Sender {
  private readonly stopping = new AbortController();

  constructor(private readonly parts: SenderParts) {
    // One listener for every post in progress.
    setMaxListeners(0, this.stopping.signal);
  }

  /** One attempt with the webhook's current URL and secret. Never rejects: a failure is an outcome too. */
  async send(delivery: Delivery, webhook: Webhook, fault: Fault | undefined): Promise<Attempt> {
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

  /** Breaks the connections of deliveries in progress. */
  stop(): void {
    this.stopping.abort();
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
        signal: this.stopping.signal,
      },
      (delayMs, task) => time.after(delayMs, task),
    );
  }
}

/** Breaks only the JSON: the bytes sent are still signed. */
function garble(body: Buffer): Buffer {
  return Buffer.concat([body.subarray(0, body.length >> 1), Buffer.from('\n')]);
}
