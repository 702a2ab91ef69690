/** Responses as a stream: NDJSON, CSV or XLSX. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify';
import { writeXlsxStream } from 'hucre/xlsx';
import { type Column, exportColumns } from './export-table';
import type { FormResponse } from '../form-response.entity';
import { toResponseView } from './response-view';
import type { ExportFormat } from './responses.dto';
import { ResponsesFilter, ResponsesQueryRepository } from './responses-query.repository';
import { harmlessText, xlsxText } from '../../core/spreadsheet-text';

const CHUNK = 200;
/** The most columns that Excel shows. */
const MAX_XLSX_COLUMNS = 16_384;

@Injectable()
export class ResponseExport {
  constructor(private readonly responses: ResponsesQueryRepository) {}

  /**
   * Streams every matching response, oldest first. Only one chunk of rows is in memory at a time, and the next one is read when
   * the receiver has consumed the last. CSV and XLSX have a column for each question when the filter names a form.
   */
  async stream(format: ExportFormat, filter: ResponsesFilter): Promise<Readable> {
    const rows = this.responses.stream(filter, CHUNK);
    if (format === 'ndjson') return Readable.from(ndjson(rows), { objectMode: false });
    const columns = exportColumns(filter.formId === undefined ? null : await this.responses.questionsOf(filter.formId));
    return format === 'csv' ? csv(columns, rows) : xlsx(columns.slice(0, MAX_XLSX_COLUMNS), rows);
  }
}

async function* ndjson(rows: AsyncIterable<FormResponse>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(toResponseView(row))}\n`;
}

/** UTF-8 with a byte order mark, without which Excel guesses a different encoding. Every cell is quoted and neutralised. */
function csv(columns: readonly Column[], rows: AsyncIterable<FormResponse>): Readable {
  const stringifier = stringify({ bom: true, quoted: true, quoted_empty: false, record_delimiter: 'windows' });
  const source = Readable.from(csvRecords(columns, rows));
  source.on('error', (error) => stringifier.destroy(error));
  stringifier.on('close', () => source.destroy());
  return source.pipe(stringifier);
}

async function* csvRecords(columns: readonly Column[], rows: AsyncIterable<FormResponse>): AsyncGenerator<string[]> {
  yield columns.map(({ heading }) => harmlessText(heading));
  for await (const row of rows) {
    yield columns.map((column) => {
      const cell = column.cell(row);
      // A negative number is not a formula.
      return typeof cell === 'string' ? harmlessText(cell) : cell === null ? '' : String(cell);
    });
  }
}

/** One sheet of text, numbers and booleans; beyond 1,048,575 responses a second sheet follows. */
function xlsx(columns: readonly Column[], rows: AsyncIterable<FormResponse>): Readable {
  const stream = writeXlsxStream(xlsxRows(columns, rows), {
    name: 'Responses',
    columns: columns.map(({ heading }) => ({ header: xlsxText(heading) })),
    freezePane: { rows: 1 },
  });
  return Readable.fromWeb(stream as ReadableStream);
}

async function* xlsxRows(
  columns: readonly Column[],
  rows: AsyncIterable<FormResponse>,
): AsyncGenerator<(string | number | boolean | null)[]> {
  for await (const row of rows) {
    yield columns.map((column) => {
      const cell = column.cell(row);
      return typeof cell === 'string' ? xlsxText(cell) : cell;
    });
  }
}
