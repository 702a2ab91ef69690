/** One run of verify: its calls to the service, and what its checks share. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MetricsSnapshot } from '../metrics-snapshot';
import { sign } from '../../core/signature';
import { HttpAnswer, HttpClient } from '../http-client';
import { probeEvent, ProbeEvent } from './probe-event';
import type { VerifyTarget } from './verify-target';

const SHARED_ENDPOINT = '/webhooks/typeform';
const POLL_MS = 50;
const ADMIN_RETRIES = 3;
const METRICS_TRIES = 6;
/** At fifty in a row the service warns that Typeform is about to disable the webhook; at a hundred Typeform does. */
export const MOST_REFUSED_IN_A_ROW = 40;

/** The metrics of one process; `startedAt` (Unix time) tells it from its replicas. */
export interface ProcessMetrics {
  metrics: MetricsSnapshot;
  startedAt: number | null;
}

export class VerifyRun {
  readonly id = randomBytes(6).toString('hex');
  readonly startedAt: Date;
  readonly http = new HttpClient();
  /** The first event that was accepted. */
  accepted: ProbeEvent | null = null;
  /** Events sent with a valid signature, regardless of the answer: any of them may have been stored. */
  sent = 0;
  /** How many of those were answered 429. */
  throttled = 0;
  /** The metrics as they were at the start; null when they could not be read. */
  metricsBefore: ProcessMetrics | null = null;
  readonly apiKeyIds = new Set<string>();
  private readonly delivering = new Set<Promise<unknown>>();
  /** How many deliveries were refused, or got no answer. */
  private refused = 0;
  /** How many of those certainly came before one that was accepted. */
  private refusedBefore = 0;
  /** When each request to a webhook that was not throttled was answered: all that the service's limit may have counted. */
  private readonly letThrough: number[] = [];

  constructor(readonly target: VerifyTarget) {
    this.startedAt = target.clock.now();
  }

  newEvent(person: string): ProbeEvent {
    return probeEvent(this.id, person, this.target.clock.now());
  }

  /** Sends an event as Typeform does. Throws when the signal is aborted; a delivery in progress is not cut off, since it may be stored. */
  deliver(event: ProbeEvent, signal: AbortSignal): Promise<HttpAnswer> {
    return this.deliverTo(`${this.target.url}${SHARED_ENDPOINT}`, this.target.secret, event, signal);
  }

  /** The same at any endpoint of the service. */
  async deliverTo(url: string, secret: string, { body }: ProbeEvent, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted();
    this.sent += 1;
    const { refused } = this;
    const answer = this.post(url, body, sign(secret, body));
    this.delivering.add(answer);
    try {
      const { status } = await answer;
      if (status === 429) this.throttled += 1;
      if (status >= 200 && status < 300) this.refusedBefore = Math.max(this.refusedBefore, refused);
      else this.refused += 1;
    } catch (error) {
      this.refused += 1;
      throw error;
    } finally {
      this.delivering.delete(answer);
    }
    return answer;
  }

  /** How many more may be refused in a row; as many may be under way at the same time. */
  get refusalsLeft(): number {
    return Math.max(0, MOST_REFUSED_IN_A_ROW - (this.refused - this.refusedBefore));
  }

  /** At most how many requests the throttle has let through from `sinceMs` on, by `performance.now()`. */
  letThroughSince(sinceMs: number): number {
    return this.letThrough.filter((answeredMs) => answeredMs >= sinceMs).length;
  }

  /** Waits for the deliveries in progress. */
  async delivered(): Promise<void> {
    await Promise.allSettled(this.delivering);
  }

  /** Sends a body with a wrong signature, or none. */
  deliverForged(body: Buffer, signature: string | null, signal: AbortSignal): Promise<HttpAnswer> {
    return this.post(`${this.target.url}${SHARED_ENDPOINT}`, body, signature, signal);
  }

  async post(url: string, body: Buffer, signature: string | null, signal?: AbortSignal): Promise<HttpAnswer> {
    const headers = {
      'content-type': 'application/json',
      'content-length': String(body.length),
      ...(signature === null ? {} : { 'typeform-signature': signature }),
    };
    const answer = await this.http.send(url, { method: 'POST', headers, body, signal });
    if (answer.status !== 429) this.letThrough.push(performance.now());
    return answer;
  }

  /** A call of the admin API; repeated when the answer is 429. */
  async admin(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    signal?: AbortSignal,
    { body, key = this.target.adminKey, timeoutMs }: { body?: object; key?: string; timeoutMs?: number } = {},
  ): Promise<HttpAnswer> {
    const bytes = body && Buffer.from(JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${key}`,
      ...(bytes ? { 'content-type': 'application/json', 'content-length': String(bytes.length) } : {}),
    };
    for (let left = ADMIN_RETRIES; ; left -= 1) {
      const answer = await this.http.send(`${this.target.url}${path}`, {
        method,
        headers,
        body: bytes,
        signal,
        timeoutMs,
      });
      if (answer.status !== 429 || left === 0) return answer;
      await delay(1_000, undefined, { signal });
    }
  }

  /** A probe or the metrics; on the public port, metrics need a key in production. */
  management(path: string, signal: AbortSignal): Promise<HttpAnswer> {
    const { url, managementUrl, adminKey } = this.target;
    const headers: Record<string, string> = managementUrl === url ? { authorization: `Bearer ${adminKey}` } : {};
    return this.http.send(`${managementUrl}${path}`, { headers, signal });
  }

  /** Throws when there are no metrics. */
  async metrics(signal: AbortSignal): Promise<ProcessMetrics> {
    const { status, text } = await this.management('/metrics', signal);
    if (status !== 200) throw new Error(`/metrics answered ${status}`);
    const metrics = MetricsSnapshot.parse(text);
    return { metrics, startedAt: metrics.sum('process_start_time_seconds') };
  }

  /**
   * Metrics of the process that was asked at the start. `same` is false when only others answer: one address may lead to
   * several replicas, each with its own counters.
   */
  async metricsAgain(before: ProcessMetrics, signal: AbortSignal): Promise<ProcessMetrics & { same: boolean }> {
    for (let left = METRICS_TRIES - 1; ; left -= 1) {
      const now = await this.metrics(signal);
      const same = now.startedAt === before.startedAt;
      if (same || left === 0) return { ...now, same };
    }
  }

  /** Asks repeatedly until there is a result; null when time is up. */
  async poll<T>(ask: () => Promise<T | null>, withinMs: number, signal: AbortSignal): Promise<T | null> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = await ask();
      if (found !== null || performance.now() > deadline) return found;
      await delay(POLL_MS, undefined, { signal });
    }
  }
}

/** The JSON of an answer; an empty object when it is not JSON. */
export function jsonOf(answer: HttpAnswer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(answer.text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The items of a list of the admin API; null when the answer is not a list. */
export function itemsOf(answer: HttpAnswer): Record<string, unknown>[] | null {
  const { items } = jsonOf(answer);
  return answer.status === 200 && Array.isArray(items) ? (items as Record<string, unknown>[]) : null;
}
