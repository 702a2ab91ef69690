/**
 * The SQL of the pace. Every statement is a separate transaction on the single row of `typeform_pace`, so no process holds
 * a lock while it does something else. All times are PostgreSQL's `clock_timestamp()`: the replicas' clocks do not matter.
 */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Priority } from './typeform-call.entity';

/** A candidate for a turn. The order is interactive before background, then the longest wait. */
export interface Candidate {
  /** Unique to this turn. */
  id: string;
  priority: Priority;
  operation: string;
  waitedMs: number;
}

/** Where a candidate stands: whether it goes first, and in how many milliseconds the next turn is free (negative: since). */
export interface PlaceInLine {
  first: boolean;
  freeInMs: number;
}

/** How late the first in line may be for its turn before the others stop waiting for it. */
const LATE_AFTER_MS = 300;
/** Typeform documents no `Retry-After`: without one, wait at least this long, doubled after each consecutive refusal. */
const FIRST_PAUSE_MS = 1_000;
const MAX_GROWN_PAUSE_MS = 60_000;
/** Upper limit of a pause, even if `Retry-After` asks for more. */
const MAX_ASKED_PAUSE_MS = 300_000;
const KEPT_HOURS = 24;
/** Each finished call removes up to this many expired rows: more than it adds, but never many. */
const EXPIRED_PER_CALL = 20;

/** `$1` waiter, `$2` interactive, `$3` waited milliseconds: true when no live waiter goes before this one. */
const GOES_FIRST = `(
  first_waiter IS NULL OR first_waiter = $1::uuid OR first_until < clock_timestamp()
  OR ($2::boolean AND NOT first_interactive)
  OR ($2::boolean = first_interactive AND clock_timestamp() - $3::float8 * interval '1 ms' < first_since))`;

