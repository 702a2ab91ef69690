/** SQL that creates, updates and removes clients. Each method is one statement for any number of clients. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ClientRecord } from '../core/client-record';

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

/** True when more than one client gave the phone `asked.phone`. */
const IS_SHARED = `(SELECT coalesce(min(id::text) <> max(id::text), false) FROM unnest(ARRAY[
    ${end('email_key IS NOT NULL', 'ASC')}, ${end('email_key IS NOT NULL', 'DESC')},
    ${end('email_key IS NULL', 'ASC')}, ${end('email_key IS NULL', 'DESC')}]) AS giver (id))`;

@Injectable()
export class ClientsRepository {
  /** Creates clients with their records. Fails when one of the e-mails belongs to another client. */
  async create(manager: EntityManager, clients: readonly ClientState[], now: Date): Promise<void> {
    await manager.query(
      `INSERT INTO client (id, email, phone, identifiers, search_text, created_at, updated_at)
       SELECT id, email, phone, identifiers::jsonb, search_text, $6, $6
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS new (id, email, phone, identifiers, search_text)
        ORDER BY email, id`,
      [...columns(clients), now],
    );
  }

  /** Writes the keys and records of clients. */
  async update(manager: EntityManager, clients: readonly ClientState[], now: Date): Promise<void> {
    await manager.query(
      `UPDATE client SET email = changed.email, phone = changed.phone, identifiers = changed.identifiers::jsonb,
              search_text = changed.search_text, updated_at = $6
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
              AS changed (id, email, phone, identifiers, search_text)
        WHERE client.id = changed.id`,
      [...columns(clients), now],
    );
  }

  /** Removes those clients that no longer have a response and that no admin gave a key. */
  async removeEmpty(manager: EntityManager, ids: readonly string[]): Promise<void> {
    await manager.query(
      `DELETE FROM client WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM form_response WHERE client_id = client.id)
                              AND NOT EXISTS (SELECT FROM client_alias WHERE client_id = client.id)`,
      [ids],
    );
  }

  /**
   * Updates the `conflict` of clients after some gained or lost a phone: `given` are those known to give one of the phones in
   * question, `others` those that may have stopped. A client left alone with a phone is found here.
   */
  async markConflicts(
    manager: EntityManager,
    phones: readonly string[],
    given: readonly GivenPhone[],
    others: readonly string[],
  ): Promise<void> {
    await manager.query(
      `WITH asked AS MATERIALIZED (
         SELECT phone, ${IS_SHARED} AS shared,
                coalesce(${end('email_key IS NOT NULL', 'ASC')}, ${end('email_key IS NULL', 'ASC')}) AS first_giver
           FROM unnest($1::text[]) AS asked (phone)
       ), certain AS (
         SELECT client_id, bool_or(shared) AS shared
           FROM unnest($2::uuid[], $3::text[]) AS given (client_id, phone) JOIN asked USING (phone) GROUP BY client_id
       ), looked_at AS (
         SELECT client_id FROM certain
          UNION SELECT first_giver FROM asked WHERE NOT shared
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

function columns(clients: readonly ClientState[]): unknown[] {
  return [
    clients.map(({ id }) => id),
    clients.map(({ email }) => email),
    clients.map(({ phone }) => phone),
    clients.map(({ identifiers }) => JSON.stringify(identifiers)),
    clients.map(({ searchText }) => searchText),
  ];
}
