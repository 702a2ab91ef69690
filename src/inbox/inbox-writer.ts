/** Group commit: writes events to the inbox durably and fast, with a bound on how many may wait. */
import { createHash } from 'node:crypto';
import { Injectable, Logger, OnApplicationShutdown } from '@nestjs/common';
import { Pool, PoolClient } from 'pg';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { type Acknowledged, LATE_AFTER_MS } from '../core/processing-pace';
import { CONNECT_TIMEOUT_MS, requireDatabaseUrl } from '../database/data-source-options';
import { Clock } from '../database/clock';
import { describeDatabaseFailure } from '../database/database-failure';
import { guardConnection } from '../database/guard-connection';
import { pinnedClient } from '../database/pinned-client';
import { watchConfirmation } from '../database/standby-confirmation';
import { Changes } from '../live/changes';
import { CommitFailures } from './commit-failures';
import { DuplicateCounts } from './duplicate-counts';
import { APPEND_SETTINGS, appendNew, NewEvent } from './inbox-append.repository';
import { AppendOutcome, InboxQueue, Place, Waiting } from './inbox-queue';
import { InboxSignal } from './inbox-signal';
import { inCommitSpan, noteEvent } from './inbox-spans';

/** Far below Typeform's 30 s: an event not committed by then, including waiting, is answered 503, and Typeform sends it again. */
const COMMIT_TIMEOUT_MS = 10_000;
/** How long an insert waits for a concurrent one of the same event, or for a locked table, before the batch is tried again. */
const LOCK_TIMEOUT_MS = 2_000;
const RETRY_AFTER_SECONDS = 5;

/** How the writer's last commits went; times by the monotonic clock, `-Infinity` for never. */
export interface WriterExperience {
  committedAtMs: number;
  failedAtMs: number;
  failure: unknown;
  waitingMs: number;
  obstacle: unknown;
}

/**
 * Collects events while an insert is in progress and writes them as the next one: no timer, one insert in flight. At low load
 * every event is inserted immediately; under load the batches grow, up to half of what waits: if everything went in one batch,
 * this process and the database would take turns idling. A dedicated connection keeps admin
 * queries from delaying an acknowledgement.
 */
@Injectable()
export class InboxWriter implements OnApplicationShutdown {
  private readonly logger = new Logger('Inbox');
  private readonly pool: Pool;
  private readonly queue = new InboxQueue();
  /** Entries of the current batch that have no answer yet, in order of arrival. */
  private inFlight: Waiting[] = [];
  private writing: Promise<void> | null = null;
  /** Set while entries wait: fires at the oldest deadline. */
  private deadlineTimer: NodeJS.Timeout | null = null;
  /** Why the current batch is being retried, if it is. */
  private obstacle: unknown = null;
  private acknowledged: Acknowledged = { acks: 0, late: 0 };
  private committedAtMs = -Infinity;
  private failedAtMs = -Infinity;
  private failure: unknown = null;
  private readonly duplicates = new DuplicateCounts(() => this.start());

  constructor(
    private readonly config: AppConfig,
    private readonly signal: InboxSignal,
    private readonly clock: Clock,
    private readonly failures: CommitFailures,
    private readonly changes: Changes,
  ) {
    const settings = {
      ...APPEND_SETTINGS,
      synchronous_commit: 'on',
      statement_timeout: COMMIT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
    };
    this.pool = new Pool({
      Client: pinnedClient(requireDatabaseUrl(config), settings),
      max: 1,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'typeform-onboarding-intake',
      keepAlive: true,
      onConnect: (client) => {
        guardConnection(client);
        watchConfirmation(client);
      },
    });
    // A connection that breaks while idle is replaced by the next append; without a handler it would end the process.
    this.pool.on('error', () => undefined);
  }

  /** Events now waiting for their commit. */
  get depth(): number {
    return this.queue.length;
  }

  /** The last commit and the last failure, and how long the oldest event has been waiting and why, for readiness. */
  experience(): WriterExperience {
    const { committedAtMs, failedAtMs, failure, obstacle } = this;
    const oldest = this.inFlight[0] ?? this.queue.oldest;
    const waitingMs = oldest ? this.clock.monotonicMs() - (oldest.deadline - COMMIT_TIMEOUT_MS) : 0;
    return { committedAtMs, failedAtMs, failure, waitingMs, obstacle };
  }

  /** A back-fill waits for no acknowledgement. */
  private countAcknowledged({ event, deadline }: Waiting, lateBefore: number): void {
    if (event.source !== 'webhook') return;
    this.acknowledged.acks += 1;
    if (deadline < lateBefore) this.acknowledged.late += 1;
  }

