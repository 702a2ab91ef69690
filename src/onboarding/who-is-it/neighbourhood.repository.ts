/**
 * The neighbours of a batch, for core/client-assignment, and the locks that keep them unchanged until the commit: first
 * those of the responses, then those of all keys, old and new, then the clients. Every transaction takes them in this order, each kind
 * sorted, so that there is no deadlock.
 */
import { Injectable } from '@nestjs/common';
import { execute, inOrder, type SqlRunner } from '../../database/sql-runner';
import {
  foldedName,
  type KnownAlias,
  type KnownClient,
  type KnownPhone,
  type Neighbourhood,
} from '../../core/client-assignment';
import type { ClientCorrections } from '../../core/client-record';
import type { ResponseId } from '../stored-response';

/** The keys and ids a batch touches. `clientIds`: the clients its responses belong to, or are pinned to. */
export interface BatchOutline {
  responses: readonly ResponseId[];
  emails: readonly string[];
  phones: readonly string[];
  clientIds: readonly string[];
}

/** A known client, with admins' corrections. */
export interface NeighbourClient extends KnownClient {
  corrections: ClientCorrections;
  /** Another client has a phone of it, too. */
  conflict: boolean;
}

/** A known phone, with all who gave it: none, one, or two of several of them. */
export interface NeighbourPhone extends KnownPhone {
  givers: readonly string[];
}

/** A client that somebody else has locked. */
export type HeldClient = Pick<KnownClient, 'id' | 'email' | 'splitFrom'>;

/** What the neighbours say, and which clients could not be asked. */
export interface Known extends Neighbourhood {
  clients: NeighbourClient[];
  phones: NeighbourPhone[];
  held: HeldClient[];
}

/** The clients of these ids and e-mails, and who was split from them, and from these, and so on. */
const NEIGHBOURS = `id IN (
  WITH RECURSIVE family AS (
    SELECT id FROM client WHERE id = ANY($1) OR email = ANY($2)
     UNION SELECT client.id FROM client JOIN family ON client.split_from = family.id
  ) SELECT id FROM family)`;

/** The row is not part of the batch, whose clients are being decided. `NOT IN`: the batch is hashed once, not read for each row. */
const OTHER = `client_id IS NOT NULL AND (response.form_id, response.token) NOT IN (SELECT form_id, token FROM batch)`;
const BATCH = `WITH batch AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::text[]) AS batch (form_id, token))`;

/** The first or last client by id among the others that gave a phone, with or without an e-mail: one index probe. */
const end = (condition: string, direction: 'ASC' | 'DESC'): string => `
  (SELECT client_id FROM form_response AS response
    WHERE phone_key = wanted.phone AND ${condition} AND ${OTHER} ORDER BY client_id ${direction} LIMIT 1)`;
const WITH_EMAIL = 'email_key IS NOT NULL';
const ALONE = 'email_key IS NULL AND pinned_client_id IS NULL';
const ALONE_OR_PINNED = 'email_key IS NULL';

@Injectable()
export class NeighbourhoodRepository {
  /** Locks these responses and their keys against other writers until the commit. Statements sent afterwards run under the lock. */
  async lockResponses(sql: SqlRunner, ids: readonly ResponseId[]): Promise<void> {
    await lock(
      sql,
      ids.map(({ formId, token }) => `response:${formId}\n${token}`),
    );
  }

  /** Locks these keys until the commit: no other transaction adds or moves a response with one of them. */
  async lockKeys(sql: SqlRunner, emails: readonly string[], phones: readonly string[]): Promise<void> {
    await lock(sql, [...emails.map((email) => `email:${email}`), ...phones.map((phone) => `phone:${phone}`)]);
  }

  /**
   * Reads what {@link Neighbourhood} says, and locks its clients. `wait: false`: those that somebody else holds are not locked, and
   * named in `held`; nothing may be decided then.
   */
  async read(sql: SqlRunner, { responses, emails, phones, clientIds }: BatchOutline, wait: boolean): Promise<Known> {
    const batch = [responses.map(({ formId }) => formId), responses.map(({ token }) => token)];
    const [aliases, known] = await inOrder(
      sql,
      () => this.aliases(sql, emails, phones),
      () => this.phones(sql, batch, phones),
    );
    const named = [
      ...clientIds,
      ...aliases.map(({ clientId }) => clientId),
      ...known.flatMap(({ owners, alone }) => [...owners, ...alone]),
    ];
    const locked = await this.lockClients(sql, [...new Set(named)], emails, wait);
    const [held, clients] = await inOrder(
      sql,
      () => (wait ? Promise.resolve([]) : this.othersThan(sql, locked, [...new Set(named)], emails)),
      () => this.clients(sql, batch, locked),
    );
    return { aliases, phones: known, clients, held };
  }

