import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../../access/change-author.decorator';
import { RequireRole } from '../../access/require-role.decorator';
import { AuditLog, type Author } from '../../audit/audit-log';
import { DomainError } from '../../core/problem';
import { ApiAdminProblems, ApiProblems } from '../../rest/api-problems.decorator';
import { toPage } from '../../rest/page';
import { ResponseExport } from './response-export';
import { toResponseView } from './response-view';
import { ExportFormat, ExportQuery, IdentifierView, ResponsePage, ResponsesQuery, ResponseView } from './responses.dto';
import { ResponsesQueryRepository } from './responses-query.repository';

const CONTENT_TYPES: Record<ExportFormat, string> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

@ApiTags('responses')
@ApiBearerAuth()
@ApiAdminProblems()
@ApiExtraModels(IdentifierView)
@RequireRole('viewer')
@Controller('v1/responses')
export class ResponsesController {
  constructor(
    private readonly responses: ResponsesQueryRepository,
    private readonly exporter: ResponseExport,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List responses, newest submission first' })
  @ApiOkResponse({ type: ResponsePage })
  @ApiProblems('validation_failed')
  async list(@Query() query: ResponsesQuery, @ChangeAuthor() by: Author): Promise<ResponsePage> {
    // Words of an answer find a person; the words themselves are not recorded.
    if (query.q !== undefined) await this.recordRead('responses.searched', { formId: query.formId, q: query.q }, by);
    const rows = await this.responses.list(query);
    return toPage(rows, query.limit, (row) => [row.effectiveAt, row.formId, row.token], toResponseView);
  }

  @Get('export')
  @ApiOperation({
    operationId: 'exportResponses',
    summary: 'Stream every matching response as NDJSON, CSV or XLSX, oldest submission first',
    description: 'CSV and XLSX have a column for each question when formId is given.',
  })
  @ApiOkResponse({
    content: {
      'application/x-ndjson': { schema: { type: 'string' } },
      'text/csv': { schema: { type: 'string' } },
      [CONTENT_TYPES.xlsx]: { schema: { type: 'string', format: 'binary' } },
    },
  })
  @ApiProblems('validation_failed')
  async export(@Query() { format, ...filter }: ExportQuery, @ChangeAuthor() by: Author): Promise<StreamableFile> {
    await this.recordRead('responses.exported', { format, ...filter }, by);
    const disposition = `attachment; filename="responses.${format}"`;
    return new StreamableFile(await this.exporter.stream(format, filter), { type: CONTENT_TYPES[format], disposition });
  }

  @Get(':formId/:token')
  @ApiOperation({ summary: 'Get one response' })
  @ApiOkResponse({ type: ResponseView })
  @ApiProblems('not_found')
  async get(@Param('formId') formId: string, @Param('token') token: string): Promise<ResponseView> {
    const row = await this.responses.findOne(formId, token);
    if (!row) throw new DomainError('not_found', 'there is no such response');
    return toResponseView(row);
  }

  /** Which filters were given, and their values where these cannot be personal data. */
  private recordRead(
    action: 'responses.searched' | 'responses.exported',
    { formId, format, ...filter }: Partial<ExportQuery>,
    by: Author,
  ): Promise<void> {
    const given = Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    return this.audit.recordRead({ ...by, action, subject: formId ?? '*', details: { format, filters: given } });
  }
}
