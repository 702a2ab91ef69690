/** SQL that writes form_response. Each method is one statement for any number of responses. */
import { Injectable } from '@nestjs/common';
import { execute, type SqlRunner } from '../database/sql-runner';
import { runWithGenericPlan } from '../database/generic-plans';
import { column, textColumn, withoutSeparators } from '../database/text-column';
import type { IdentifierRecord, Identifiers } from '../core/identifiers';
import type { GivenPhone } from './who-is-it/clients.repository';
import type { NewVersion, ResponseFacts, ResponseId, ResponsePlace } from './stored-response';

/** Only this many of a client's newest responses contribute to its record. */
const MAX_RESPONSES_PER_CLIENT = 200;

const SAVE = `
  INSERT INTO form_response
    (form_id, token, event_id, response_type, test, landed_at, submitted_at, received_at, effective_at, answers, hidden, variables,
     score, ending, outcome, identifiers, email_key, phone_key, client_id, search_text, unreadable, created_at, updated_at, keyed_at)
  SELECT form_id, token, event_id, response_type, test, landed_at, submitted_at, received_at, effective_at, answers::jsonb,
         hidden::jsonb, variables::jsonb, score, ending::jsonb, outcome::jsonb, identifiers::jsonb, email_key, phone_key,
         client_id, coalesce(search_text, ''), unreadable, $22, $22, $22
    FROM unnest(${column(1)}, ${column(2)}, ${column(3)}, ${column(4)}, ${column(5, 'boolean')},
                ${column(6, 'timestamptz')}, ${column(7, 'timestamptz')}, ${column(8, 'timestamptz')},
                ${column(9, 'timestamptz')}, ${column(10)}, ${column(11)}, ${column(12)}, ${column(13, 'float8')},
                ${column(14)}, ${column(15)}, ${column(16)}, ${column(17)}, ${column(18)}, ${column(19, 'uuid')},
                ${column(20)}, ${column(21, 'boolean')})
      AS new (form_id, token, event_id, response_type, test, landed_at, submitted_at, received_at, effective_at, answers, hidden,
              variables, score, ending, outcome, identifiers, email_key, phone_key, client_id, search_text, unreadable)
   ORDER BY form_id, token
  ON CONFLICT (form_id, token) DO UPDATE
    SET event_id = excluded.event_id, response_type = excluded.response_type, test = excluded.test,
        landed_at = excluded.landed_at, submitted_at = excluded.submitted_at, received_at = excluded.received_at,
        effective_at = excluded.effective_at, answers = excluded.answers, hidden = excluded.hidden,
        variables = excluded.variables, score = excluded.score, ending = excluded.ending, outcome = excluded.outcome,
        identifiers = excluded.identifiers, email_key = excluded.email_key, phone_key = excluded.phone_key,
        client_id = excluded.client_id, search_text = excluded.search_text, unreadable = excluded.unreadable,
        updated_at = excluded.updated_at, keyed_at = excluded.keyed_at`;

interface PlaceRow {
  form_id: string;
  token: string;
  event_id: string;
  response_type: string;
  effective_at: Date;
  received_at: Date;
  email_key: string | null;
  phone_key: string | null;
  client_id: string | null;
  pinned_client_id: string | null;
}

interface FactsRow extends PlaceRow {
  test: boolean;
  identifiers: Identifiers;
}

/** A stored response with what determines its client. */
export interface StoredFacts extends ResponsePlace {
  test: boolean;
  identifiers: Identifiers;
}

const PLACE = `form_id, token, event_id, response_type, effective_at, received_at, email_key, phone_key, client_id, pinned_client_id`;

@Injectable()
export class ResponsesRepository {
  /** The responses that are stored, locked. The caller must be their only writer (`NeighbourhoodRepository.lockResponses`). */
  async places(sql: SqlRunner, ids: readonly ResponseId[]): Promise<ResponsePlace[]> {
    const rows = await sql.query<PlaceRow[]>(
      `SELECT ${PLACE} FROM form_response JOIN unnest($1::text[], $2::text[]) AS wanted (form_id, token) USING (form_id, token)
        ORDER BY form_id, token FOR UPDATE OF form_response`,
      columns(ids),
    );
    return rows.map(toPlace);
  }

