/** The SQL that puts events into the inbox. */
import type { ClientBase } from 'pg';
import type { EventSource } from './webhook-event.entity';

/** An event on its way into the inbox. `quarantinedFor` keeps it from being processed until someone replays it. */
export interface NewEvent {
  eventId: string;
  eventType: string;
  formId: string;
  token: string;
  submittedAt: Date | null;
  receivedAt: Date;
  source: EventSource;
  webhookId: string | null;
  quarantinedFor: 'too_old' | 'in_the_future' | null;
  payload: Buffer;
}

const column = (parameter: number): string => `string_to_array($${parameter}, E'\\n', '')`;

/**
 * Event ids of one batch must differ. All payloads travel as one binary parameter, which PostgreSQL slices, and every other column
 * as one text with a line for each event, where an empty line is NULL; the new ids come back as such a text. Nothing is escaped: ids
 * hold no control characters. Times are seconds since the epoch: dates would take Node longer to write than all the rest.
 */
const APPEND = `
  WITH stored AS (
    INSERT INTO webhook_event (event_id, event_type, form_id, token, source, webhook_id, status, reason, submitted_at,
                               received_at, next_attempt_at, payload_bytes, payload)
    SELECT event_id, event_type, form_id, token, source, webhook_id,
           CASE WHEN quarantined_for IS NULL THEN 'pending' ELSE 'quarantined' END, quarantined_for, to_timestamp(submitted),
           to_timestamp(received), CASE WHEN quarantined_for IS NULL THEN to_timestamp(received) END, bytes,
           substring($12::bytea FROM start FOR bytes)
      FROM unnest(${column(1)}, ${column(2)}, ${column(3)}, ${column(4)}, ${column(5)}, ${column(6)}::uuid[], ${column(7)},
                  ${column(8)}::float8[], ${column(9)}::float8[], ${column(10)}::integer[], ${column(11)}::integer[])
        AS new (event_id, event_type, form_id, token, source, webhook_id, quarantined_for, submitted, received, start, bytes)
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
  )
  SELECT string_agg(event_id, E'\\n') AS ids FROM stored`;

const secondsOf = (time: Date | null): number | null => time && time.getTime() / 1000;

/** Inserts the events that are new, in one statement and so in one commit, and returns their ids. */
export async function appendNew(client: ClientBase, events: readonly NewEvent[]): Promise<Set<string>> {
  const lines = (valueOf: (event: NewEvent) => string | number | null): string => events.map(valueOf).join('\n');
  let next = 1;
  const startOf = ({ payload }: NewEvent): number => {
    const start = next;
    next += payload.length;
    return start;
  };
  const values = [
    lines((event) => event.eventId),
    lines((event) => event.eventType),
    lines((event) => event.formId),
    lines((event) => event.token),
    lines((event) => event.source),
    lines((event) => event.webhookId),
    lines((event) => event.quarantinedFor),
    lines((event) => secondsOf(event.submittedAt)),
    lines((event) => secondsOf(event.receivedAt)),
    lines(startOf),
    lines((event) => event.payload.length),
    events.length === 1 ? events[0]?.payload : Buffer.concat(events.map((event) => event.payload)),
  ];
  // With a name the statement is planned once a connection; planning takes longer than inserting one event.
  const { rows } = await client.query<{ ids: string | null }>({ name: 'append', text: APPEND, values });
  return new Set(rows[0]?.ids?.split('\n'));
}

/**
 * Counts an event that arrived again. A different body under the same id is not trusted to be the same event: it is kept beside
 * it, quarantined, under an id that holds its digest (so that it is kept once). What was erased has no body to compare with: only
 * an event about another response is kept then.
 */
const COUNT_DUPLICATES = `
  WITH first AS (
    UPDATE webhook_event SET duplicates = duplicates + $10 WHERE event_id = $1 RETURNING form_id, token, payload
  )
  INSERT INTO webhook_event (event_id, event_type, form_id, token, source, webhook_id, status, reason, submitted_at,
                             received_at, payload_bytes, payload)
  SELECT $1 || ':' || encode(sha256($9), 'hex'), $2, $3, $4, $5, $6, 'quarantined', 'event_id_conflict', $7, $8, length($9), $9
    FROM first WHERE first.payload <> $9 OR first.payload IS NULL AND (first.form_id, first.token) <> ($3, $4)
  ON CONFLICT (event_id) DO NOTHING`;

/** Records that an event which is already stored arrived `times` more. */
export async function countDuplicates(client: ClientBase, event: NewEvent, times: number): Promise<void> {
  const { eventId, eventType, formId, token, source, webhookId, submittedAt, receivedAt, payload } = event;
  const values = [eventId, eventType, formId, token, source, webhookId, submittedAt, receivedAt, payload, times];
  await client.query(COUNT_DUPLICATES, values);
}
