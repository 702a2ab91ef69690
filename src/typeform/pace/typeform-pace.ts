/**
 * Hands out turns to call Typeform, which accepts 2 requests a second per account: all replicas share one row in
 * PostgreSQL that paces them together. A turn is handed out once it is free, never ahead of time, so that an interactive call
 * overtakes every background call waiting in any replica.
 */
import { Injectable, Logger, OnModuleDestroy } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AppConfig } from '../../config/app-config';
import { DomainError } from '../../core/problem';
import { NudgeableSleep } from '../../database/nudgeable-sleep';
import { TurnQueue } from './turn-queue';
import type { Priority } from './typeform-call.entity';
import { TypeformPaceRepository } from './typeform-pace.repository';

/** Who wants to call. */
export interface TurnRequest {
  priority: Priority;
  /** Recorded with the call. */
  operation: string;
  signal?: AbortSignal;
}

/** The right to send one request within TURN_MS. */
export interface Turn {
  id: string;
  waitedMs: number;
  /** `performance.now()` when the database was asked: the turn is not older than this. */
  askedAt: number;
  /** Resolves when it is recorded that the request was sent; null: it was not. */
  used: Promise<void> | null;
}

interface Waiter extends TurnRequest {
  id: string;
  since: number;
  resolve: (turn: Turn) => void;
  reject: (reason: unknown) => void;
}

/**
 * Added between a call that is sent and the next turn because requests take different times to reach Typeform: over 10 seconds it absorbs
 * half a second of jitter.
 */
const SAFETY_MARGIN_MS = 25;
/**
 * A call has to be sent this soon after its turn began, or not at all: the next turn begins half a second after that, or, once it is known when
 * the call was sent, half a second after it was. So however late a call is, the next one is sent half a second later.
 */
const TURN_MS = 2_000;
/** A waiter that is not first in line asks this long after the turn became free, and this often while the first one is late. */
const YIELD_MS = 25;
/** How long a person waits for a turn; a background call has time. */
export const INTERACTIVE_WAIT_LIMIT_MS = 10_000;

@Injectable()
export class TypeformPace implements OnModuleDestroy {
  private readonly logger = new Logger('Typeform');
  private readonly spacingMs: number;
  private readonly queue = new TurnQueue<Waiter>();
  private running = false;
  private stopped = false;
  /** Nudged whenever the first in line changes. */
  private readonly rest = new NudgeableSleep();

  constructor(
    config: AppConfig,
    private readonly repository: TypeformPaceRepository,
  ) {
    this.spacingMs = 1000 / config.typeform.rateLimitPerSecond + SAFETY_MARGIN_MS;
  }

  /**
   * Waits for a turn. Throws DomainError `typeform_timeout` when an interactive call would wait too long, `shutting_down`;
   * the database's error, without which nothing is sent; or the signal's reason.
   */
  take(request: TurnRequest): Promise<Turn> {
    if (this.stopped) return Promise.reject(shuttingDown());
    const { signal, priority } = request;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const limit =
        priority === 'interactive' ? setTimeout(() => leave(waitedTooLong()), INTERACTIVE_WAIT_LIMIT_MS) : null;
      const abort = (): void => leave(signal?.reason);
      const settle = <T>(outcome: (value: T) => void) => {
        return (value: T): void => {
          if (limit) clearTimeout(limit);
          signal?.removeEventListener('abort', abort);
          outcome(value);
        };
      };
      const since = performance.now();
      const waiter = { ...request, id: randomUUID(), since, resolve: settle(resolve), reject: settle(reject) };
      const leave = (reason: unknown): void => {
        if (this.changeLine(() => this.queue.remove(waiter))) waiter.reject(reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.changeLine(() => this.queue.add(waiter));
      if (!this.running) void this.run();
    });
  }

  /** For how many milliseconds a call may still be sent. */
  leftMs({ askedAt }: Turn): number {
    return askedAt + TURN_MS - performance.now();
  }

  /** The call leaves in this moment: the next turn is counted from it. A failure is only logged: the next turn begins later then. */
  sent(turn: Turn): void {
    turn.used ??= this.repository
      .use(turn.id, { lateMs: performance.now() - turn.askedAt, turnMs: TURN_MS, spacingMs: this.spacingMs })
      .catch(() =>
        this.logger.warn('A call to Typeform could not be recorded when it was sent: the next one waits longer'),
      );
  }