  /** The acknowledgements since the last call. */
  takeAcknowledged(): Acknowledged {
    const taken = this.acknowledged;
    this.acknowledged = { acks: 0, late: 0 };
    return taken;
  }

  /**
   * Resolves once the event is committed with `synchronous_commit=on` (or was before: `duplicate`). Throws `intake_overloaded`
   * when too many already wait, and `database_unavailable` when it was not committed within 10 s; the sender then retries.
   */
  append(event: NewEvent): Promise<AppendOutcome> {
    if (!this.queue.hasRoomFor(event.payload.length)) {
      return Promise.reject(
        new DomainError('intake_overloaded', 'too many events are waiting to be committed', {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      // Only needed with tracing.
      const span = this.config.tracing ? noteEvent(event.eventId) : undefined;
      const deadline = this.clock.monotonicMs() + COMMIT_TIMEOUT_MS;
      this.queue.push({ event, deadline, span, resolve, reject });
      this.deadlineTimer ??= this.armDeadline(COMMIT_TIMEOUT_MS);
      this.start();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writing;
    if (this.deadlineTimer) clearTimeout(this.deadlineTimer);
    if (this.duplicates.unfinished) await this.countBeforeEnd();
    await this.pool.end();
  }

  private start(): void {
    this.writing ??= this.drain();
  }

  private armDeadline(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.refuseLate(), ms).unref();
  }

  /** Answers those whose deadline has passed, even while a statement is running. */
  private refuseLate(): void {
    const now = this.clock.monotonicMs();
    const late = this.inFlight.filter(({ deadline }) => deadline <= now);
    this.inFlight = this.inFlight.slice(late.length);
    late.push(...this.queue.takeLate(now));
    this.refuse(late, this.obstacle ?? new Error('waited too long for a commit'));
    const oldest = this.inFlight[0] ?? this.queue.oldest;
    this.deadlineTimer = oldest ? this.armDeadline(Math.max(1, oldest.deadline - now)) : null;
  }

  private refuse(entries: readonly Waiting[], cause: unknown): void {
    this.failures.failed(cause, entries.length);
    // What the database refuses because of its content says nothing about other events.
    if (entries.length > 0 && describeDatabaseFailure(cause).cause !== 'data_rejected') {
      this.failedAtMs = this.clock.monotonicMs();
      this.failure = cause;
    }
    for (const { reject } of entries) reject(unavailable(cause));
  }

  private async drain(): Promise<void> {
    // Everything that arrives in the same turn of the event loop joins the first batch.
    await new Promise(setImmediate);
    let client: PoolClient | null = null;
    while (this.queue.length > 0 || this.duplicates.due) {
      if (this.queue.length > 0) client = await this.writeBatch(client);
      if (this.duplicates.due) client = await this.countHeld(client);
    }
    client?.release();
    this.writing = null;
  }

  /**
   * Commits the next batch and answers its senders. Takes the connection of the previous batch and returns it for the next one, which is
   * sent before these answers; null when the connection's state is unknown after an error or a time-out.
   */
  private async writeBatch(connected: PoolClient | null): Promise<PoolClient | null> {
    const { entries, places } = this.queue.takeBatch();
    this.inFlight = entries;
    let client = connected;
    try {
      client ??= await this.pool.connect();
      await (this.config.tracing ? this.writeTraced(client, places) : this.write(client, places));
      return client;
    } catch (error) {
      client?.release(true);
      this.refuse(this.inFlight, error);
      return null;
    } finally {
      this.inFlight = [];
      this.obstacle = null;
    }
  }

  private writeTraced(client: PoolClient, batch: Place[]): Promise<void> {
    const eventIds = batch.map(([first]) => first.event.eventId);
    const requests = batch.flat().map(({ span }) => span);
    return inCommitSpan(eventIds, requests, () => this.write(client, batch));
  }

  /** Appends until every place has its answer: an event that was removed between two attempts is new. */
  private async write(client: PoolClient, batch: Place[]): Promise<void> {
    const duplicates: Place[] = [];
    const conflicts: Place[] = [];
    for (let places = batch; places.length > 0;) {
      const arrivals = places.map((place) => ({ event: place[0].event, times: place.length }));
      const found = await this.untilUnlocked(() => appendNew(client, arrivals, this.remainingMs()));
      if (found === null) return;
      this.failures.succeeded();
      if (found.inserted.size > 0) {
        this.committedAtMs = this.clock.monotonicMs();
        this.signal.appended();
        this.changes.happened('deliveries', found.inserted);
      }
      const open: Place[] = [];
      const lateBefore = this.clock.monotonicMs() - LATE_AFTER_MS + COMMIT_TIMEOUT_MS;
      for (const place of places) {
        const { eventId } = place[0].event;
        if (found.inserted.has(eventId)) {
          this.countAcknowledged(place[0], lateBefore);
          answerInserted(place);
        } else if (found.again.has(eventId)) duplicates.push(place);
        else if (found.other.has(eventId)) conflicts.push(place);
        else open.push(place);
      }
      this.keepInFlight([...duplicates, ...conflicts, ...open]);
      places = open;
    }
    this.keepInFlight(conflicts);
    if (duplicates.length > 0) await this.countArrivals(client, duplicates);
    if (conflicts.length > 0) await this.keepBeside(client, conflicts);
  }

  /** Only these may still be refused. */
  private keepInFlight(places: Place[]): void {
    const open = new Set(places.flat());
    this.inFlight = open.size === 0 ? [] : this.inFlight.filter((entry) => open.has(entry));
  }

  /**
   * A different body under a stored id is not trusted to be the same event: it is stored separately, quarantined, under an id that
   * contains its digest (so that it is stored once).
   */
  private async keepBeside(client: PoolClient, conflicts: Place[]): Promise<void> {
    const arrivals = conflicts.map(([{ event }]) => ({ event: { ...event, ...besides(event) }, times: 1 }));
    const kept = await this.untilUnlocked(() => appendNew(client, arrivals, this.remainingMs()));
    if (kept === null) return;
    this.keepInFlight([]);
    await this.countArrivals(client, conflicts);
  }

  /**
   * Counts duplicates and answers them even if the count fails: they are already stored. Duplicates of locked rows are answered a
   * little later, so that the count is usually visible by then; the intake continues meanwhile.
   */
  private async countArrivals(client: PoolClient, places: Place[]): Promise<void> {
    const counts = new Map(places.map((place) => [place[0].event.eventId, place.length]));
    const deadline = Math.min(...places.flat().map((entry) => entry.deadline));
    try {
      await this.duplicates.count(client, counts, this.untilMs(deadline));
    } finally {
      for (const place of places) {
        const answer = (): void => place.forEach(({ resolve }) => resolve('duplicate'));
        this.duplicates.whenCounted(place[0].event.eventId, this.untilMs(deadline), answer);
      }
    }
  }

  /** Retries a batch blocked by a lock for as long as a sender waits for it; null when none does any more. */
  private async untilUnlocked<T>(statement: () => Promise<T>): Promise<T | null> {
    while (this.inFlight.length > 0) {
      try {
        return await statement();
      } catch (error) {
        if (describeDatabaseFailure(error).cause !== 'lock_timeout') throw error;
        this.obstacle = error;
      }
    }
    return null;
  }

  /** How long a sender still waits for the current batch, in milliseconds. */
  private remainingMs(): number {
    return this.untilMs(this.inFlight.at(-1)?.deadline ?? 0);
  }

  private untilMs(deadline: number): number {
    return Math.max(1, Math.ceil(deadline - this.clock.monotonicMs()));
  }

  /** Counts duplicates of rows that were locked before. Takes and returns the connection as {@link writeBatch} does. */
  private async countHeld(connected: PoolClient | null): Promise<PoolClient | null> {
    let client = connected;
    try {
      await this.duplicates.countHeld(async () => (client ??= await this.pool.connect()));
      return client;
    } catch {
      client?.release(true);
      return null;
    }
  }

  private async countBeforeEnd(): Promise<void> {
    this.duplicates.stop();
    try {
      const client = await this.pool.connect();
      const lost = await this.duplicates.finish(client).finally(() => client.release(true));
      if (lost > 0) this.logger.warn('Some acknowledged duplicates could not be counted', { duplicates: lost });
    } catch (error) {
      this.logger.warn('Some acknowledged duplicates could not be counted', describeDatabaseFailure(error));
    }
  }
}

function answerInserted([first, ...others]: Place): void {
  first.resolve(first.event.quarantinedFor === null ? 'accepted' : 'quarantined');
  for (const { resolve } of others) resolve('duplicate');
}

/** What differs in an event that is stored separately from the one with the same id. */
function besides({ eventId, payload }: NewEvent): Pick<NewEvent, 'eventId' | 'quarantinedFor'> {
  const digest = createHash('sha256').update(payload).digest('hex');
  return { eventId: `${eventId}:${digest}`, quarantinedFor: 'event_id_conflict' };
}

function unavailable(cause?: unknown): DomainError {
  return new DomainError('database_unavailable', 'the event could not be committed; send it again', {
    cause,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
