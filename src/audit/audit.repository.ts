import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import type { ChainHead } from '../core/audit-chain';
import { CHANGES_CHANNEL } from '../core/change-message';
import { decodeCursor } from '../rest/page';
import { AuditEntry } from './audit-entry.entity';
import type { AuditQuery } from './audit.dto';

const ENTRY_ID = /^\d{1,18}$/;

@Injectable()
export class AuditRepository {
  constructor(@InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.entries.manager.transaction(work);
  }

  /** The recorded head of the chain; null when its row was removed by hand. */
  async head(manager: EntityManager = this.entries.manager): Promise<ChainHead | null> {
    const [head] = await manager.query<ChainHead[]>('SELECT id, hash FROM audit_head');
    return head ?? null;
  }

  /** The number of entries according to the recorded head, and whether that entry exists and is the last. */
  async end(): Promise<{ entries: number; intact: boolean }> {
    const [end] = await this.entries.query<{ entries: number; intact: boolean }[]>(
      `SELECT head.id::float8 AS entries,
              head.id = coalesce(last.id, 0) AND head.hash = coalesce(last.hash, head.hash) AS intact
         FROM audit_head AS head
         LEFT JOIN (SELECT id, hash FROM audit_entry ORDER BY id DESC LIMIT 1) AS last ON true`,
    );
    return end ?? { entries: 0, intact: false };
  }

  /** Adds an entry. Throws when it does not continue the chain: a trigger compares it with the head and advances the head. */
  async append(manager: EntityManager, entry: AuditEntry): Promise<void> {
    await manager.insert(AuditEntry, entry);
  }

  /** Tells all processes what has changed, when the transaction is committed. */
  async announce(manager: EntityManager, message: string): Promise<void> {
    await manager.query('SELECT pg_notify($1, $2)', [CHANGES_CHANNEL, message]);
  }

  /** Up to `limit + 1` entries, newest first. */
  list({ limit, cursor, actor, action, since, until }: AuditQuery): Promise<AuditEntry[]> {
    const select = this.entries
      .createQueryBuilder('entry')
      .where('TRUE')
      .orderBy('entry.at', 'DESC')
      .addOrderBy('entry.id', 'DESC')
      .take(limit + 1);
    if (actor !== undefined) select.andWhere('entry.actorId = :actor', { actor });
    if (action !== undefined) select.andWhere('entry.action = :action', { action });
    if (since !== undefined) select.andWhere('entry.at >= :since', { since: new Date(since) });
    if (until !== undefined) select.andWhere('entry.at < :until', { until: new Date(until) });
    const after = decodeCursor(cursor, 1, ENTRY_ID);
    if (after) select.andWhere('(entry.at, entry.id) < (:at, :id)', { at: after[0], id: after[1] });
    return select.getMany();
  }

  /** Every entry in chain order, read in chunks: memory does not grow with the log. */
  async *stream(chunk: number): AsyncGenerator<AuditEntry> {
    let last: AuditEntry | undefined;
    do {
      const select = this.entries.createQueryBuilder('entry').orderBy('entry.id', 'ASC').take(chunk);
      if (last) select.where('entry.id > :last', { last: last.id });
      const rows = await select.getMany();
      yield* rows;
      last = rows.length === chunk ? rows.at(-1) : undefined;
    } while (last);
  }
}
