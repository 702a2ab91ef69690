/** The SQL that puts events into the inbox. */
import type { ClientBase, QueryConfig } from 'pg';
import { requireConfirmation } from '../database/standby-confirmation';
import type { EventSource, QuarantineReason } from './webhook-event.entity';

/** An event on its way into the inbox. With `quarantinedFor` it is not processed until someone replays it. */
export interface NewEvent {
  eventId: string;
  eventType: string;
  formId: string;
  token: string;
  submittedAt: Date | null;
  receivedAt: Date;
  source: EventSource;
  webhookId: string | null;
  quarantinedFor: QuarantineReason | null;
  payload: Buffer;
}

/** A place in a batch: an event and the number of its senders. */
export interface Arrival {
  event: NewEvent;
  times: number;
}

/** The result of an append, by event id. An event in none of the sets was removed at the same moment: append it again. */
export interface Appended {
  /** New, and stored by this append; further senders of the same event are already counted. */
  inserted: Set<string>;
  /** Stored before, with this body. */
  again: Set<string>;
  /** Stored before, with another body. */
  other: Set<string>;
}

/**
 * Settings of the connection that runs these statements. They are planned once, while the table may be empty, and run for weeks: the
 * plan must look ids up in the index regardless of the statistics.
 */
export const APPEND_SETTINGS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
  // A warning says that no standby has confirmed a commit.
  client_min_messages: 'warning',
};

const column = (parameter: number): string => `string_to_array($${parameter}, E'\\n', '')`;

/**
 * Event ids of one batch must differ. All payloads travel as one binary parameter, which PostgreSQL slices, and every other column
 * as one text with a line for each event, where an empty line is NULL; the ids come back as such a text. Nothing is escaped: ids
 * hold no control characters. Times are seconds since the epoch.
 *
 * Only ids that are not stored yet are inserted, although a conflict would do nothing: the insert would wait for a processor that
 * has changed the row and not committed yet.
 */
const APPEND = `
  WITH stored AS (
    INSERT INTO webhook_event (event_id, event_type, form_id, token, source, webhook_id, status, reason, submitted_at,
                               received_at, next_attempt_at, duplicates, payload_bytes, payload)
    SELECT event_id, event_type, form_id, token, source, webhook_id,
           CASE WHEN quarantined_for IS NULL THEN 'pending' ELSE 'quarantined' END, quarantined_for, to_timestamp(submitted),
           to_timestamp(received), CASE WHEN quarantined_for IS NULL THEN now() END, times - 1, bytes,
           substring($12::bytea FROM start FOR bytes)
      FROM unnest(${column(1)}, ${column(2)}, ${column(3)}, ${column(4)}, ${column(5)}, ${column(6)}::uuid[], ${column(7)},
                  ${column(8)}::float8[], ${column(9)}::float8[], ${column(10)}::integer[], ${column(11)}::integer[],
                  ${column(13)}::integer[])
        AS new (event_id, event_type, form_id, token, source, webhook_id, quarantined_for, submitted, received, start, bytes, times)
     WHERE NOT EXISTS (SELECT FROM webhook_event AS known WHERE known.event_id = new.event_id)
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
  )
  SELECT string_agg(event_id, E'\\n') AS inserted FROM stored`;

/**
 * Compares events with what is stored under their ids: the same id with another body is not trusted to be the same event. What was
 * erased has no body to compare with; then only an event about another response counts as different.
 *
 * What is found may be on this server's disk alone: after a crash, or when a commit stopped waiting for its standby. The message is a commit
 * of this statement's own, behind theirs in the log: a standby that confirms it has them too.
 */
const COMPARE = `
  SELECT pg_logical_emit_message(true, 'typeform-onboarding', ''),
         string_agg(event_id, E'\\n') FILTER (WHERE same) AS again, string_agg(event_id, E'\\n') FILTER (WHERE NOT same) AS other
    FROM (SELECT event_id, CASE WHEN payload IS NULL THEN (stored.form_id, stored.token) = (came.form_id, came.token)
                                ELSE payload = substring($6::bytea FROM start FOR bytes) END AS same
            FROM unnest(${column(1)}, ${column(2)}, ${column(3)}, ${column(4)}::integer[], ${column(5)}::integer[])
                   AS came (event_id, form_id, token, start, bytes)
            JOIN webhook_event AS stored USING (event_id)) AS compared`;

const secondsOf = (time: Date | null): number | null => time && time.getTime() / 1000;
const idsOf = (lines: string | null | undefined): Set<string> => new Set(lines?.split('\n'));
const linesOf = (events: readonly NewEvent[], valueOf: (event: NewEvent) => string | number | null): string =>
  events.map(valueOf).join('\n');

