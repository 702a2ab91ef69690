/** Responses as a stream of NDJSON or CSV lines. */
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify';
import { answerText } from '../core/answers';
import { IDENTIFIER_KEYS } from '../core/identifiers';
import type { FormResponse } from './form-response.entity';
import { toResponseView } from './response-view';
import type { ExportFormat } from './responses.dto';
import { ResponsesFilter, ResponsesQueryRepository } from './responses-query.repository';

const CHUNK = 200;

@Injectable()
export class ResponseExport {
  constructor(private readonly responses: ResponsesQueryRepository) {}

  /**
   * Streams every matching response, the oldest first. Only a chunk of rows is in memory at a time, and the next one is read when
   * the receiver has taken the last.
   */
  stream(format: ExportFormat, filter: ResponsesFilter): Readable {
    const rows = this.responses.stream(filter, CHUNK);
    return format === 'ndjson' ? Readable.from(ndjson(rows), { objectMode: false }) : csv(rows);
  }
}

async function* ndjson(rows: AsyncIterable<FormResponse>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(toResponseView(row))}\n`;
}

/** One row a response. Cells that a spreadsheet would take for a formula are neutralised by a leading apostrophe. */
function csv(rows: AsyncIterable<FormResponse>): Readable {
  const columns = [
    'formId',
    'token',
    'responseType',
    'test',
    'landedAt',
    'submittedAt',
    'receivedAt',
    'clientId',
    ...IDENTIFIER_KEYS,
    'score',
    'hidden',
    'answers',
  ];
  const stringifier = stringify({ header: true, columns, escape_formulas: true, record_delimiter: 'windows' });
  const source = Readable.from(records(rows));
  source.on('error', (error) => stringifier.destroy(error));
  stringifier.on('close', () => source.destroy());
  return source.pipe(stringifier);
}

async function* records(rows: AsyncIterable<FormResponse>): AsyncGenerator<Record<string, string>> {
  for await (const row of rows) {
    const identifiers = IDENTIFIER_KEYS.map((key) => [key, row.identifiers[key]?.value ?? '']);
    yield {
      formId: row.formId,
      token: row.token,
      responseType: row.responseType,
      test: String(row.test),
      landedAt: row.landedAt?.toISOString() ?? '',
      submittedAt: row.submittedAt?.toISOString() ?? '',
      receivedAt: row.receivedAt.toISOString(),
      clientId: row.clientId ?? '',
      ...(Object.fromEntries(identifiers) as Record<string, string>),
      score: row.score === null ? '' : String(row.score),
      hidden: Object.entries(row.hidden)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
      answers: row.answers
        .map((answer) => `${answer.title ?? answer.ref ?? answer.fieldId}: ${answerText(answer)}`)
        .join('\n'),
    };
  }
}
