import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditLog } from '../audit/audit-log';
import { AuditExport } from '../audit/audit-export';
import type { AuditExportFormat } from '../audit/audit-export-format';
import { AuditExportQuery, AuditPage, AuditQuery, AuditVerification } from '../audit/audit.dto';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { RequireRole } from './require-role.decorator';

const CONTENT_TYPES: Record<AuditExportFormat, string> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
};

@ApiTags('audit')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('viewer')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditLog,
    private readonly exporter: AuditExport,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listAuditEntries', summary: 'List changes made by admins, newest first' })
  @ApiOkResponse({ type: AuditPage })
  @ApiProblems('validation_failed')
  list(@Query() query: AuditQuery): Promise<AuditPage> {
    return this.audit.list(query);
  }

  @Get('export')
  @ApiOperation({
    operationId: 'exportAuditLog',
    summary: 'Stream every matching entry of the audit log as NDJSON or CSV, oldest first',
  })
  @ApiOkResponse({
    content: { 'application/x-ndjson': { schema: { type: 'string' } }, 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiProblems('validation_failed')
  export(@Query() { format, ...filter }: AuditExportQuery): StreamableFile {
    const disposition = `attachment; filename="audit.${format}"`;
    return new StreamableFile(this.exporter.stream(format, filter), { type: CONTENT_TYPES[format], disposition });
  }

  @Get('verify')
  @ApiOperation({ operationId: 'verifyAuditLog', summary: 'Recompute the hash chain of the audit log' })
  @ApiOkResponse({ type: AuditVerification })
  verify(): Promise<AuditVerification> {
    return this.audit.verify();
  }
}