  /** Like {@link places}, with their identifiers. */
  async facts(sql: SqlRunner, ids: readonly ResponseId[]): Promise<StoredFacts[]> {
    const rows = await sql.query<FactsRow[]>(
      `SELECT ${PLACE}, test, identifiers
         FROM form_response JOIN unnest($1::text[], $2::text[]) AS wanted (form_id, token) USING (form_id, token)
        ORDER BY form_id, token FOR UPDATE OF form_response`,
      columns(ids),
    );
    return rows.map((row) => ({ ...toPlace(row), test: row.test, identifiers: row.identifiers }));
  }

  /** Stores versions, each with its client. */
  async save(
    sql: SqlRunner,
    versions: readonly NewVersion[],
    clientIds: readonly (string | null)[],
    now: Date,
  ): Promise<void> {
    const all = (valueOf: (version: NewVersion) => string | null): string => textColumn(versions.map(valueOf));
    const time = (at: Date | null): string | null => at && at.toISOString();
    const values = [
      all(({ formId }) => formId),
      all(({ token }) => token),
      all(({ eventId }) => eventId),
      all(({ submission }) => submission.responseType),
      all(({ submission }) => String(submission.isTest)),
      all(({ submission }) => time(submission.landedAt)),
      all(({ submission }) => time(submission.submittedAt)),
      all(({ receivedAt }) => time(receivedAt)),
      all(({ effectiveAt }) => time(effectiveAt)),
      all(({ texts }) => texts.answers),
      all(({ texts }) => texts.hidden),
      all(({ texts }) => texts.variables),
      all(({ submission }) => (submission.score === null ? null : String(submission.score))),
      all(({ texts }) => texts.ending),
      all(({ texts }) => texts.outcome),
      all(({ texts }) => texts.identifiers),
      all(({ keys }) => keys.email),
      all(({ keys }) => keys.phone),
      textColumn(clientIds),
      all(({ texts }) => withoutSeparators(texts.searchText)),
      all(({ submission }) => String(submission.unreadable)),
      now,
    ];
    await runWithGenericPlan(sql, SAVE, values);
  }

  /** Assigns stored responses to their clients, and writes their keys. */
  async place(
    sql: SqlRunner,
    responses: readonly ResponseFacts[],
    clientIds: readonly (string | null)[],
  ): Promise<void> {
    await execute(
      sql,
      `UPDATE form_response AS response
          SET client_id = placed.client_id, email_key = placed.email_key, phone_key = placed.phone_key,
              keyed_at = response.updated_at,
              -- The previous release wrote this row: its search text is out of date.
              search_text = CASE WHEN response.keyed_at = response.updated_at THEN response.search_text END
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[])
              AS placed (form_id, token, email_key, phone_key, client_id)
        WHERE response.form_id = placed.form_id AND response.token = placed.token`,
      [
        ...columns(responses),
        responses.map(({ keys }) => keys.email),
        responses.map(({ keys }) => keys.phone),
        clientIds,
      ],
    );
  }

  /** Moves all unpinned responses that gave a phone without an e-mail to the phone's client. */
  async moveAlone(sql: SqlRunner, moves: readonly { phone: string; clientId: string }[]): Promise<void> {
    await execute(
      sql,
      `UPDATE form_response AS response SET client_id = move.client_id
         FROM unnest($1::text[], $2::uuid[]) AS move (phone, client_id)
        WHERE response.phone_key = move.phone AND response.email_key IS NULL AND response.pinned_client_id IS NULL
          AND response.client_id IS DISTINCT FROM move.client_id`,
      [moves.map(({ phone }) => phone), moves.map(({ clientId }) => clientId)],
    );
  }

