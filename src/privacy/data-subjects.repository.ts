/** SQL that looks for a person everywhere, also in bodies that belong to nobody. Reads only, a bounded piece at a time. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EventStatus } from '../inbox/webhook-event.entity';
import type { ResponseId } from '../onboarding/stored-response';

/** Rows of one answer of the database. */
const CHUNK = 500;
/** Bodies read at a time; a larger one comes alone. Looking through them takes some 5 ms, in which this process answers nobody. */
const CHUNK_BYTES = 128 * 1024;

/** A person's keys, and patterns that only few search texts match. */
export interface PersonConditions {
  email: string | null;
  phone: string | null;
  /** A text matches if it has all patterns of one of the lists. */
  patterns: string[][];
}

export interface CandidateClient {
  id: string;
  /** One of the keys is its own: nothing else needs to be looked at. */
  certain: boolean;
  text: string;
}

export interface CandidateResponse extends ResponseId {
  clientId: string | null;
  certain: boolean;
  answers: { value: unknown }[];
  rest: unknown[];
}

/** A response that comes with an event. */
export interface CarriedResponse extends ResponseId {
  clientId: string | null;
  stored: boolean;
}

/** An event without its body. */
export interface FoundEvent extends ResponseId {
  eventId: string;
  status: EventStatus;
  reason: string | null;
}

/** An event with its body. */
export interface EventBody extends FoundEvent {
  payload: Buffer;
}

const FOUND = `event_id AS "eventId", form_id AS "formId", token, status, reason`;

