import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '../access/require-role.decorator';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { PageQuery } from '../rest/page';
import { RetentionPage } from './retention.dto';
import { RetentionService } from './retention.service';

@ApiTags('forms')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('viewer')
@Controller('v1/retention')
export class RetentionController {
  constructor(private readonly retention: RetentionService) {}

  @Get()
  @ApiOperation({
    operationId: 'listRetention',
    summary: 'List how long the submissions of each form are kept, and what is removed next',
  })
  @ApiOkResponse({ type: RetentionPage })
  @ApiProblems('validation_failed')
  list(@Query() query: PageQuery): Promise<RetentionPage> {
    return this.retention.list(query);
  }
}
