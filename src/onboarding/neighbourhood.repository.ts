/**
 * What the neighbours of a batch say, for core/client-assignment, and the locks under which it stays true until the commit: first
 * those of the responses, then those of all keys, old and new, then the clients. Everybody takes them in this order and each kind
 * sorted, so that nobody waits for each other in a circle.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  foldedName,
  type KnownAlias,
  type KnownClient,
  type KnownPhone,
  type Neighbourhood,
} from '../core/client-assignment';
import type { ClientCorrections } from '../core/client-record';
import type { ResponseId } from './stored-response';

/** What a batch is about. `clientIds`: those its responses hold, or are pinned to. */
export interface BatchOutline {
  responses: readonly ResponseId[];
  emails: readonly string[];
  phones: readonly string[];
  clientIds: readonly string[];
}

/** A client as it is known, with what admins corrected by hand. */
export interface NeighbourClient extends KnownClient {
  corrections: ClientCorrections;
}

/** The row is not one of the batch, whose places are being decided. */
const OTHER = `client_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM batch WHERE batch.form_id = response.form_id AND batch.token = response.token)`;
const BATCH = `WITH batch AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::text[]) AS batch (form_id, token))`;

/** The first or last client by id of the others that gave a phone, with an e-mail or alone: one probe of an index. */
const end = (condition: string, direction: 'ASC' | 'DESC'): string => `
  (SELECT client_id FROM form_response AS response
    WHERE phone_key = wanted.phone AND ${condition} AND ${OTHER} ORDER BY client_id ${direction} LIMIT 1)`;
const WITH_EMAIL = 'email_key IS NOT NULL';
const ALONE = 'email_key IS NULL AND pinned_client_id IS NULL';

@Injectable()
export class NeighbourhoodRepository {
  /** From here to the commit nobody else stores these responses or changes their keys. */
  async lockResponses(manager: EntityManager, ids: readonly ResponseId[]): Promise<void> {
    await lock(
      manager,
      ids.map(({ formId, token }) => `response:${formId}\n${token}`),
    );
  }

  /** From here to the commit nobody else gives or takes a response with one of these keys. */
  async lockKeys(manager: EntityManager, emails: readonly string[], phones: readonly string[]): Promise<void> {
    await lock(manager, [...emails.map((email) => `email:${email}`), ...phones.map((phone) => `phone:${phone}`)]);
  }

  /** Reads what {@link Neighbourhood} says, and locks its clients. */
  async read(
    manager: EntityManager,
    { responses, emails, phones, clientIds }: BatchOutline,
  ): Promise<Omit<Neighbourhood, 'clients'> & { clients: NeighbourClient[] }> {
    const batch = [responses.map(({ formId }) => formId), responses.map(({ token }) => token)];
    const aliases = await this.aliases(manager, emails, phones);
    const known = await this.phones(manager, batch, phones);
    const named = [
      ...clientIds,
      ...aliases.map(({ clientId }) => clientId),
      ...known.flatMap(({ owners, alone }) => [...owners, ...alone]),
    ];
    const locked = await this.lockClients(manager, [...new Set(named)], emails);
    return { aliases, phones: known, clients: await this.clients(manager, batch, locked) };
  }

  private async aliases(
    manager: EntityManager,
    emails: readonly string[],
    phones: readonly string[],
  ): Promise<KnownAlias[]> {
    const rows = await manager.query<{ kind: 'email' | 'phone'; value: string; client_id: string }[]>(
      `SELECT kind, value, client_id FROM client_alias
        WHERE kind = 'email' AND value = ANY($1) OR kind = 'phone' AND value = ANY($2)`,
      [emails, phones],
    );
    return rows.map(({ kind, value, client_id: clientId }) => ({ kind, value, clientId }));
  }

  /** A constant number of probes for each phone, however many responses gave it. */
  private async phones(manager: EntityManager, batch: string[][], phones: readonly string[]): Promise<KnownPhone[]> {
    if (phones.length === 0) return [];
    const rows = await manager.query<{ phone: string; owners: (string | null)[]; alone: (string | null)[] }[]>(
      `${BATCH}
       SELECT phone, ARRAY[${end(WITH_EMAIL, 'ASC')}, ${end(WITH_EMAIL, 'DESC')}] AS owners,
              ARRAY[${end(ALONE, 'ASC')}, ${end(ALONE, 'DESC')}] AS alone
         FROM unnest($3::text[]) AS wanted (phone)`,
      [...batch, phones],
    );
    return rows.map(({ phone, owners, alone }) => ({ phone, owners: distinct(owners), alone: distinct(alone) }));
  }

  private async lockClients(
    manager: EntityManager,
    ids: readonly string[],
    emails: readonly string[],
  ): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT id FROM client
        WHERE id IN (
          WITH RECURSIVE family AS (
            SELECT id FROM client WHERE id = ANY($1) OR email = ANY($2)
             UNION SELECT client.id FROM client JOIN family ON client.split_from = family.id
          ) SELECT id FROM family)
        ORDER BY id FOR UPDATE`,
      [ids, emails],
    );
    return rows.map(({ id }) => id);
  }

  /** After the locks, in a statement of its own: what another batch committed while this one waited counts. */
  private async clients(manager: EntityManager, batch: string[][], ids: readonly string[]): Promise<NeighbourClient[]> {
    const rows = await manager.query<
      {
        id: string;
        email: string | null;
        name: string | null;
        split_from: string | null;
        corrections: ClientCorrections;
        email_named: boolean;
        decided: boolean;
        has_others: boolean;
      }[]
    >(
      `${BATCH}
       SELECT id, email, identifiers -> 'fullName' ->> 'value' AS name, split_from, corrections,
              EXISTS (SELECT FROM form_response AS response
                       WHERE email_key = client.email AND client_id = client.id AND ${OTHER}) AS email_named,
              EXISTS (SELECT FROM client_alias WHERE client_id = client.id)
                OR EXISTS (SELECT FROM form_response AS response WHERE pinned_client_id = client.id AND ${OTHER}) AS decided,
              EXISTS (SELECT FROM form_response AS response WHERE client_id = client.id AND ${OTHER}) AS has_others
         FROM client WHERE id = ANY($3)`,
      [...batch, ids],
    );
    return rows.map((row) => {
      const emailByHand = row.corrections.email !== undefined;
      return {
        id: row.id,
        email: row.email,
        emailByHand,
        name: row.name === null ? null : foldedName(row.name),
        splitFrom: row.split_from,
        emailNamed: row.email_named,
        held: row.decided || emailByHand || row.split_from !== null,
        hasOthers: row.has_others,
        corrections: row.corrections,
      };
    });
  }
}

async function lock(manager: EntityManager, names: readonly string[]): Promise<void> {
  await manager.query(
    `SELECT pg_advisory_xact_lock(key)
       FROM (SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest($1::text[]) AS name ORDER BY key) AS sorted`,
    [names],
  );
}

function distinct(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.flatMap((id) => id ?? []))];
}
