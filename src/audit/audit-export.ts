/** The audit log as a stream: NDJSON or CSV. */
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify';
import { harmlessText } from '../core/spreadsheet-text';
import type { AuditEntry } from './audit-entry.entity';
import type { AuditExportFormat } from './audit-export-format';
import type { AuditFilter } from './audit.dto';
import { AuditRepository } from './audit.repository';

const CHUNK = 500;
const COLUMNS = [
  'id',
  'at',
  'actorId',
  'actorName',
  'action',
  'subject',
  'details',
  'requestId',
  'previousHash',
  'hash',
] as const satisfies readonly (keyof AuditEntry)[];

@Injectable()
export class AuditExport {
  constructor(private readonly repository: AuditRepository) {}

  /** Streams every matching entry, oldest first; one chunk is in memory at a time. CSV has the details as JSON. */
  stream(format: AuditExportFormat, filter: AuditFilter): Readable {
    const rows = this.repository.matching(CHUNK, filter);
    return format === 'ndjson' ? Readable.from(ndjson(rows), { objectMode: false }) : csv(rows);
  }
}

async function* ndjson(rows: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** UTF-8 with a byte order mark, as Excel wants it. */
function csv(rows: AsyncIterable<AuditEntry>): Readable {
  const stringifier = stringify({ bom: true, quoted: true, quoted_empty: false, record_delimiter: 'windows' });
  const source = Readable.from(records(rows));
  source.on('error', (error) => stringifier.destroy(error));
  stringifier.on('close', () => source.destroy());
  return source.pipe(stringifier);
}

async function* records(rows: AsyncIterable<AuditEntry>): AsyncGenerator<string[]> {
  yield [...COLUMNS];
  for await (const row of rows) {
    const cells = { ...row, at: row.at.toISOString(), details: JSON.stringify(row.details) };
    yield COLUMNS.map((column) => harmlessText(cells[column] ?? ''));
  }
}
