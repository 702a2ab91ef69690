import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository, SelectQueryBuilder } from 'typeorm';
import type { ChainedEntry, ChainHead, RecordedHead } from '../core/audit-chain';
import type { Seal } from '../core/audit-seal';
import { CHANGES_CHANNEL } from '../core/change-message';
import { decodeCursor } from '../rest/page';
import type { AuditAction } from './audit-action';
import { AuditEntry } from './audit-entry.entity';
import type { AuditFilter, AuditQuery } from './audit.dto';

const ENTRY_ID = /^\d{1,18}$/;

/** The recorded head of the chain, and the last seal up to it: that of entry `sealedId` (`0`: there is none yet). */
export interface SealableHead extends ChainHead {
  sealedId: string;
  late: number;
}

/** A seal with what it stands for; the hash is empty when its entry is gone. */
export interface StoredSeal extends Seal {
  id: string;
  hash: string;
}

/** The end of the log, as each scrape checks it. */
export interface AuditEnd {
  /** According to the recorded head. */
  entries: number;
  /** Whether the recorded head is the last entry. */
  intact: boolean;
  /** The last seal and the hash of its entry (null: there is no such entry); null: there is none. */
  last: { id: string; hash: string | null; seal: Seal } | null;
  /** Hash of the entry that was asked for; null when it is not there, or not sealed any more. */
  knownHash: string | null;
}

@Injectable()
export class AuditRepository {
  constructor(@InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.entries.manager.transaction(work);
  }

  /** The recorded head of the chain; null when its row was removed by hand. */
  async head(): Promise<RecordedHead | null> {
    const [head] = await this.entries.query<RecordedHead[]>(
      `SELECT id, hash, (SELECT coalesce(max(id), 0) FROM audit_seal) AS "sealedId" FROM audit_head`,
    );
    return head ?? null;
  }

  /** The head that the next entry continues from; null when its row was removed by hand. */
  async sealableHead(manager: EntityManager): Promise<SealableHead | null> {
    const [head] = await manager.query<SealableHead[]>(
      `SELECT head.id, head.hash, coalesce(seal.id, 0) AS "sealedId", coalesce(seal.late, 0)::float8 AS late
         FROM audit_head AS head
         LEFT JOIN LATERAL (SELECT id, late FROM audit_seal WHERE id <= head.id ORDER BY id DESC LIMIT 1) AS seal ON true`,
    );
    return head ?? null;
  }

  /** The end of the log. `knownId`: an entry whose seal was seen before. */
  async end(knownId: string | null): Promise<AuditEnd> {
    type Row = Pick<AuditEnd, 'entries' | 'intact' | 'knownHash'> & { id: string | null; hash: string | null } & Seal;
    const [end] = await this.entries.query<Row[]>(
      `SELECT head.id::float8 AS entries,
              head.id = coalesce(last.id, 0) AND head.hash = coalesce(last.hash, head.hash) AS intact,
              seal.id, sealed.hash, seal.late::float8 AS late, seal.key_id AS "keyId", seal.mac,
              (SELECT known.hash FROM audit_entry AS known JOIN audit_seal USING (id) WHERE id = $1) AS "knownHash"
         FROM audit_head AS head
         LEFT JOIN (SELECT id, hash FROM audit_entry ORDER BY id DESC LIMIT 1) AS last ON true
         LEFT JOIN (SELECT * FROM audit_seal ORDER BY id DESC LIMIT 1) AS seal ON true
         LEFT JOIN audit_entry AS sealed ON sealed.id = seal.id`,
      [knownId],
    );
    if (!end) return { entries: 0, intact: false, last: null, knownHash: null };
    const { entries, intact, knownHash, id, hash, late, keyId, mac } = end;
    return { entries, intact, knownHash, last: id === null ? null : { id, hash, seal: { late, keyId, mac } } };
  }

  /** Seals after entry `after` that were made with another key, in order, locked until the end of the transaction. */
  lockSealsOfOtherKeys(manager: EntityManager, keyId: string, after: string, limit: number): Promise<StoredSeal[]> {
    return manager.query<StoredSeal[]>(
      `SELECT seal.id, coalesce(entry.hash, '') AS hash, late::float8 AS late, key_id AS "keyId", mac
         FROM audit_seal AS seal LEFT JOIN audit_entry AS entry USING (id)
        WHERE key_id <> $1 AND seal.id > $2 ORDER BY seal.id LIMIT $3 FOR UPDATE OF seal`,
      [keyId, after, limit],
    );
  }