@Injectable()
export class DataSubjectsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Clients that have one of the keys, and those whose search text matches. */
  async *clients({ email, phone, patterns }: PersonConditions): AsyncGenerator<CandidateClient[]> {
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await this.dataSource.query<CandidateClient[]>(
        `WITH certain AS MATERIALIZED (
           SELECT id FROM client WHERE email = $1 OR phone = $2
            UNION SELECT client_id FROM client_alias WHERE kind = 'email' AND value = $1 OR kind = 'phone' AND value = $2
            UNION SELECT client_id FROM form_response WHERE email_key = $1
            UNION SELECT client_id FROM form_response WHERE phone_key = $2 AND email_key IS NOT NULL
            UNION SELECT client_id FROM form_response WHERE phone_key = $2 AND email_key IS NULL
         ), found AS MATERIALIZED (
           SELECT id FROM certain
           ${matching(patterns, 5, 'SELECT id FROM client')}
         )
         SELECT id, id IN (SELECT id FROM certain) AS certain, coalesce(search_text, '') AS text
           FROM client WHERE id IN (SELECT id FROM found) AND id > $3 ORDER BY id LIMIT $4`,
        [email, phone, after, CHUNK, ...patterns.flat()],
      );
      yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < CHUNK) return;
      after = last.id;
    }
  }

  /** Responses of these clients, those with one of the keys, and those whose search text matches. */
  async *responses(
    { email, phone, patterns }: PersonConditions,
    clientIds: readonly string[],
  ): AsyncGenerator<CandidateResponse[]> {
    let after: ResponseId = { formId: '', token: '' };
    for (;;) {
      const rows = await this.dataSource.query<CandidateResponse[]>(
        `WITH certain AS MATERIALIZED (
           SELECT form_id, token FROM form_response WHERE client_id = ANY($1)
            UNION SELECT form_id, token FROM form_response WHERE email_key = $2
            UNION SELECT form_id, token FROM form_response WHERE phone_key = $3 AND email_key IS NOT NULL
            UNION SELECT form_id, token FROM form_response WHERE phone_key = $3 AND email_key IS NULL
         ), found AS MATERIALIZED (
           SELECT form_id, token FROM certain
           ${matching(patterns, 7, 'SELECT form_id, token FROM form_response')}
         ), page AS MATERIALIZED (
           SELECT form_id, token FROM found WHERE (form_id, token) > ($4, $5) ORDER BY form_id, token LIMIT $6
         )
         SELECT form_id AS "formId", token, client_id AS "clientId",
                (form_id, token) IN (SELECT form_id, token FROM certain) AS certain,
                answers, jsonb_build_array(hidden, variables, outcome, identifiers) AS rest
           FROM page JOIN form_response USING (form_id, token) ORDER BY form_id, token`,
        [clientIds, email, phone, after.formId, after.token, CHUNK, ...patterns.flat()],
      );
      yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < CHUNK) return;
      after = last;
    }
  }

  /** The events with bodies about these responses. */
  eventsOf(ids: readonly ResponseId[]): Promise<FoundEvent[]> {
    return this.dataSource.query<FoundEvent[]>(
      `SELECT ${FOUND} FROM webhook_event JOIN unnest($1::text[], $2::text[]) AS wanted (form_id, token) USING (form_id, token)
        WHERE payload IS NOT NULL ORDER BY event_id`,
      [ids.map(({ formId }) => formId), ids.map(({ token }) => token)],
    );
  }

  /** The responses that these events gave, and those that they tell of and that are not stored. */
  carriedBy(eventIds: readonly string[]): Promise<CarriedResponse[]> {
    return this.dataSource.query<CarriedResponse[]>(
      `SELECT DISTINCT form_id AS "formId", token, response.client_id AS "clientId", response.event_id IS NOT NULL AS stored
         FROM webhook_event AS event LEFT JOIN form_response AS response USING (form_id, token)
        WHERE event.event_id = ANY($1) AND coalesce(response.event_id = event.event_id, true)`,
      [eventIds],
    );
  }

  /** Events that are in this status, with their bodies. */
  async *withStatus(status: Exclude<EventStatus, 'processed'>): AsyncGenerator<EventBody[]> {
    let after: { at: string; id: string } = { at: '-infinity', id: '' };
    for (;;) {
      const rows = await this.dataSource.query<{ id: string; at: string; bytes: number }[]>(
        `SELECT event_id AS id, received_at::text AS at, payload_bytes AS bytes FROM webhook_event
          WHERE status = '${status}' AND status <> 'processed' AND (received_at, event_id) > ($1::timestamptz, $2)
          ORDER BY received_at, event_id LIMIT $3`,
        [after.at, after.id, CHUNK],
      );
      yield* this.bodies(rows);
      const last = rows.at(-1);
      if (!last || rows.length < CHUNK) return;
      after = last;
    }
  }

  /** Versions of stored responses that other events replaced, or came too late to replace, with their bodies. */
  async *replaced(): AsyncGenerator<EventBody[]> {
    yield* this.superseded();
    let after: ResponseId = { formId: '', token: '' };
    for (;;) {
      const responses: ResponseId[] = await this.dataSource.query(
        `SELECT form_id AS "formId", token FROM form_response
          WHERE several_versions AND (form_id, token) > ($1, $2) ORDER BY form_id, token LIMIT $3`,
        [after.formId, after.token, CHUNK],
      );
      yield* this.replacedOf(responses);
      const last = responses.at(-1);
      if (!last || responses.length < CHUNK) return;
      after = last;
    }
  }

  /** Events whose responses do not hold, or do not show to a search, everything that was sent. */
  async *incomplete(): AsyncGenerator<EventBody[]> {
    let after = '';
    for (;;) {
      const rows: { id: string; bytes: number }[] = await this.dataSource.query(
        `WITH incomplete AS MATERIALIZED (
           SELECT event_id FROM webhook_event WHERE reason = 'truncated'
            UNION SELECT event_id FROM form_response WHERE unreadable OR right(search_text, 1) = chr(10) OR length(search_text) >= 20000
            UNION SELECT event_id FROM form_response WHERE search_text IS NULL
         )
         SELECT event_id AS id, payload_bytes AS bytes FROM incomplete JOIN webhook_event USING (event_id)
          WHERE event_id > $1 ORDER BY event_id LIMIT $2`,
        [after, CHUNK],
      );
      yield* this.bodies(rows);
      const last = rows.at(-1);
      if (!last || rows.length < CHUNK) return;
      after = last.id;
    }
  }

  private async *superseded(): AsyncGenerator<EventBody[]> {
    let after = '';
    for (;;) {
      const rows: { id: string; bytes: number }[] = await this.dataSource.query(
        `SELECT event_id AS id, payload_bytes AS bytes FROM webhook_event
          WHERE reason = 'superseded' AND status = 'processed' AND event_id > $1 ORDER BY event_id LIMIT $2`,
        [after, CHUNK],
      );
      yield* this.bodies(rows);
      const last = rows.at(-1);
      if (!last || rows.length < CHUNK) return;
      after = last.id;
    }
  }

  private async *replacedOf(responses: readonly ResponseId[]): AsyncGenerator<EventBody[]> {
    let after = '';
    for (;;) {
      const rows: { id: string; bytes: number }[] = await this.dataSource.query(
        `SELECT event.event_id AS id, payload_bytes AS bytes
           FROM unnest($1::text[], $2::text[]) AS several (form_id, token)
           JOIN form_response AS response USING (form_id, token) JOIN webhook_event AS event USING (form_id, token)
          WHERE event.status = 'processed' AND response.event_id <> event.event_id
            AND event.reason IS DISTINCT FROM 'superseded' AND event.event_id > $3
          ORDER BY event.event_id LIMIT $4`,
        [responses.map(({ formId }) => formId), responses.map(({ token }) => token), after, CHUNK],
      );
      yield* this.bodies(rows);
      const last = rows.at(-1);
      if (!last || rows.length < CHUNK) return;
      after = last.id;
    }
  }

  /** The bodies of events, a bounded number of bytes at a time. An erased one has none. */
  private async *bodies(rows: readonly { id: string; bytes: number }[]): AsyncGenerator<EventBody[]> {
    let from = 0;
    while (from < rows.length) {
      let bytes = rows[from]?.bytes ?? 0;
      let to = from + 1;
      for (; to < rows.length && bytes + (rows[to]?.bytes ?? 0) <= CHUNK_BYTES; to += 1) bytes += rows[to]?.bytes ?? 0;
      const ids = rows.slice(from, to).map(({ id }) => id);
      yield await this.dataSource.query<EventBody[]>(
        `SELECT ${FOUND}, payload FROM webhook_event WHERE event_id = ANY($1) AND payload IS NOT NULL`,
        [ids],
      );
      from = to;
    }
  }
}

/** Adds what matches one of the lists entirely. Parameters count from `first`; a condition each, or the index would not be used. */
function matching(patterns: readonly string[][], first: number, select: string): string {
  let next = first;
  const conditions = patterns.map((list) => list.map(() => `search_text LIKE $${next++}`).join(' AND '));
  return conditions.map((condition) => `UNION ${select} WHERE ${condition}`).join('\n');
}
