import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, SelectQueryBuilder } from 'typeorm';
import { findsClients } from '../../core/identification/identify';
import { canonicalEmail } from '../../core/identification/email-values';
import { canonicalPhone } from '../../core/identification/phone-values';
import { foldText, searchTerms } from '../../core/search-text';
import { decodeCursor } from '../../rest/page';
import { Client } from '../client.entity';
import { containsTerms, hasValue, type SearchCondition } from './search-condition';

/** The filters of a client search, as typed. */
export interface ClientsFilter {
  email?: string;
  phone?: string;
  q?: string;
  conflict?: boolean;
}

/** A phone that other clients have, too: up to {@link MAX_SHARING} of them, ordered by id. */
export interface SharedPhone {
  phone: string;
  clientIds: string[];
}

const MAX_SHARING = 20;
/** Words that one of 200 of these has fill a page. */
const NEWEST = 10_000;

/** The next client by id, after `sharing.other`, that gave the phone: one probe of each of the two indexes. */
const nextGiver = (condition: string): string => `
  (SELECT client_id FROM form_response
    WHERE phone_key = sharing.phone AND ${condition} AND client_id > sharing.other ORDER BY client_id LIMIT 1)`;

/** Reading clients. */
@Injectable()
export class ClientsQueryRepository {
  constructor(@InjectRepository(Client) private readonly clients: Repository<Client>) {}

  findOne(id: string): Promise<Client | null> {
    return this.clients.findOneBy({ id });
  }

  /** Up to `limit + 1` clients, newest first. */
  async list(filter: ClientsFilter, limit: number, cursor: string | undefined): Promise<Client[]> {
    const frequent = filter.q === undefined ? null : await this.amongNewest(filter, filter.q, limit, cursor);
    const select =
      frequent === null
        ? this.page(filter, cursor)
        : this.clients.createQueryBuilder('client').where('client.id = ANY (:frequent)', { frequent });
    return newestFirst(select, limit).getMany();
  }

  /** Ids of a page of clients with these words, if so many are among the newest ones; else null. See ResponsesQueryRepository. */
  private async amongNewest(
    filter: ClientsFilter,
    q: string,
    limit: number,
    cursor: string | undefined,
  ): Promise<string[] | null> {
    const newest = newestFirst(this.page({ ...filter, q: undefined }, cursor), NEWEST - 1)
      .select('client.id', 'id')
      .addSelect('client.createdAt', 'created_at')
      .addSelect('client.searchText', 'search_text');
    const { sql, parameters } = containsTerms('newest.search_text', searchTerms(q));
    const rows = await this.clients.manager
      .createQueryBuilder()
      .select('newest.id', 'id')
      .from(`(${newest.getQuery()})`, 'newest')
      .where(sql, { ...newest.getParameters(), ...parameters })
      .orderBy('newest.created_at', 'DESC')
      .addOrderBy('newest.id', 'DESC')
      .limit(limit + 1)
      .getRawMany<{ id: string }>();
    return rows.length > limit ? rows.map(({ id }) => id) : null;
  }

  /** The filters and the place after the cursor. */
  private page({ email, phone, q, conflict }: ClientsFilter, cursor: string | undefined): SelectQueryBuilder<Client> {
    const select = this.clients.createQueryBuilder('client').where('TRUE');
    for (const { sql, parameters } of searched({ email, phone, q })) select.andWhere(sql, parameters);
    // Written like the condition of the partial index.
    if (conflict !== undefined) select.andWhere(conflict ? 'client.conflict' : 'NOT client.conflict');
    const after = decodeCursor(cursor, 1);
    if (after) select.andWhere('(client.createdAt, client.id) < (:at, :id)', { at: after[0], id: after[1] });
    return select;
  }