@Injectable()
export class TypeformPaceRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes the turn if one is free now and no other waiter goes first: the next one is free `reservedMs` later, or as `use` says. A
   * concurrent attempt waits for the row and then sees the new time, so no turn is given twice. Records the call.
   */
  async claim({ id, priority, operation, waitedMs }: Candidate, reservedMs: number): Promise<boolean> {
    const taken = await this.dataSource.query<unknown[]>(
      `WITH turn AS (
         UPDATE typeform_pace
            SET next_free_at = clock_timestamp() + $4::float8 * interval '1 ms',
                first_waiter = NULL, first_interactive = NULL, first_since = NULL, first_until = NULL
          WHERE id = 1 AND next_free_at <= clock_timestamp() AND ${GOES_FIRST}
         RETURNING next_free_at - $4::float8 * interval '1 ms' AS taken_at
       )
       INSERT INTO typeform_call (id, sent_at, operation, priority, waited_ms)
       SELECT $1::uuid, taken_at, $5, $6, $3::float8::integer FROM turn
       RETURNING id`,
      [id, priority === 'interactive', waitedMs, reservedMs, operation, priority],
    );
    return taken.length > 0;
  }

  /** Announces a waiter: it becomes the first in line unless another goes before it. It has to ask again within `askAgainMs`. */
  async standInLine({ id, priority, waitedMs }: Candidate, askAgainMs: number): Promise<PlaceInLine> {
    const [place] = await this.dataSource.query<{ first: boolean; free_in_ms: number }[]>(
      `WITH announced AS (
         UPDATE typeform_pace
            SET first_waiter = $1::uuid, first_interactive = $2::boolean,
                first_since = clock_timestamp() - $3::float8 * interval '1 ms',
                first_until = clock_timestamp() + $4::float8 * interval '1 ms'
                  + greatest(least(next_free_at - clock_timestamp(), $5::float8 * interval '1 ms'), interval '0')
          WHERE id = 1 AND ${GOES_FIRST}
         RETURNING id
       )
       SELECT EXISTS (SELECT FROM announced) AS first,
              extract(epoch FROM next_free_at - clock_timestamp())::float8 * 1000 AS free_in_ms
         FROM typeform_pace WHERE id = 1`,
      [id, priority === 'interactive', waitedMs, LATE_AFTER_MS, askAgainMs],
    );
    if (!place) throw new Error('typeform_pace has lost its row: insert it again, as its migration does');
    return { first: place.first, freeInMs: place.free_in_ms };
  }

  /**
   * Records that the call was sent so much later than its turn began: the next turn is free `spacingMs` after that. Where another
   * turn has been taken or a pause begun since, that stays.
   */
  async use(id: string, sent: { lateMs: number; turnMs: number; spacingMs: number }): Promise<void> {
    await this.dataSource.query(
      `WITH turn AS (
         SELECT sent_at AS taken_at FROM typeform_call WHERE id = $1::uuid
       ), moved AS (
         UPDATE typeform_pace SET next_free_at = taken_at + ($2::float8 + $3::float8) * interval '1 ms'
           FROM turn WHERE typeform_pace.id = 1 AND next_free_at = taken_at + $4::float8 * interval '1 ms'
       )
       UPDATE typeform_call SET sent_at = sent_at + $2::float8 * interval '1 ms' WHERE id = $1::uuid`,
      [id, sent.lateMs, sent.spacingMs, sent.turnMs + sent.spacingMs],
    );
  }

  /** Deletes the record of an unused turn, which is free again unless another one has been taken since. */
  async withdraw(id: string, reservedMs: number): Promise<void> {
    await this.dataSource.query(
      `WITH unused AS (
         DELETE FROM typeform_call WHERE id = $1::uuid RETURNING sent_at
       )
       UPDATE typeform_pace SET next_free_at = unused.sent_at
         FROM unused WHERE typeform_pace.id = 1 AND next_free_at = unused.sent_at + $2::float8 * interval '1 ms'`,
      [id, reservedMs],
    );
  }

  /**
   * Records the result of a call: its HTTP status (null: no answer), and how long it took.
   * Any answer other than 429 resets the growth of the pauses. Removes records that are older than a day.
   */
  async finish(id: string, call: { status: number | null; durationMs: number }): Promise<void> {
    await this.dataSource.query(
      `WITH calm AS (
         UPDATE typeform_pace SET refusals = 0 WHERE id = 1 AND refusals > 0 AND $2::smallint <> 429
       ), expired AS (
         DELETE FROM typeform_call WHERE id IN (
           SELECT id FROM typeform_call WHERE sent_at < clock_timestamp() - $4::float8 * interval '1 hour'
            ORDER BY sent_at LIMIT ${EXPIRED_PER_CALL} FOR UPDATE SKIP LOCKED)
       )
       UPDATE typeform_call
          SET status = $2::smallint, duration_ms = $3::float8::integer
        WHERE id = $1::uuid`,
      [id, call.status, call.durationMs, KEPT_HOURS],
    );
  }

  /** Stops all calls of all replicas after a 429, for as long as Typeform asked, or else longer each time. Returns milliseconds. */
  async pauseAll(askedMs: number | undefined): Promise<number> {
    const [paused] = await this.dataSource.query<{ pause_ms: number }[]>(
      `WITH refused AS (
         SELECT CASE WHEN $1::float8 IS NULL
                     THEN least(${MAX_GROWN_PAUSE_MS}, ${FIRST_PAUSE_MS} * 2 ^ least(refusals, 10))
                     ELSE least(${MAX_ASKED_PAUSE_MS}, greatest(${FIRST_PAUSE_MS}, $1::float8)) END AS pause_ms
           FROM typeform_pace WHERE id = 1 FOR UPDATE
       ), paused AS (
         UPDATE typeform_pace
            SET refusals = refusals + 1,
                next_free_at = greatest(next_free_at, clock_timestamp() + refused.pause_ms * interval '1 ms')
           FROM refused WHERE id = 1
       )
       SELECT pause_ms::float8 AS pause_ms FROM refused`,
      [askedMs ?? null],
    );
    return paused?.pause_ms ?? FIRST_PAUSE_MS;
  }
}
