/** The SQL of the queue: claiming what is due and recording what became of it. Every function runs in the caller's transaction. */
import { execute, type SqlRunner } from '../database/sql-runner';
import type { EventOutcome } from '../core/event-outcome';
import type { SuspectGroup } from './suspects';

/** A claimed event: its row stays locked until the transaction ends, and a crash gives it back. */
export interface ClaimedEvent {
  eventId: string;
  eventType: string;
  formId: string;
  receivedAt: Date;
  /** Attempts made before this one. */
  attempts: number;
  firstAttemptAt: Date | null;
  /** When it was claimed, by the clock of the database, as `firstAttemptAt`. */
  claimedAt: Date;
  /** How long it was there when it was claimed: a new event by the clock of the database alone, another since its receipt. */
  ageMs: number;
  payload: Buffer;
}

/** The event of a failed attempt, as it was claimed. */
export type FailedEvent = Pick<ClaimedEvent, 'eventId' | 'claimedAt' | 'attempts'>;

/** A failed attempt. `nextInMs`: how long to wait before the next one; null: there is none. */
export interface Failure {
  code: ProcessingErrorCode;
  sqlState: string | null;
  constraint: string | null;
  table: string | null;
  nextInMs: number | null;
}

/** What a claim found. */
export interface Claim {
  events: ClaimedEvent[];
  /** More may be due than were claimed. */
  more: boolean;
  /** When the first of them became due, or, without any, the time of the claim; both by the clock of the database. */
  foundAt: Date;
}

/** Which events to claim: new ones, or those whose time for another attempt has come, without some; or just these. */
export type Wanted = { status: 'pending' | 'retrying'; limit: number; except: readonly string[] } | SuspectGroup;

/** Why processing an event failed; stored as `lastError`, a metric label, and an entry of the runbook. */
export const PROCESSING_ERROR_CODES = [
  'invalid_event',
  'data_rejected',
  'constraint',
  'contention',
  'lock_timeout',
  'too_slow',
  'out_of_resources',
  'connection_lost',
  'internal_error',
] as const;
export type ProcessingErrorCode = (typeof PROCESSING_ERROR_CODES)[number];

/**
 * New events are found by the index of all that is due, those to be tried again by one of their own; both are in the order in which they
 * are due. `|| ''`: or the planner may prefer the index of unusual statuses, and sort all that is pending to claim a batch of it.
 */
const DUE = {
  pending: `status IN ('pending', 'retrying') AND status || '' = 'pending'`,
  retrying: `status = 'retrying'`,
};

/** Payloads of one batch are held in memory together; one event is claimed whatever its size. */
const MAX_BATCH_BYTES = 5 * 1024 * 1024;
/** A response and its e-mail and phone, old and new. */
const MAX_KEYS_PER_EVENT = 5;

/**
 * The keys that a batch locks, all at once, must leave the server's table of locks to the others: a batch takes an eighth at most,
 * since a process applies two at a time. On a default server that is 160 events.
 */
const ROOM_FOR_LOCKS = `(SELECT greatest(1, current_setting('max_connections')::integer
  * current_setting('max_locks_per_transaction')::integer / ${8 * MAX_KEYS_PER_EVENT}))`;

/** The failed attempts that are kept of an event. */
const MAX_LOGGED_ATTEMPTS = 20;

interface ClaimedRow {
  /** Null in the only row of a claim that found nothing. */
  event_id: string | null;
  event_type: string;
  form_id: string;
  received_at: Date;
  attempts: number;
  first_attempt_at: Date | null;
  payload: Buffer | null;
  claimed_at: Date;
  due_at: Date;
  more: boolean | null;
}

/**
 * Locks events that are due by the clock of the database, oldest first, skipping those another processor has. With `from`, only
 * those that became due since then: a claim need not read what is long done (ClaimStart).
 */
