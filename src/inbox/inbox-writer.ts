/** Group commit: how an event gets into the inbox, durably, fast, and with a bound on what may wait. */
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import type { SpanContext } from '@opentelemetry/api';
import { Pool, PoolClient } from 'pg';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { CONNECT_TIMEOUT_MS, requireDatabaseUrl } from '../database/data-source-options';
import { guardConnection } from '../database/guard-connection';
import { appendNew, countDuplicates, NewEvent } from './inbox-append.repository';
import { InboxSignal } from './inbox-signal';
import { inCommitSpan, noteEvent } from './inbox-spans';

export type AppendOutcome = 'accepted' | 'duplicate' | 'quarantined';

const MAX_BATCH_EVENTS = 200;
/** So few are not divided; a commit costs as much for one event as for some dozens. */
const UNDIVIDED_EVENTS = 32;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const MAX_WAITING_EVENTS = 5_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Far below Typeform's 30 s: a commit that takes longer is answered 503 and comes again. */
const COMMIT_TIMEOUT_MS = 10_000;
const RETRY_AFTER_SECONDS = 5;

interface Waiting {
  event: NewEvent;
  /** Milliseconds of the process' monotonic clock after which the answer would come too late. */
  deadline: number;
  /** The span of the request, with tracing. */
  span: SpanContext | undefined;
  resolve: (outcome: AppendOutcome) => void;
  reject: (error: DomainError) => void;
}

/**
 * Collects events while an insert is under way and writes them as the next one: no timer, one insert in flight. At low load
 * every event is one insert at once; under load the batches grow by themselves, up to half of what waits: if all went together,
 * this process would have nothing to do until the database is done, and the other way round. A connection of its own keeps admin
 * queries from standing in the way of an acknowledgement.
 */
@Injectable()
export class InboxWriter implements OnApplicationShutdown {
  private readonly pool: Pool;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | null = null;
  private inFlight = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly signal: InboxSignal,
  ) {
    this.pool = new Pool({
      connectionString: requireDatabaseUrl(config),
      max: 1,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: COMMIT_TIMEOUT_MS,
      application_name: 'typeform-onboarding-intake',
      keepAlive: true,
      onConnect: guardConnection,
      options: `-c synchronous_commit=on -c statement_timeout=${COMMIT_TIMEOUT_MS}`,
    });
    // A connection that breaks while idle is replaced by the next append; without a handler it would end the process.
    this.pool.on('error', () => undefined);
  }

  /** Events that wait for their commit now. */
  get depth(): number {
    return this.waiting.length;
  }

  /** Events whose senders wait for an answer now, those of the insert under way included. */
  get unanswered(): number {
    return this.waiting.length + this.inFlight;
  }

  /**
   * Resolves once the event is committed with `synchronous_commit=on` (or was before: `duplicate`). Throws `intake_overloaded`
   * when too much waits already, and `database_unavailable` when it could not be committed; the sender then tries again.
   */
  append(event: NewEvent): Promise<AppendOutcome> {
    const overloaded =
      this.waiting.length >= MAX_WAITING_EVENTS || this.waitingBytes + event.payload.length > MAX_WAITING_BYTES;
    if (overloaded && this.waiting.length > 0) {
      return Promise.reject(
        new DomainError('intake_overloaded', 'too many events wait to be committed', {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      // Asked for only with tracing: it would cost a tenth of a microsecond for each webhook.
      const span = this.config.tracing ? noteEvent(event.eventId) : undefined;
      this.waiting.push({ event, deadline: performance.now() + COMMIT_TIMEOUT_MS, span, resolve, reject });
      this.waitingBytes += event.payload.length;
      this.writing ??= this.drain();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writing;
    await this.pool.end();
  }

  private async drain(): Promise<void> {
    // Everything that arrives in the same turn of the event loop joins the first batch.
    await new Promise(setImmediate);
    let client: PoolClient | null = null;
    while (this.waiting.length > 0) client = await this.write(this.takeBatch(), client);
    client?.release();
    this.inFlight = 0;
    this.writing = null;
  }

  /**
   * The longest prefix of the queue within the limits, by event id: senders of the very same event share one place. The same id
   * with another body ends the batch, since one statement cannot judge both.
   */
  private takeBatch(): Waiting[][] {
    const places = new Map<string, [Waiting, ...Waiting[]]>();
    const share = Math.max(UNDIVIDED_EVENTS, Math.ceil(this.waiting.length / 2));
    const maxEvents = Math.min(MAX_BATCH_EVENTS, share);
    let bytes = 0;
    let taken = 0;
    for (const entry of this.waiting) {
      const place = places.get(entry.event.eventId);
      if (place && !place[0].event.payload.equals(entry.event.payload)) break;
      const full = places.size >= maxEvents || bytes + entry.event.payload.length > MAX_BATCH_BYTES;
      if (full && taken > 0) break;
      if (place) place.push(entry);
      else places.set(entry.event.eventId, [entry]);
      bytes += entry.event.payload.length;
      taken += 1;
    }
    this.waitingBytes -= bytes;
    this.inFlight = taken;
    this.waiting.splice(0, taken);
    return [...places.values()];
  }

  /**
   * Commits a batch and answers its senders. Takes the connection of the batch before and returns it for the next one, which is
   * then on its way before these answers are; null when its state is unknown after an error or a time-out.
   */
  private async write(batch: Waiting[][], connected: PoolClient | null): Promise<PoolClient | null> {
    const now = performance.now();
    let client = connected;
    try {
      // After an outage the queue may hold events whose senders were promised an answer by now.
      if (batch.flat().every(({ deadline }) => deadline < now)) throw new Error('waited too long for a commit');
      client ??= await this.pool.connect();
      await (this.config.tracing ? this.writeTraced(client, batch) : this.writeWith(client, batch));
      return client;
    } catch (error) {
      client?.release(true);
      for (const { reject } of batch.flat()) reject(unavailable(error));
      return null;
    }
  }

  private writeTraced(client: PoolClient, batch: Waiting[][]): Promise<void> {
    const eventIds = batch.flatMap(([first]) => first?.event.eventId ?? []);
    const requests = batch.flat().map(({ span }) => span);
    return inCommitSpan(eventIds, requests, () => this.writeWith(client, batch));
  }

  private async writeWith(client: PoolClient, batch: Waiting[][]): Promise<void> {
    const inserted = await appendNew(
      client,
      batch.flatMap(([first]) => first?.event ?? []),
    );
    if (inserted.size > 0) this.signal.appended();
    const again: Waiting[][] = [];
    for (const place of batch) {
      const [first] = place;
      if (!first) continue;
      if (!inserted.has(first.event.eventId)) again.push(place);
      else {
        first.resolve(first.event.quarantinedFor === null ? 'accepted' : 'quarantined');
        if (place.length > 1) again.push(place.slice(1));
      }
    }
    for (const place of again) {
      const [first] = place;
      if (first) await countDuplicates(client, first.event, place.length);
      for (const { resolve } of place) resolve('duplicate');
    }
  }
}

function unavailable(cause?: unknown): DomainError {
  return new DomainError('database_unavailable', 'the event could not be committed; send it again', {
    cause,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
