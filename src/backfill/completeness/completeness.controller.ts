import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../../access/change-author.decorator';
import { RequireRole } from '../../access/require-role.decorator';
import type { Author } from '../../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../../rest/api-problems.decorator';
import { CheckCompletenessBody, CompletenessQuery, CompletenessReport } from './completeness.dto';
import { CompletenessService } from './completeness.service';

@ApiTags('completeness')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/completeness')
export class CompletenessController {
  constructor(private readonly completeness: CompletenessService) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'Is anything lost? For each form, what Typeform has and what became of it; answered from the last check',
  })
  @ApiOkResponse({ type: CompletenessReport })
  @ApiProblems('validation_failed', 'not_found')
  report(@Query() query: CompletenessQuery): Promise<CompletenessReport> {
    return this.completeness.report(query);
  }

  @Post()
  @HttpCode(202)
  @RequireRole('operator')
  @ApiOperation({ summary: 'Ask Typeform now, in the background' })
  @ApiAcceptedResponse({ type: CompletenessReport, description: 'what is known so far; `check` shows the progress' })
  @ApiProblems('bad_request', 'validation_failed', 'not_found')
  check(@Body() body: CheckCompletenessBody, @ChangeAuthor() by: Author): Promise<CompletenessReport> {
    return this.completeness.check(body, by);
  }
}