export async function claimDue(sql: SqlRunner, wanted: Wanted, from: Date | null = null): Promise<Claim> {
  const [condition, ids, limit] =
    'eventIds' in wanted
      ? [`status IN ('pending', 'retrying') AND event_id = ANY($1)`, wanted.eventIds, null]
      : [
          `${DUE[wanted.status]} AND event_id <> ALL($1)
           AND next_attempt_at >= coalesce($4::timestamptz, '-infinity')`,
          wanted.except,
          wanted.limit,
        ];
  // Bodies beyond the limit are not read: a large one is stored beside its row.
  const statement = `WITH due AS MATERIALIZED (
       SELECT event_id, event_type, form_id, received_at, attempts, first_attempt_at, payload, payload_bytes, next_attempt_at
         FROM webhook_event WHERE ${condition} AND next_attempt_at <= statement_timestamp()
        ORDER BY next_attempt_at ${limit === null ? '' : `LIMIT least($3, ${ROOM_FOR_LOCKS})`}
          FOR UPDATE SKIP LOCKED
     ), summed AS (
       SELECT *, sum(payload_bytes) OVER places AS bytes, row_number() OVER places AS place, count(*) OVER () AS found
         FROM due WINDOW places AS (ORDER BY next_attempt_at, event_id)
     )
     SELECT event_id, event_type, form_id, received_at, attempts, first_attempt_at, payload, claimed_at, next_attempt_at AS due_at,
            ${limit === null ? 'false' : `found > count(*) OVER () OR found = least($3, ${ROOM_FOR_LOCKS})`} AS more
       FROM (SELECT statement_timestamp() AS claimed_at) AS this_claim
       LEFT JOIN summed ON bytes <= $2 OR place = 1
      ORDER BY place`;
  const values = [ids, MAX_BATCH_BYTES, ...(limit === null ? [] : [limit, from])];
  // Without statistics of the table, as after a first burst, the planner may take the backlog for a few rows, and sort all of it for each claim.
  await execute(sql, `SELECT set_config('enable_sort', $1, true)`, [limit === null ? 'on' : 'off']);
  const rows = await sql.query<ClaimedRow[]>(statement, values);
  const [first] = rows;
  if (!first) throw new Error('a claim has at least one row');
  return {
    events: rows.flatMap((row) => (row.event_id === null ? [] : [toClaimed({ ...row, event_id: row.event_id })])),
    more: rows.some(({ more }) => more === true),
    foundAt: first.event_id === null ? first.claimed_at : first.due_at,
  };
}

/** How long the statements that follow a claim may wait for a lock, and run, until the transaction ends. They may sort again, too. */
export async function limitTime(sql: SqlRunner, lockMs: number, statementMs: number): Promise<void> {
  await execute(
    sql,
    `SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true), set_config('enable_sort', 'on', true)`,
    [String(lockMs), String(statementMs)],
  );
}

/** Marks claimed events as done. */
export async function markDone(sql: SqlRunner, results: readonly EventOutcome[]): Promise<void> {
  await execute(
    sql,
    `UPDATE webhook_event AS event
        SET status = result.status, reason = result.reason, processed_at = statement_timestamp(), attempts = event.attempts + 1,
            first_attempt_at = coalesce(event.first_attempt_at, statement_timestamp()), next_attempt_at = NULL, last_error = NULL
       FROM unnest($1::text[], $2::text[], $3::text[]) AS result (event_id, status, reason)
      WHERE event.event_id = result.event_id`,
    [results.map((r) => r.eventId), results.map((r) => r.status), results.map((r) => r.reason)],
  );
}

/**
 * Records a failed attempt: the event is `retrying`, or `dead` without another attempt. Waits for nobody: somebody else may hold the event,
 * or may be done with this attempt of it already, as after a replay.
 */
export async function markFailed(
  sql: SqlRunner,
  event: FailedEvent,
  { nextInMs, ...failure }: Failure,
): Promise<'recorded' | 'held' | 'done'> {
  const [row] = await sql.query<{ outcome: 'recorded' | 'held' | 'done' }[]>(
    `WITH marked AS (UPDATE webhook_event
        SET status = $2, last_error = $3, attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, $4),
            next_attempt_at = now() + $5 * interval '1 millisecond',
            attempt_log = CASE WHEN jsonb_array_length(attempt_log) >= ${MAX_LOGGED_ATTEMPTS} THEN attempt_log - 0
                               ELSE coalesce(attempt_log, '[]') END || ($6::jsonb || jsonb_build_object('at', now()))
      WHERE event_id = (SELECT event_id FROM webhook_event WHERE event_id = $1 AND status IN ('pending', 'retrying')
                           AND attempts = $7 FOR UPDATE SKIP LOCKED) RETURNING event_id)
     SELECT CASE WHEN EXISTS (SELECT FROM marked) THEN 'recorded'
                 WHEN EXISTS (SELECT FROM webhook_event WHERE event_id = $1 AND status IN ('pending', 'retrying') AND attempts = $7)
                 THEN 'held'
                 ELSE 'done' END AS outcome`,
    [
      event.eventId,
      nextInMs === null ? 'dead' : 'retrying',
      failure.code,
      event.claimedAt,
      nextInMs,
      JSON.stringify(failure),
      event.attempts,
    ],
  );
  return row?.outcome ?? 'done';
}

function toClaimed(row: ClaimedRow & { event_id: string }): ClaimedEvent {
  return {
    eventId: row.event_id,
    eventType: row.event_type,
    formId: row.form_id,
    receivedAt: row.received_at,
    attempts: row.attempts,
    firstAttemptAt: row.first_attempt_at,
    claimedAt: row.claimed_at,
    // `received_at` comes from a host whose clock may be ahead.
    ageMs: Math.max(0, row.claimed_at.getTime() - (row.attempts === 0 ? row.due_at : row.received_at).getTime()),
    payload: row.payload ?? Buffer.alloc(0),
  };
}
