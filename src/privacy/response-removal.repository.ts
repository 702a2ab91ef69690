/** Removes responses, and what clients know by them. Needs `processingAlone`. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ResponseId } from '../onboarding/stored-response';
import { ClientAssigner } from '../onboarding/who-is-it/client-assigner';

interface RemovedRow {
  form_id: string;
  client_id: string | null;
  email_key: string | null;
  phone_key: string | null;
}

/** Of an e-mail or phone that no response of the client gives any more, and no admin corrected. */
const notGiven = (kind: 'email' | 'phone', client: string, value: string): string => `
  NOT EXISTS (SELECT FROM form_response AS response WHERE response.client_id = ${client} AND response.${kind}_key = ${value})`;

@Injectable()
export class ResponseRemoval {
  constructor(private readonly assigner: ClientAssigner) {}

  /**
   * Removes responses. Records of clients that stay are put together again from what is left; a client without any response goes. A form's
   * count is the number of its stored responses.
   */
  async remove(
    manager: EntityManager,
    ids: readonly ResponseId[],
    now: Date,
  ): Promise<{ responses: number; clients: number }> {
    const [rows, responses] = await manager.query<[RemovedRow[], number]>(
      `DELETE FROM form_response AS response USING unnest($1::text[], $2::text[]) AS gone (form_id, token)
        WHERE response.form_id = gone.form_id AND response.token = gone.token
       RETURNING response.form_id, client_id, email_key, phone_key`,
      [ids.map(({ formId }) => formId), ids.map(({ token }) => token)],
    );
    if (responses === 0) return { responses, clients: 0 };
    await manager.query(
      `UPDATE onboarding_form AS form SET response_count = response_count - gone.responses, updated_at = $2
         FROM (SELECT form_id, count(*)::integer AS responses FROM unnest($1::text[]) AS gone (form_id) GROUP BY form_id) AS gone
        WHERE form.form_id = gone.form_id`,
      [rows.map(({ form_id: formId }) => formId), now],
    );
    const clientIds = distinct(rows.map(({ client_id: id }) => id));
    const emails = distinct(rows.map(({ email_key: email }) => email));
    const phones = distinct(rows.map(({ phone_key: phone }) => phone));
    await this.keepSharedPhonesApart(manager, phones);
    const left = await oneOfEach(manager, clientIds);
    const staying = new Set(left.map(({ clientId }) => clientId));
    const leaving = clientIds.filter((id) => !staying.has(id));
    await this.assigner.remove(manager, leaving, now);
    await forgetKeys(manager, [...staying], emails, phones);
    await this.assigner.reassign(manager, left, now);
    await this.assigner.settlePhones(manager, phones, clientIds, now);
    return { responses, clients: leaving.length };
  }

  /** A phone that several people gave does not tell whose its other responses are just because those of one of them are gone. */
  private async keepSharedPhonesApart(manager: EntityManager, phones: readonly string[]): Promise<void> {
    if (phones.length === 0) return;
    await manager.query(
      `UPDATE form_response AS response SET pinned_client_id = client_id
         FROM client WHERE client.id = response.client_id AND client.conflict
          AND phone_key = ANY($1) AND email_key IS NULL AND pinned_client_id IS NULL`,
      [phones],
    );
  }
}

/** Clients that stay do not keep an e-mail or phone that only the removed responses gave, unless an admin entered it. */
async function forgetKeys(
  manager: EntityManager,
  clientIds: readonly string[],
  emails: readonly string[],
  phones: readonly string[],
): Promise<void> {
  if (clientIds.length === 0) return;
  await manager.query(
    `DELETE FROM client_alias AS alias USING client
      WHERE alias.client_id = ANY($1) AND client.id = alias.client_id
        AND (alias.kind = 'email' AND alias.value = ANY($2) AND ${notGiven('email', 'alias.client_id', 'alias.value')}
          OR alias.kind = 'phone' AND alias.value = ANY($3) AND ${notGiven('phone', 'alias.client_id', 'alias.value')})
        AND client.corrections->alias.kind->>'value' IS DISTINCT FROM alias.value`,
    [clientIds, emails, phones],
  );
  await manager.query(
    `UPDATE client SET email = (
       SELECT email_key FROM form_response AS response
        WHERE response.client_id = client.id AND email_key IS NOT NULL
          AND NOT EXISTS (SELECT FROM client AS other WHERE other.email = email_key)
          AND NOT EXISTS (SELECT FROM client_alias WHERE kind = 'email' AND value = email_key AND client_id <> client.id)
        ORDER BY effective_at DESC, email_key LIMIT 1)
      WHERE id = ANY($1) AND email = ANY($2) AND NOT corrections ? 'email' AND ${notGiven('email', 'client.id', 'client.email')}`,
    [clientIds, emails],
  );
}

/** One response of each of these clients that still has any. */
async function oneOfEach(
  manager: EntityManager,
  clientIds: readonly string[],
): Promise<(ResponseId & { clientId: string })[]> {
  return manager.query<(ResponseId & { clientId: string })[]>(
    `SELECT DISTINCT ON (client_id) client_id AS "clientId", form_id AS "formId", token
       FROM form_response WHERE client_id = ANY($1) ORDER BY client_id, form_id, token`,
    [clientIds],
  );
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.flatMap((value) => value ?? []))].sort();
}
