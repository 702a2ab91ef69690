import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditAction } from '../audit/audit-action';
import { AuditEntry } from '../audit/audit-entry.entity';
import { decodeCursor } from '../rest/page';

/** The actions that are erasures. */
const ACTIONS: AuditAction[] = [
  'client.erased',
  'response.erased',
  'delivery.erased',
  'data_subject.erased',
  'data_subject.erasure_continued',
];

/** The audit log's entries about erasures: it is append-only, so the record is complete. */
@Injectable()
export class ErasuresRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Up to `limit + 1` entries, newest first. Each action is looked for on its own: its newest entries are at the end of an index. */
  list(limit: number, cursor: string | undefined): Promise<AuditEntry[]> {
    const after = decodeCursor(cursor, 1, /^\d{1,18}$/);
    const { manager } = this.dataSource;
    const each = ACTIONS.map((action) => {
      const select = manager
        .createQueryBuilder(AuditEntry, 'erasure')
        .select('erasure.id')
        .where(`erasure.action = '${action}'`)
        .orderBy('erasure.at', 'DESC')
        .addOrderBy('erasure.id', 'DESC')
        .limit(limit + 1);
      if (after) select.andWhere('(erasure.at, erasure.id) < (:at, :id)');
      return `(${select.getQuery()})`;
    });
    return manager
      .createQueryBuilder(AuditEntry, 'entry')
      .where(`entry.id IN (${each.join(' UNION ALL ')})`, after ? { at: after[0], id: after[1] } : {})
      .orderBy('entry.at', 'DESC')
      .addOrderBy('entry.id', 'DESC')
      .take(limit + 1)
      .getMany();
  }
}
