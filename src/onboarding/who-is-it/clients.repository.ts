/**
 * SQL that creates, updates and removes clients. Each method is one statement for any number of clients; where statements are pipelined, the
 * error of one that writes is thrown by the caller's next query or commit.
 */
import { Injectable } from '@nestjs/common';
import { execute, type SqlRunner } from '../../database/sql-runner';
import { column, textColumn, withoutSeparators } from '../../database/text-column';
import type { ClientCorrections, ClientRecord } from '../../core/client-record';

/** A client to be written. */
export interface ClientState extends ClientRecord {
  id: string;
  email: string | null;
}

/** A client that certainly gave a phone. */
export interface GivenPhone {
  clientId: string;
  phone: string;
}

/** The first or last client that gave a phone, with or without an e-mail: one index probe. */
const end = (condition: string, direction: 'ASC' | 'DESC'): string => `
  (SELECT client_id FROM form_response WHERE phone_key = asked.phone AND ${condition} AND client_id IS NOT NULL
    ORDER BY client_id ${direction} LIMIT 1)`;

/** If one client gave the phone `asked.phone`, it is here; if several did, two of them are. */
const ENDS = `ARRAY[${end('email_key IS NOT NULL', 'ASC')}, ${end('email_key IS NOT NULL', 'DESC')},
                    ${end('email_key IS NULL', 'ASC')}, ${end('email_key IS NULL', 'DESC')}]`;

/** True when more than one client gave the phone `asked.phone`. */
const IS_SHARED = `(SELECT coalesce(min(id::text) <> max(id::text), false) FROM unnest(${ENDS}) AS giver (id))`;

/** Removes those of the clients `$1` that a condition holds for. */
const removal = (condition: string): string => `
  WITH removed AS (DELETE FROM client WHERE id = ANY($1) AND ${condition} RETURNING id, split_from)
  UPDATE client SET split_from = nullif(removed.split_from, client.id) FROM removed
   WHERE client.split_from = removed.id AND client.id NOT IN (SELECT id FROM removed)`;

/** The clients of {@link columns}. */
const CLIENTS = `unnest(${column(1, 'uuid')}, ${column(2)}, ${column(3)}, ${column(4)}, ${column(5)})`;

@Injectable()
export class ClientsRepository {
  /** Creates clients with their records. Fails when one of the e-mails belongs to another client. */
  async create(sql: SqlRunner, clients: readonly ClientState[], now: Date): Promise<void> {
    await execute(
      sql,
      `INSERT INTO client (id, email, phone, identifiers, search_text, created_at, updated_at)
       SELECT id, email, phone, identifiers::jsonb, coalesce(search_text, ''), $6, $6
         FROM ${CLIENTS} AS new (id, email, phone, identifiers, search_text)
        ORDER BY email, id`,
      [...columns(clients), now],
    );
  }

  /** Writes the keys and records of clients. */
  async update(sql: SqlRunner, clients: readonly ClientState[], now: Date): Promise<void> {
    await execute(
      sql,
      `UPDATE client SET email = changed.email, phone = changed.phone, identifiers = changed.identifiers::jsonb,
              search_text = coalesce(changed.search_text, ''), updated_at = $6
         FROM ${CLIENTS} AS changed (id, email, phone, identifiers, search_text)
        WHERE client.id = changed.id`,
      [...columns(clients), now],
    );
  }

  /** Removes clients with the keys that admins gave them. Whoever was split from one counts as split from where that one came from. */
  async remove(sql: SqlRunner, ids: readonly string[]): Promise<void> {
    await execute(sql, removal('TRUE'), [ids]);
  }

  /** Like {@link remove}, but only those that no response belongs to any more, and that no admin gave a key or corrected. */
  async removeEmpty(sql: SqlRunner, ids: readonly string[]): Promise<void> {
    const isEmpty = `NOT EXISTS (SELECT FROM form_response WHERE client_id = client.id)
                       AND NOT EXISTS (SELECT FROM client_alias WHERE client_id = client.id) AND corrections = '{}'`;
    await execute(sql, removal(isEmpty), [ids]);
  }

