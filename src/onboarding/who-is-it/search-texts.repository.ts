/** SQL that fills in search texts missing from rows of the previous release. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NormalisedAnswer } from '../../core/answers';
import { type ClientCorrections, clientRecord } from '../../core/client-record';
import type { Identifiers } from '../../core/identifiers';
import { responseSearchText } from '../../core/search-text';
import { ResponsesRepository } from '../responses.repository';

@Injectable()
export class SearchTextsRepository {
  constructor(private readonly responses: ResponsesRepository) {}

  /** Makes up to `limit` responses searchable, in the caller's transaction. Returns how many there were. */
  async fillResponses(manager: EntityManager, limit: number): Promise<number> {
    const rows = await manager.query<
      {
        form_id: string;
        token: string;
        answers: NormalisedAnswer[];
        hidden: Record<string, string>;
        identifiers: Identifiers;
      }[]
    >(
      `SELECT form_id, token, answers, hidden, identifiers FROM form_response WHERE search_text IS NULL
        ORDER BY form_id, token LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    );
    await manager.query(
      `UPDATE form_response AS response SET search_text = filled.search_text
         FROM unnest($1::text[], $2::text[], $3::text[]) AS filled (form_id, token, search_text)
        WHERE response.form_id = filled.form_id AND response.token = filled.token`,
      [
        rows.map((row) => row.form_id),
        rows.map(({ token }) => token),
        rows.map(({ answers, hidden, identifiers }) => responseSearchText(answers, hidden, identifiers)),
      ],
    );
    return rows.length;
  }

  /** Makes up to `limit` clients searchable, in the caller's transaction. Returns how many there were. */
  async fillClients(manager: EntityManager, limit: number): Promise<number> {
    const rows = await manager.query<{ id: string; email: string | null; corrections: ClientCorrections }[]>(
      `SELECT id, email, corrections FROM client WHERE search_text IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    );
    const ids = rows.map(({ id }) => id);
    const records = await this.responses.records(manager, ids);
    await manager.query(
      `UPDATE client SET search_text = filled.search_text FROM unnest($1::uuid[], $2::text[]) AS filled (id, search_text)
        WHERE client.id = filled.id`,
      [
        ids,
        rows.map(({ id, email, corrections }) => clientRecord(email, corrections, records.get(id) ?? []).searchText),
      ],
    );
    return rows.length;
  }
}
