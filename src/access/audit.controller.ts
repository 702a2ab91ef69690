import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditLog } from '../audit/audit-log';
import { AuditPage, AuditQuery, AuditVerification } from '../audit/audit.dto';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { RequireRole } from './require-role.decorator';

@ApiTags('audit')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('viewer')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditLog) {}

  @Get()
  @ApiOperation({ operationId: 'listAuditEntries', summary: 'List changes made by admins, newest first' })
  @ApiOkResponse({ type: AuditPage })
  @ApiProblems('validation_failed')
  list(@Query() query: AuditQuery): Promise<AuditPage> {
    return this.audit.list(query);
  }

  @Get('verify')
  @ApiOperation({ operationId: 'verifyAuditLog', summary: 'Recompute the hash chain of the audit log' })
  @ApiOkResponse({ type: AuditVerification })
  verify(): Promise<AuditVerification> {
    return this.audit.verify();
  }
}