  private async aliases(sql: SqlRunner, emails: readonly string[], phones: readonly string[]): Promise<KnownAlias[]> {
    const rows = await sql.query<{ kind: 'email' | 'phone'; value: string; client_id: string }[]>(
      `SELECT kind, value, client_id FROM client_alias
        WHERE kind = 'email' AND value = ANY($1) OR kind = 'phone' AND value = ANY($2)`,
      [emails, phones],
    );
    return rows.map(({ kind, value, client_id: clientId }) => ({ kind, value, clientId }));
  }

  /** A constant number of probes per phone, no matter how many responses gave it. */
  private async phones(sql: SqlRunner, batch: string[][], phones: readonly string[]): Promise<NeighbourPhone[]> {
    if (phones.length === 0) return [];
    type Ids = (string | null)[];
    const rows = await sql.query<{ phone: string; owners: Ids; alone: Ids; pinned: Ids }[]>(
      `${BATCH}
       SELECT phone, ARRAY[${end(WITH_EMAIL, 'ASC')}, ${end(WITH_EMAIL, 'DESC')}] AS owners,
              ARRAY[${end(ALONE, 'ASC')}, ${end(ALONE, 'DESC')}] AS alone,
              ARRAY[${end(ALONE_OR_PINNED, 'ASC')}, ${end(ALONE_OR_PINNED, 'DESC')}] AS pinned
         FROM unnest($3::text[]) AS wanted (phone)`,
      [...batch, phones],
    );
    return rows.map(({ phone, owners, alone, pinned }) => ({
      phone,
      owners: distinct(owners),
      alone: distinct(alone),
      givers: distinct([...owners, ...pinned]),
    }));
  }

  private async lockClients(
    sql: SqlRunner,
    ids: readonly string[],
    emails: readonly string[],
    wait: boolean,
  ): Promise<string[]> {
    const rows = await sql.query<{ id: string }[]>(
      `SELECT id FROM client WHERE ${NEIGHBOURS} ORDER BY id FOR UPDATE ${wait ? '' : 'SKIP LOCKED'}`,
      [ids, emails],
    );
    return rows.map(({ id }) => id);
  }

  private async othersThan(
    sql: SqlRunner,
    locked: readonly string[],
    ids: readonly string[],
    emails: readonly string[],
  ): Promise<HeldClient[]> {
    const rows = await sql.query<{ id: string; email: string | null; split_from: string | null }[]>(
      `SELECT id, email, split_from FROM client WHERE (${NEIGHBOURS}) AND id <> ALL($3)`,
      [ids, emails, locked],
    );
    return rows.map(({ id, email, split_from: splitFrom }) => ({ id, email, splitFrom }));
  }

  /** In a separate statement after the locks, so that it sees what another batch committed while this one waited. */
  private async clients(sql: SqlRunner, batch: string[][], ids: readonly string[]): Promise<NeighbourClient[]> {
    if (ids.length === 0) return [];
    const rows = await sql.query<
      {
        id: string;
        email: string | null;
        name: string | null;
        split_from: string | null;
        corrections: ClientCorrections;
        conflict: boolean;
        email_named: boolean;
        decided: boolean;
        has_others: boolean;
      }[]
    >(
      `${BATCH}
       SELECT id, email, identifiers -> 'fullName' ->> 'value' AS name, split_from, corrections, conflict,
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
        held: row.decided || row.split_from !== null || Object.keys(row.corrections).length > 0,
        hasOthers: row.has_others,
        corrections: row.corrections,
        conflict: row.conflict,
      };
    });
  }
}

async function lock(sql: SqlRunner, names: readonly string[]): Promise<void> {
  await execute(
    sql,
    `SELECT pg_advisory_xact_lock(key)
       FROM (SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest($1::text[]) AS name ORDER BY key) AS sorted`,
    [names],
  );
}

function distinct(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.flatMap((id) => id ?? []))];
}