  /** The phones that each of these clients shares. Clients without a conflict cost nothing. */
  async sharedPhones(clients: readonly Pick<Client, 'id' | 'conflict'>[]): Promise<Map<string, SharedPhone[]>> {
    const ids = clients.flatMap(({ id, conflict }) => (conflict ? [id] : []));
    if (ids.length === 0) return new Map();
    const rows = await this.clients.query<{ client_id: string; phone: string; client_ids: string[] }[]>(
      `WITH RECURSIVE sharing AS (
         SELECT client_id, phone_key AS phone, '00000000-0000-0000-0000-000000000000'::uuid AS other, 0 AS found
           FROM form_response WHERE client_id = ANY($1) AND phone_key IS NOT NULL GROUP BY client_id, phone_key
          UNION ALL
         SELECT client_id, phone, least(${nextGiver('email_key IS NOT NULL')}, ${nextGiver('email_key IS NULL')}), found + 1
           FROM sharing WHERE other IS NOT NULL AND found <= ${MAX_SHARING}
       )
       SELECT client_id, phone, (array_agg(other ORDER BY other))[:${MAX_SHARING}] AS client_ids
         FROM sharing WHERE found > 0 AND other <> client_id GROUP BY client_id, phone ORDER BY client_id, phone`,
      [ids],
    );
    const shared = new Map<string, SharedPhone[]>();
    for (const { client_id: id, phone, client_ids: clientIds } of rows) {
      shared.set(id, [...(shared.get(id) ?? []), { phone, clientIds }]);
    }
    return shared;
  }
}

/** Searches what any of a client's responses gave, not only what its record shows. */
function searched({ email, phone, q }: ClientsFilter): SearchCondition[] {
  const text = 'client.searchText';
  const conditions: SearchCondition[] = [];
  if (q !== undefined) conditions.push(containsTerms(text, searchTerms(q)));
  // Anything else would find a name or a company.
  if (email !== undefined && !email.includes('@')) conditions.push({ sql: 'FALSE', parameters: {} });
  else if (email !== undefined) {
    const canonical = canonicalEmail(email);
    const finds = canonical !== null && findsClients('email', { value: canonical, source: '', confidence: 1 });
    conditions.push(finds ? gave('email', canonical) : hasValue(text, 'email', foldText(canonical ?? email), 'whole'));
  }
  if (phone !== undefined) {
    const e164 = canonicalPhone(phone);
    const [digits = ''] = searchTerms(e164 ?? phone);
    const finds = e164 !== null && findsClients('phone', { value: e164, source: '', confidence: 1 });
    // Without a country code, the number is a suffix of the stored one.
    conditions.push(finds ? gave('phone', e164) : hasValue(text, 'phone', digits, e164 === null ? 'end' : 'whole'));
  }
  return conditions;
}

/**
 * A response of the client gave this e-mail or phone, or the client has it. Those that may identify a client are keys: in a large table
 * their trigrams, which are those of many others as well, take half a second. The few clients are looked up first; otherwise the planner
 * might go through all clients, newest first, until it has found a page of them.
 */
function gave(key: 'email' | 'phone', value: string): SearchCondition {
  const given = (condition: string): string =>
    `SELECT given.client_id FROM form_response AS given WHERE given.${key}_key = :${key} AND ${condition} AND given.client_id IS NOT NULL`;
  const responses =
    key === 'email' ? [given('TRUE')] : [given('given.email_key IS NOT NULL'), given('given.email_key IS NULL')];
  const ids = [`SELECT owner.id FROM client AS owner WHERE owner.${key} = :${key}`, ...responses].join(' UNION ');
  return { sql: `client.id = ANY (ARRAY (${ids}))`, parameters: { [key]: value } };
}

/** In the order of the list, one more than `limit`. */
function newestFirst(select: SelectQueryBuilder<Client>, limit: number): SelectQueryBuilder<Client> {
  return select
    .orderBy('client.createdAt', 'DESC')
    .addOrderBy('client.id', 'DESC')
    .limit(limit + 1);
}