/** pg accepts a time-out per query; its types only declare the one per connection. */
type TimedQuery = QueryConfig & { query_timeout: number };

/**
 * Inserts the events that are new, in one statement and so in one commit, and compares the others. Sorted by id, so that replicas
 * which insert the same events wait for each other in one direction only. What it returns is on the disks of the primary and, where there is
 * one, of the synchronous standby. Gives up when a statement takes longer than `timeoutMs`;
 * the connection must then be discarded.
 */
export async function appendNew(
  client: ClientBase,
  arrivals: readonly Arrival[],
  timeoutMs: number,
): Promise<Appended> {
  const sorted = [...arrivals].sort((a, b) => (a.event.eventId < b.event.eventId ? -1 : 1));
  const events = sorted.map(({ event }) => event);
  const { starts, lengths, bytes } = packed(events);
  const values = [
    linesOf(events, (event) => event.eventId),
    linesOf(events, (event) => event.eventType),
    linesOf(events, (event) => event.formId),
    linesOf(events, (event) => event.token),
    linesOf(events, (event) => event.source),
    linesOf(events, (event) => event.webhookId),
    linesOf(events, (event) => event.quarantinedFor),
    linesOf(events, (event) => secondsOf(event.submittedAt)),
    linesOf(events, (event) => secondsOf(event.receivedAt)),
    starts,
    lengths,
    bytes,
    sorted.map(({ times }) => times).join('\n'),
  ];
  // A named statement is planned once per connection.
  const query: TimedQuery = { name: 'append', text: APPEND, values, query_timeout: timeoutMs };
  const { rows } = await client.query<{ inserted: string | null }>(query);
  requireConfirmation(client);
  const inserted = idsOf(rows[0]?.inserted);
  if (inserted.size === events.length) return { inserted, again: new Set(), other: new Set() };
  const known = events.filter(({ eventId }) => !inserted.has(eventId));
  return { inserted, ...(await compare(client, known, timeoutMs)) };
}

async function compare(
  client: ClientBase,
  events: readonly NewEvent[],
  timeoutMs: number,
): Promise<Pick<Appended, 'again' | 'other'>> {
  const { starts, lengths, bytes } = packed(events);
  const values = [
    linesOf(events, (event) => event.eventId),
    linesOf(events, (event) => event.formId),
    linesOf(events, (event) => event.token),
    starts,
    lengths,
    bytes,
  ];
  const query: TimedQuery = { name: 'compare', text: COMPARE, values, query_timeout: timeoutMs };
  const { rows } = await client.query<{ again: string | null; other: string | null }>(query);
  requireConfirmation(client);
  return { again: idsOf(rows[0]?.again), other: idsOf(rows[0]?.other) };
}

/** The payloads as one value, and where each one begins, counted from 1. */
function packed(events: readonly NewEvent[]): { starts: string; lengths: string; bytes: Buffer } {
  let next = 1;
  const starts = linesOf(events, ({ payload }) => {
    const start = next;
    next += payload.length;
    return start;
  });
  const [first] = events;
  const bytes = events.length === 1 && first ? first.payload : Buffer.concat(events.map(({ payload }) => payload));
  return { starts, lengths: linesOf(events, ({ payload }) => payload.length), bytes };
}

/** Does not wait for a locked row; returns it as one still to be counted. */
const COUNT_DUPLICATES = `
  WITH again AS (
    SELECT event_id, times FROM unnest(${column(1)}, ${column(2)}::integer[]) AS again (event_id, times)
  ), free AS (
    SELECT event_id, times FROM again JOIN webhook_event USING (event_id) FOR NO KEY UPDATE OF webhook_event SKIP LOCKED
  ), counted AS (
    UPDATE webhook_event AS event SET duplicates = duplicates + times FROM free WHERE event.event_id = free.event_id
    RETURNING event.event_id
  )
  SELECT string_agg(event_id, E'\\n') AS held FROM again JOIN webhook_event USING (event_id)
   WHERE NOT EXISTS (SELECT FROM counted WHERE counted.event_id = again.event_id)`;

/**
 * Adds to the duplicate counts of stored events (id -> times), in one statement that waits for no lock. Returns the ids of rows that
 * are locked at the moment; events that are no longer stored are ignored.
 */
export async function countDuplicates(
  client: ClientBase,
  counts: ReadonlyMap<string, number>,
  timeoutMs: number,
): Promise<Set<string>> {
  const values = [[...counts.keys()].join('\n'), [...counts.values()].join('\n')];
  const query: TimedQuery = { name: 'count', text: COUNT_DUPLICATES, values, query_timeout: timeoutMs };
  const { rows } = await client.query<{ held: string | null }>(query);
  return idsOf(rows[0]?.held);
}
