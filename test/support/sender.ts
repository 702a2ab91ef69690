/** Typeform's side of the wire: signed events over connections of their own, alone or from many senders at once. */
import { randomUUID } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';
import { sign } from '../../src/core/signature';
import { completedEvent, question, toBody, type FixtureEvent } from '../fixtures/typeform-events';
import { HANGS_AFTER_MS } from './eventually';

export const SENDERS = 8;

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** What became of one delivery: an answer, or the code of the socket's error. */
export type Delivery = { eventId: string; body: Buffer } & (
  { answer: Answer; failure?: undefined } | { answer?: undefined; failure: string }
);

/** One request on a connection of its own; rejects with the socket's error. */
export function exchange(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: Buffer } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.setTimeout(HANGS_AFTER_MS, () =>
      outgoing.destroy(Object.assign(new Error('no answer'), { code: 'HANG' })),
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** The JSON of an answer. */
export function json<T>(answer: Answer): T {
  return JSON.parse(answer.text) as T;
}

/** A new, small, complete event of one person. */
export function newEvent(): FixtureEvent {
  const id = randomUUID();
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  return completedEvent({
    eventId: id,
    token: id.replaceAll('-', ''),
    landedAt: now,
    submittedAt: now,
    questions: [
      question('name', 'Your name', 'short_text', 'text', 'Alice Example'),
      question('mail', 'Your e-mail', 'email', 'email', `p-${id}@example.com`),
    ],
  });
}

/** The headers of a signed webhook. */
export function signedHeaders(body: Buffer, secret: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'typeform-signature': sign(secret, body),
  };
}

/** Delivers bytes as Typeform does; rejects with the socket's error. */
export function deliver(url: string, body: Buffer, secret: string, path = '/webhooks/typeform'): Promise<Answer> {
  return exchange(`${url}${path}`, { method: 'POST', headers: signedHeaders(body, secret), body });
}

/**
 * Concurrent senders of distinct events. They go on until told to stop, whatever they are answered; with `leaveWhenRefused` each
 * leaves at its first 503, as a load balancer takes a server out that says so, or when nothing listens any more.
 */
export class Load {
  readonly deliveries: Delivery[] = [];
  private readonly running: Promise<void>[];
  private stopping = false;

  constructor(
    private readonly url: string,
    private readonly secret: string,
    private readonly leaveWhenRefused = false,
  ) {
    this.running = Array.from({ length: SENDERS }, () => this.run());
  }

  get acknowledged(): Delivery[] {
    return this.deliveries.filter(({ answer }) => answer?.status === 200);
  }

  /** Every delivery that was not answered 200: what Typeform would send again. */
  get unacknowledged(): Delivery[] {
    return this.deliveries.filter(({ answer }) => answer?.status !== 200);
  }

  /** How many deliveries ended in each way: a status or a socket error. */
  get outcomes(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { answer, failure } of this.deliveries) {
      const key = answer ? String(answer.status) : (failure ?? '');
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  /** Resolves when every sender has its last answer. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const event = newEvent();
      const body = toBody(event);
      const sent = { eventId: event.event_id, body };
      try {
        const answer = await deliver(this.url, body, this.secret);
        this.deliveries.push({ ...sent, answer });
        if (this.leaveWhenRefused && answer.status === 503) return;
      } catch (error) {
        const failure = (error as NodeJS.ErrnoException).code ?? 'unknown';
        this.deliveries.push({ ...sent, failure });
        if (this.leaveWhenRefused && failure === 'ECONNREFUSED') return;
        // Nothing listens: a sender must not starve the service that is about to.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}
