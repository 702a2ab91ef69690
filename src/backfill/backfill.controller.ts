import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../access/change-author.decorator';
import { RequireRole } from '../access/require-role.decorator';
import type { Author } from '../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { uuidParam } from '../rest/uuid-param';
import { BackfillPage, BackfillsQuery, BackfillView, StartBackfillBody } from './backfill.dto';
import { BackfillService } from './backfill.service';

@ApiTags('backfills')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/backfills')
export class BackfillController {
  constructor(private readonly backfills: BackfillService) {}

  @Post()
  @HttpCode(202)
  @RequireRole('operator')
  @ApiOperation({ summary: 'Read the responses of a form at Typeform and fetch what is missing' })
  @ApiAcceptedResponse({
    type: BackfillView,
    description: 'the run, or the active run of the form that it was merged into',
  })
  @ApiProblems('bad_request', 'validation_failed', 'not_found')
  start(@Body() body: StartBackfillBody, @ChangeAuthor() by: Author): Promise<BackfillView> {
    return this.backfills.startByAdmin(body, by);
  }

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'List back-fills, newest first' })
  @ApiOkResponse({ type: BackfillPage })
  @ApiProblems('validation_failed')
  list(@Query() query: BackfillsQuery): Promise<BackfillPage> {
    return this.backfills.list(query);
  }

  @Get(':id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Get one back-fill and its progress' })
  @ApiOkResponse({ type: BackfillView })
  @ApiProblems('not_found')
  get(@Param('id', uuidParam('back-fill')) id: string): Promise<BackfillView> {
    return this.backfills.get(id);
  }
}
