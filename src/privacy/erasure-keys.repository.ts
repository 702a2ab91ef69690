/** SQL that reads what an erasure is about. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ResponseId } from '../onboarding/stored-response';
import { type ErasedCounts, NOTHING_ERASED } from './erasure.repository';

/** More e-mails and phones than a person has. */
const MAX_KEYS = 100;

/** A client that is somebody else, of whom a response goes. `remains`: others of its responses are left. */
export interface OtherClient {
  clientId: string;
  remains: boolean;
}

@Injectable()
export class ErasureKeysRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The e-mails and phones of a client that no response of another client gave: those tell whose a body is. */
  async keysOf(clientId: string): Promise<{ email?: string; phone?: string }[]> {
    const own = (kind: 'email' | 'phone'): string => `
      SELECT DISTINCT '${kind}' AS kind, value
        FROM (SELECT ${kind} AS value FROM client WHERE id = $1
               UNION SELECT value FROM client_alias WHERE client_id = $1 AND kind = '${kind}'
               UNION SELECT ${kind}_key FROM form_response WHERE client_id = $1) AS given
       WHERE value IS NOT NULL
         AND NOT EXISTS (SELECT FROM form_response WHERE ${kind}_key = value AND client_id <> $1)
         AND NOT EXISTS (SELECT FROM client_alias WHERE kind = '${kind}' AND client_alias.value = given.value AND client_id <> $1)`;
    const rows = await this.dataSource.query<{ kind: 'email' | 'phone'; value: string }[]>(
      `${own('email')} UNION ALL ${own('phone')} LIMIT ${MAX_KEYS}`,
      [clientId],
    );
    return rows.map(({ kind, value }) => ({ [kind]: value }));
  }

  /** Whether a response is stored, was erased, or has events. */
  async isResponseKnown(manager: EntityManager, { formId, token }: ResponseId): Promise<boolean> {
    const [row] = await manager.query<{ known: boolean }[]>(
      `SELECT EXISTS (SELECT FROM form_response WHERE form_id = $1 AND token = $2)
           OR EXISTS (SELECT FROM erased_response WHERE form_id = $1 AND token = $2)
           OR EXISTS (SELECT FROM webhook_event WHERE form_id = $1 AND token = $2) AS known`,
      [formId, token],
    );
    return row?.known === true;
  }

  async isEventKnown(manager: EntityManager, eventId: string): Promise<boolean> {
    return (await manager.query<object[]>('SELECT FROM webhook_event WHERE event_id = $1', [eventId])).length > 0;
  }

  /** How much an erasure of these clients, responses and events would remove, and which other clients it touches. */
  async count(
    clientIds: readonly string[],
    responses: readonly ResponseId[],
    eventIds: readonly string[],
  ): Promise<ErasedCounts & { otherClients: OtherClient[] }> {
    const [row] = await this.dataSource.query<(ErasedCounts & { otherClients: OtherClient[] })[]>(
      `WITH event AS MATERIALIZED (
         SELECT event.event_id, form_id, token, coalesce(response.event_id = event.event_id, true) AS whole
           FROM webhook_event AS event LEFT JOIN form_response AS response USING (form_id, token)
          WHERE event.event_id = ANY($4)
       ), gone AS MATERIALIZED (
         SELECT * FROM unnest($2::text[], $3::text[]) AS wanted (form_id, token)
          UNION SELECT form_id, token FROM form_response WHERE client_id = ANY($1)
          UNION SELECT form_id, token FROM event WHERE whole
       ), stored AS MATERIALIZED (
         SELECT client_id FROM gone JOIN form_response USING (form_id, token)
       )
       SELECT (SELECT count(*)::integer FROM client WHERE id = ANY($1)) AS clients,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('clientId', id, 'remains', remains) ORDER BY id), '[]') FROM (
                 SELECT id, EXISTS (SELECT FROM form_response
                                     WHERE client_id = client.id AND (form_id, token) NOT IN (SELECT * FROM gone)) AS remains
                   FROM client WHERE id IN (SELECT client_id FROM stored) AND id <> ALL($1)) AS other) AS "otherClients",
              (SELECT count(*)::integer FROM stored) AS responses,
              (SELECT count(*)::integer FROM (
                 SELECT event_id FROM gone JOIN webhook_event USING (form_id, token) WHERE payload IS NOT NULL
                  UNION SELECT event_id FROM event JOIN webhook_event USING (event_id) WHERE payload IS NOT NULL) AS erased) AS deliveries`,
      [clientIds, responses.map(({ formId }) => formId), responses.map(({ token }) => token), eventIds],
    );
    return row ?? { ...NOTHING_ERASED, otherClients: [] };
  }
}
