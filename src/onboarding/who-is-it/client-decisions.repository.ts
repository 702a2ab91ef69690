/**
 * SQL of admins' decisions about who is who. Every method runs in the caller's transaction, which holds `processing` exclusively (processingAlone): no
 * batch is running, so nothing here needs its own lock.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ClientCorrections } from '../../core/client-record';
import { Client } from '../client.entity';
import type { ResponseId } from '../stored-response';

@Injectable()
export class ClientDecisionsRepository {
  find(manager: EntityManager, id: string): Promise<Client | null> {
    return manager.findOneBy(Client, { id });
  }

  /** The client an e-mail belongs to: by an admin's decision, else by what responses gave. */
  async ownerOfEmail(manager: EntityManager, email: string): Promise<string | null> {
    const [row] = await manager.query<{ id: string }[]>(
      `SELECT coalesce((SELECT client_id FROM client_alias WHERE kind = 'email' AND value = $1),
                       (SELECT id FROM client WHERE email = $1)) AS id`,
      [email],
    );
    return row?.id ?? null;
  }

  /** Whether a response of the client gave this e-mail. */
  async givesEmail(manager: EntityManager, clientId: string, email: string): Promise<boolean> {
    const rows = await manager.query<object[]>(
      'SELECT FROM form_response WHERE client_id = $1 AND email_key = $2 LIMIT 1',
      [clientId, email],
    );
    return rows.length > 0;
  }

  /** Whether no admin gave this phone to a client, and no response of another client gave it with an e-mail. */
  async isPhoneFree(manager: EntityManager, phone: string, clientId: string): Promise<boolean> {
    const rows = await manager.query<object[]>(
      `SELECT FROM form_response WHERE phone_key = $1 AND email_key IS NOT NULL AND client_id <> $2
        UNION ALL SELECT FROM client_alias WHERE kind = 'phone' AND value = $1 LIMIT 1`,
      [phone, clientId],
    );
    return rows.length === 0;
  }

  async setEmail(manager: EntityManager, id: string, email: string | null): Promise<void> {
    await manager.query('UPDATE client SET email = $2 WHERE id = $1', [id, email]);
  }

  /** A client without an e-mail shows one that it was given and that its responses say, as it would after its next submission. */
  async showGivenEmail(manager: EntityManager, id: string): Promise<void> {
    await manager.query(
      `UPDATE client SET email = (
         SELECT min(value) FROM client_alias AS alias
          WHERE kind = 'email' AND client_id = $1
            AND EXISTS (SELECT FROM form_response AS response
                         WHERE response.client_id = $1 AND email_key = value AND pinned_client_id IS NULL)
            AND NOT EXISTS (SELECT FROM client AS other WHERE other.email = value))
        WHERE id = $1 AND email IS NULL AND NOT corrections ? 'email'`,
      [id],
    );
  }

  async setCorrections(manager: EntityManager, id: string, corrections: ClientCorrections): Promise<void> {
    await manager.query('UPDATE client SET corrections = $2 WHERE id = $1', [id, JSON.stringify(corrections)]);
  }

  /** Gives these keys to the client, even if they belonged to another. */
  async giveKeys(
    manager: EntityManager,
    kind: 'email' | 'phone',
    values: readonly string[],
    clientId: string,
    now: Date,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO client_alias (kind, value, client_id, created_at)
       SELECT $1, value, $3, $4 FROM unnest($2::text[]) AS value
       ON CONFLICT (kind, value) DO UPDATE SET client_id = excluded.client_id`,
      [kind, values, clientId, now],
    );
  }

  /** Withdraws a key from a client. */
  async takeKey(manager: EntityManager, kind: 'email' | 'phone', value: string, clientId: string): Promise<void> {
    await manager.query('DELETE FROM client_alias WHERE kind = $1 AND value = $2 AND client_id = $3', [
      kind,
      value,
      clientId,
    ]);
  }

  /** The e-mails from a client's newest responses that are its own, newest first. */
  async emailsOf(manager: EntityManager, clientId: string): Promise<string[]> {
    const rows = await manager.query<{ email: string }[]>(
      `SELECT email_key AS email FROM form_response
        WHERE client_id = $1 AND email_key IS NOT NULL
          AND NOT EXISTS (SELECT FROM client WHERE email = email_key AND id <> $1)
          AND NOT EXISTS (SELECT FROM client_alias WHERE kind = 'email' AND value = email_key AND client_id <> $1)
        GROUP BY email_key ORDER BY max(effective_at) DESC, email_key`,
      [clientId],
    );
    return rows.map(({ email }) => email);
  }

  /**
   * A client's responses without an e-mail of its own would go by the rules, which know nothing of the decision: the phones of those
   * without an e-mail become the client's, and those without any key, or with an e-mail that finds another client, are pinned to it.
   */
  async anchor(manager: EntityManager, clientId: string, now: Date): Promise<void> {
    await manager.query(
      `INSERT INTO client_alias (kind, value, client_id, created_at)
       SELECT DISTINCT 'phone', phone_key, client_id, $2::timestamptz FROM form_response AS response
        WHERE client_id = $1 AND phone_key IS NOT NULL AND email_key IS NULL AND pinned_client_id IS NULL
          AND NOT EXISTS (SELECT FROM form_response AS other
                           WHERE other.client_id = $1 AND other.phone_key = response.phone_key AND other.email_key IS NOT NULL)
       ON CONFLICT (kind, value) DO NOTHING`,
      [clientId, now],
    );
    await manager.query(
      `UPDATE form_response SET pinned_client_id = client_id
        WHERE client_id = $1 AND pinned_client_id IS NULL
          AND CASE WHEN email_key IS NULL THEN phone_key IS NULL
                   ELSE NOT EXISTS (SELECT FROM client WHERE email = email_key AND id = $1)
                    AND NOT EXISTS (SELECT FROM client_alias WHERE kind = 'email' AND value = email_key AND client_id = $1) END`,
      [clientId],
    );
  }

  /** Moves everything of a client to another: responses, keys, split origins. Returns how many responses. */
  async handOver(manager: EntityManager, from: string, to: string): Promise<number> {
    await manager.query('UPDATE client_alias SET client_id = $2 WHERE client_id = $1', [from, to]);
    await manager.query('UPDATE form_response SET pinned_client_id = $2 WHERE pinned_client_id = $1', [from, to]);
    const [, moved] = await manager.query<[object[], number]>(
      'UPDATE form_response SET client_id = $2 WHERE client_id = $1',
      [from, to],
    );
    await manager.query(
      'UPDATE client SET split_from = coalesce(split_from, (SELECT split_from FROM client WHERE id = $1)) WHERE id = $2',
      [from, to],
    );
    await manager.query('UPDATE client SET split_from = nullif($2::uuid, id) WHERE split_from = $1', [from, to]);
    await manager.query('UPDATE client SET split_from = NULL WHERE id = $1 AND split_from = id', [to]);
    return moved;
  }

  async remove(manager: EntityManager, id: string): Promise<void> {
    await manager.query('DELETE FROM client WHERE id = $1', [id]);
  }

  /** How many of these responses are the client's, and how many others it has. */
  async countOf(
    manager: EntityManager,
    clientId: string,
    responses: readonly ResponseId[],
  ): Promise<{ own: number; others: boolean }> {
    const [row] = await manager.query<{ own: number; others: boolean }[]>(
      `WITH wanted AS (SELECT DISTINCT form_id, token FROM unnest($2::text[], $3::text[]) AS wanted (form_id, token))
       SELECT (SELECT count(*)::integer FROM wanted JOIN form_response USING (form_id, token) WHERE client_id = $1) AS own,
              EXISTS (SELECT FROM form_response WHERE client_id = $1 AND (form_id, token) NOT IN (SELECT form_id, token FROM wanted))
                AS others`,
      [clientId, ...columns(responses)],
    );
    return row ?? { own: 0, others: false };
  }

  /** Creates the client that is split from another, and pins its responses. Returns its id. */
  async makeSplit(manager: EntityManager, from: string, responses: readonly ResponseId[], now: Date): Promise<string> {
    const [made] = await manager.query<{ id: string }[]>(
      'INSERT INTO client (split_from, created_at, updated_at) VALUES ($1, $2, $2) RETURNING id',
      [from, now],
    );
    if (!made) throw new Error('an insert without a conflict returned no row');
    await manager.query(
      `UPDATE form_response AS response SET client_id = $1, pinned_client_id = $1
         FROM unnest($2::text[], $3::text[]) AS split (form_id, token)
        WHERE response.form_id = split.form_id AND response.token = split.token`,
      [made.id, ...columns(responses)],
    );
    return made.id;
  }

  /**
   * Keeps every other response with an e-mail that a split-off client gives where it is: the next submission with that e-mail goes by
   * name, and these must not when they are processed again.
   */
  async pinThoseLeft(manager: EntityManager, newId: string): Promise<void> {
    await manager.query(
      `UPDATE form_response SET pinned_client_id = client_id
        WHERE email_key IN (SELECT email_key FROM form_response WHERE client_id = $1)
          AND client_id IS NOT NULL AND pinned_client_id IS NULL`,
      [newId],
    );
  }

  /** The e-mails or phones given by responses of one client and by none of the other. */
  async onlyOf(manager: EntityManager, kind: 'email' | 'phone', clientId: string, notOf: string): Promise<string[]> {
    const key = `${kind}_key`;
    const rows = await manager.query<{ value: string }[]>(
      `SELECT DISTINCT ${key} AS value FROM form_response WHERE client_id = $1 AND ${key} IS NOT NULL
       EXCEPT SELECT ${key} FROM form_response WHERE client_id = $2 ORDER BY value`,
      [clientId, notOf],
    );
    return rows.map(({ value }) => value);
  }
}

function columns(ids: readonly ResponseId[]): [string[], string[]] {
  return [ids.map(({ formId }) => formId), ids.map(({ token }) => token)];
}