  async replaceSeals(manager: EntityManager, seals: readonly (Seal & { id: string })[]): Promise<void> {
    const columns = [seals.map(({ id }) => id), seals.map(({ keyId }) => keyId), seals.map(({ mac }) => mac)];
    await manager.query(
      `UPDATE audit_seal AS seal SET key_id = renewed.key_id, mac = renewed.mac
         FROM unnest($1::bigint[], $2::text[], $3::text[]) AS renewed (id, key_id, mac) WHERE seal.id = renewed.id`,
      columns,
    );
  }

  /** Ids of the keys that seals were made with. */
  async sealKeysInUse(): Promise<string[]> {
    const rows = await this.entries.query<{ key: string }[]>(
      'SELECT DISTINCT key_id AS key FROM audit_seal ORDER BY key',
    );
    return rows.map(({ key }) => key);
  }

  /** Adds an entry. Throws when it does not continue the chain: a trigger compares it with the head and advances the head. */
  async append(manager: EntityManager, entry: AuditEntry): Promise<void> {
    await manager.insert(AuditEntry, entry);
  }

  /** Adds the seal of an entry. If one exists already it is illegitimate, and stays: verification finds it. */
  async seal(manager: EntityManager, id: string, { late, keyId, mac }: Seal): Promise<void> {
    await manager.query(
      'INSERT INTO audit_seal (id, late, key_id, mac) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING',
      [id, late, keyId, mac],
    );
  }

  /** Tells all processes what has changed, when the transaction is committed. */
  async announce(manager: EntityManager, message: string): Promise<void> {
    await manager.query('SELECT pg_notify($1, $2)', [CHANGES_CHANNEL, message]);
  }

  /** When an action with these details was last recorded; null: never. */
  async lastAt(action: AuditAction, details: object): Promise<Date | null> {
    const [found] = await this.entries.query<{ at: Date }[]>(
      'SELECT at FROM audit_entry WHERE action = $1 AND details @> $2 ORDER BY at DESC, id DESC LIMIT 1',
      [action, JSON.stringify(details)],
    );
    return found?.at ?? null;
  }

  /** Up to `limit + 1` entries, newest first. */
  list({ limit, cursor, ...filter }: AuditQuery): Promise<AuditEntry[]> {
    const select = filtered(this.entries.createQueryBuilder('entry'), filter)
      .orderBy('entry.at', 'DESC')
      .addOrderBy('entry.id', 'DESC')
      .take(limit + 1);
    const after = decodeCursor(cursor, 1, ENTRY_ID);
    if (after) select.andWhere('(entry.at, entry.id) < (:at, :id)', { at: after[0], id: after[1] });
    return select.getMany();
  }

  /** Every entry in chain order with its seal, read in chunks: memory does not grow with the log. */
  async *stream(chunk: number): AsyncGenerator<ChainedEntry> {
    for await (const rows of this.chunks(chunk, {})) {
      const seals = await this.sealsOf(rows);
      for (const row of rows) yield Object.assign(row, { seal: seals.get(row.id) ?? null });
    }
  }

  /** Every matching entry in chain order, read in chunks. */
  async *matching(chunk: number, filter: AuditFilter): AsyncGenerator<AuditEntry> {
    for await (const rows of this.chunks(chunk, filter)) yield* rows;
  }

  private async *chunks(chunk: number, filter: AuditFilter): AsyncGenerator<AuditEntry[]> {
    let last: AuditEntry | undefined;
    do {
      const select = filtered(this.entries.createQueryBuilder('entry'), filter).orderBy('entry.id', 'ASC').take(chunk);
      if (last) select.andWhere('entry.id > :last', { last: last.id });
      const rows = await select.getMany();
      yield rows;
      last = rows.length === chunk ? rows.at(-1) : undefined;
    } while (last);
  }

  /** Read after the entries: a seal is committed with its entry. */
  private async sealsOf(entries: readonly AuditEntry[]): Promise<Map<string, Seal>> {
    const [first, last] = [entries.at(0), entries.at(-1)];
    if (!first || !last) return new Map();
    const seals = await this.entries.query<(Seal & { id: string })[]>(
      `SELECT id, late::float8 AS late, key_id AS "keyId", mac FROM audit_seal WHERE id BETWEEN $1 AND $2`,
      [first.id, last.id],
    );
    return new Map(seals.map(({ id, ...seal }) => [id, seal]));
  }
}

function filtered(
  select: SelectQueryBuilder<AuditEntry>,
  { actor, action, since, until }: AuditFilter,
): SelectQueryBuilder<AuditEntry> {
  select.where('TRUE');
  if (actor !== undefined) select.andWhere('entry.actorId = :actor', { actor });
  if (action !== undefined) select.andWhere('entry.action IN (:...action)', { action });
  if (since !== undefined) select.andWhere('entry.at >= :since', { since: new Date(since) });
  if (until !== undefined) select.andWhere('entry.at < :until', { until: new Date(until) });
  return select;
}