  /**
   * Gives each e-mail that finds one of the clients `leaving` to a client whose responses still give it: after a split there may be
   * one. Of several it is the one made first, and the others count as split from it, so that names tell them apart. Returns those that
   * had no e-mail to show, with the one they got.
   */
  async passOnEmails(
    sql: SqlRunner,
    leaving: readonly string[],
    now: Date,
  ): Promise<{ id: string; email: string; corrections: ClientCorrections }[]> {
    return sql.query<{ id: string; email: string; corrections: ClientCorrections }[]>(
      `WITH freed AS (
         SELECT email AS value FROM client
          WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM client_alias WHERE kind = 'email' AND value = email AND client_id <> ALL($1))
         UNION
         SELECT value FROM client_alias
          WHERE client_id = ANY($1) AND kind = 'email' AND NOT EXISTS (SELECT FROM client WHERE email = value AND id <> ALL($1))
       ), giver AS MATERIALIZED (
         SELECT DISTINCT value, client.id, client.created_at
           FROM freed JOIN form_response ON email_key = value JOIN client ON client.id = client_id AND client.id <> ALL($1)
       ), heir AS MATERIALIZED (
         SELECT DISTINCT ON (value) value, id FROM giver ORDER BY value, created_at, id
       ), sibling AS (
         SELECT DISTINCT ON (giver.id) giver.id, heir.id AS heir_id
           FROM giver JOIN heir USING (value) WHERE giver.id <> heir.id ORDER BY giver.id, value
       ), joined AS (
         UPDATE client SET split_from = heir_id FROM sibling WHERE client.id = sibling.id AND split_from IS NOT NULL
       ), given AS (
         INSERT INTO client_alias (kind, value, client_id, created_at) SELECT 'email', value, id, $2::timestamptz FROM heir
         ON CONFLICT (kind, value) DO UPDATE SET client_id = excluded.client_id
       )
       SELECT DISTINCT ON (id) id, value AS email, corrections FROM heir JOIN client USING (id)
        WHERE client.email IS NULL AND NOT corrections ? 'email' ORDER BY id, value`,
      [leaving, now],
    );
  }

  /**
   * Updates the `conflict` of clients after some gained or lost a phone: `given` are those known to give one of the phones in
   * question, `others` those that may have stopped. A client left alone with a phone is found here.
   */
  async markConflicts(
    sql: SqlRunner,
    phones: readonly string[],
    given: readonly GivenPhone[],
    others: readonly string[],
  ): Promise<void> {
    await execute(
      sql,
      `WITH asked AS MATERIALIZED (
         SELECT phone, ${IS_SHARED} AS shared, ${ENDS} AS givers
           FROM unnest($1::text[]) AS asked (phone)
       ), certain AS (
         SELECT client_id, bool_or(shared) AS shared
           FROM (SELECT * FROM unnest($2::uuid[], $3::text[]) AS given (client_id, phone)
                 UNION ALL SELECT unnest(givers), phone FROM asked) AS given JOIN asked USING (phone)
          GROUP BY client_id
       ), looked_at AS (
         SELECT client_id FROM certain
          UNION SELECT unnest($4::uuid[])
       ), judged AS (
         SELECT client.id,
                coalesce(certain.shared, false) OR client.conflict AND EXISTS (
                  SELECT FROM (SELECT DISTINCT phone_key AS phone FROM form_response
                                WHERE client_id = client.id AND phone_key IS NOT NULL) AS asked WHERE ${IS_SHARED}) AS conflict
           FROM looked_at JOIN client ON client.id = looked_at.client_id LEFT JOIN certain USING (client_id)
       )
       UPDATE client SET conflict = judged.conflict FROM judged
        WHERE client.id = judged.id AND client.conflict <> judged.conflict`,
      [phones, given.map(({ clientId }) => clientId), given.map(({ phone }) => phone), others],
    );
  }
}

function columns(clients: readonly ClientState[]): string[] {
  return [
    textColumn(clients.map(({ id }) => id)),
    textColumn(clients.map(({ email }) => email)),
    textColumn(clients.map(({ phone }) => phone)),
    textColumn(clients.map(({ identifiers }) => JSON.stringify(identifiers))),
    textColumn(clients.map(({ searchText }) => withoutSeparators(searchText))),
  ];
}