  /** The newest responses of each client, for its record. A client without any is not in the map. */
  async records(sql: SqlRunner, clientIds: readonly string[]): Promise<Map<string, IdentifierRecord[]>> {
    const rows = await sql.query<
      {
        client_id: string;
        form_id: string;
        token: string;
        completed: boolean;
        effective_at: Date;
        identifiers: Identifiers;
      }[]
    >(
      `SELECT client_id, form_id, token, response_type = 'completed' AS completed, effective_at, identifiers
         FROM unnest($1::uuid[]) AS client (id)
        CROSS JOIN LATERAL (SELECT * FROM form_response WHERE client_id = client.id
                             ORDER BY effective_at DESC, form_id, token LIMIT ${MAX_RESPONSES_PER_CLIENT}) AS newest`,
      [clientIds],
    );
    const records = new Map<string, IdentifierRecord[]>();
    for (const row of rows) {
      const { completed, identifiers } = row;
      const record = {
        id: `${row.form_id}/${row.token}`,
        submittedAt: row.effective_at,
        completed,
        identifiers,
      };
      const known = records.get(row.client_id);
      if (known) known.push(record);
      else records.set(row.client_id, [record]);
    }
    return records;
  }

  /** For each phone, one of the unpinned responses that gave it without an e-mail, if there is any. */
  async oneAlone(sql: SqlRunner, phones: readonly string[]): Promise<ResponseId[]> {
    const rows = await sql.query<{ form_id: string; token: string }[]>(
      `SELECT form_id, token FROM unnest($1::text[]) AS wanted (phone)
        CROSS JOIN LATERAL (SELECT form_id, token FROM form_response
                             WHERE phone_key = wanted.phone AND email_key IS NULL AND pinned_client_id IS NULL LIMIT 1) AS alone`,
      [phones],
    );
    return rows.map((row) => ({ formId: row.form_id, token: row.token }));
  }

  /** All clients that gave these phones. */
  async givers(sql: SqlRunner, phones: readonly string[]): Promise<GivenPhone[]> {
    const rows = await sql.query<{ client_id: string; phone: string }[]>(
      `SELECT DISTINCT client_id, phone_key AS phone FROM form_response WHERE phone_key = ANY($1) AND client_id IS NOT NULL`,
      [phones],
    );
    return rows.map(({ client_id: clientId, phone }) => ({ clientId, phone }));
  }

  /**
   * Keeps the responses that gave one of these phones alone with the client they have, which is not `except`: that one goes, and a phone
   * which two people shared does not tell whose they are just because one of them was erased.
   */
  async pinAlone(sql: SqlRunner, phones: readonly string[], except: string): Promise<void> {
    await execute(
      sql,
      `UPDATE form_response SET pinned_client_id = client_id
        WHERE phone_key = ANY($1) AND email_key IS NULL AND pinned_client_id IS NULL AND client_id <> $2`,
      [phones, except],
    );
  }

  /** The phones that responses of these clients gave. */
  async phonesOf(sql: SqlRunner, clientIds: readonly string[]): Promise<string[]> {
    const rows = await sql.query<{ phone: string }[]>(
      `SELECT DISTINCT phone_key AS phone FROM form_response WHERE client_id = ANY($1) AND phone_key IS NOT NULL ORDER BY phone`,
      [clientIds],
    );
    return rows.map(({ phone }) => phone);
  }

  /** The next responses after `after` whose identifiers were written without their keys, by the previous release. */
  async unsettled(sql: SqlRunner, after: ResponseId | null, limit: number): Promise<ResponseId[]> {
    const rows = await sql.query<{ form_id: string; token: string }[]>(
      `SELECT form_id, token FROM form_response
        WHERE keyed_at IS DISTINCT FROM updated_at AND (form_id, token) > ($1, $2) ORDER BY form_id, token LIMIT $3`,
      // No id is empty.
      [after?.formId ?? '', after?.token ?? '', limit],
    );
    return rows.map((row) => ({ formId: row.form_id, token: row.token }));
  }
}

function columns(ids: readonly ResponseId[]): [string[], string[]] {
  return [ids.map(({ formId }) => formId), ids.map(({ token }) => token)];
}

function toPlace(row: PlaceRow): ResponsePlace {
  return {
    formId: row.form_id,
    token: row.token,
    eventId: row.event_id,
    completed: row.response_type === 'completed',
    effectiveAt: row.effective_at,
    receivedAt: row.received_at,
    keys: { email: row.email_key, phone: row.phone_key },
    clientId: row.client_id,
    pinnedClientId: row.pinned_client_id,
  };
}