  /** Gives back a turn in which nothing was sent. Never throws: it is over by itself. */
  async giveBack({ id }: Turn): Promise<void> {
    await this.repository
      .withdraw(id, TURN_MS + this.spacingMs)
      .catch(() =>
        this.logger.warn('An unused turn to call Typeform stays in the statistics: it could not be removed'),
      );
  }

  /** Records the result of a turn's call. A failure is only logged: the call itself was made. */
  async finish(turn: Turn, call: { status: number | null; durationMs: number }): Promise<void> {
    // One that was not seen to leave has left by now, if at all.
    this.sent(turn);
    await turn.used;
    await this.repository
      .finish(turn.id, call)
      .catch(() =>
        this.logger.warn('A call to Typeform could not be recorded: its status is missing from the statistics'),
      );
  }

  /** Makes every replica wait after a 429: as long as Typeform asked, else longer after each consecutive refusal. Never throws. */
  async pauseAll(retryAfterSeconds: number | undefined): Promise<void> {
    const askedMs = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000;
    try {
      const pauseMs = await this.repository.pauseAll(askedMs);
      this.logger.warn('Typeform answered 429: every replica pauses its calls', { pauseMs });
    } catch {
      // Without the database no replica gets a turn either.
      this.logger.warn('The pause after a 429 could not be recorded');
    }
  }

  onModuleDestroy(): void {
    this.stopped = true;
    for (const waiter of this.changeLine(() => this.queue.removeAll())) waiter.reject(shuttingDown());
  }

  /** Gets a turn for the first in line, until the queue is empty. */
  private async run(): Promise<void> {
    this.running = true;
    try {
      for (let waiter = this.queue.first(); waiter; waiter = this.queue.first()) {
        this.rest.forgetNudges();
        const waitMs = await this.tryFor(waiter);
        if (waitMs > 0) await this.rest.sleep(waitMs);
      }
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : 'unknown error';
      this.logger.error('Cannot take a turn to call Typeform: the database does not answer', { error });
      for (const waiter of this.queue.removeAll()) waiter.reject(cause);
    } finally {
      this.running = false;
    }
  }

  /** Tries once to get a waiter its turn. Returns the milliseconds until the next attempt makes sense; 0: immediately. */
  private async tryFor(waiter: Waiter): Promise<number> {
    const askedAt = performance.now();
    const { id, priority, operation, since } = waiter;
    const candidate = { id, priority, operation, waitedMs: askedAt - since };
    if (await this.repository.claim(candidate, TURN_MS + this.spacingMs)) {
      const turn: Turn = { id, waitedMs: candidate.waitedMs, askedAt, used: null };
      if (this.leftMs(turn) > 0 && this.queue.remove(waiter)) waiter.resolve(turn);
      else await this.withdraw(waiter);
      return 0;
    }
    const { first, freeInMs } = await this.repository.standInLine(candidate, this.spacingMs);
    // The turn that somebody has now usually ends sooner than it may.
    const wouldWaitMs = performance.now() - since + freeInMs - TURN_MS;
    if (priority === 'interactive' && wouldWaitMs > INTERACTIVE_WAIT_LIMIT_MS) {
      if (this.queue.remove(waiter)) waiter.reject(waitedTooLong(freeInMs));
      return 0;
    }
    const askAgainMs = Math.min(freeInMs, this.spacingMs);
    return Math.ceil(first ? Math.max(askAgainMs, 1) : Math.max(askAgainMs, 0) + YIELD_MS);
  }

  /** The turn arrived too late, or for a caller that has left. */
  private async withdraw(waiter: Waiter): Promise<void> {
    await this.repository.withdraw(waiter.id, TURN_MS + this.spacingMs);
    waiter.id = randomUUID();
  }

  /** Changes the queue. A new first in line never waits out a sleep meant for another. */
  private changeLine<T>(change: () => T): T {
    const first = this.queue.first();
    const changed = change();
    if (this.queue.first() !== first) this.rest.nudge();
    return changed;
  }
}

function waitedTooLong(freeInMs = 0): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(freeInMs / 1000));
  const message = `too many calls are waiting for Typeform, which allows 2 a second: try again in ${retryAfterSeconds} s`;
  return new DomainError('typeform_timeout', message, { retryAfterSeconds });
}

function shuttingDown(): DomainError {
  return new DomainError('shutting_down', 'this process is shutting down: call again');
}
